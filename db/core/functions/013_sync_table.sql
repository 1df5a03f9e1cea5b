-- Requirements of a table that goes live. Every refusal names its remedy.

create or replace function @extschema@.sync_check_table(tab regclass) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  c pg_class;
begin
  select * into c from pg_class where oid = tab;
  if c.relkind = 'p' or c.relispartition then
    raise exception '% is partitioned: a row that moves between partitions would be logged wrongly or not at all', tab
      using errcode = '0A000', hint = 'Use an ordinary table for live rows and move old rows to a partitioned archive.';
  elsif c.relkind = 'f' then
    raise exception '% is a foreign table: changes made on the other server run no trigger', tab
      using errcode = '0A000', hint = 'Call @extschema@.enable_sync in the database that owns the rows.';
  elsif c.relkind <> 'r' then
    raise exception '% is not a table', tab
      using errcode = '42809', hint = 'Call @extschema@.enable_sync for the tables below it.';
  elsif c.relpersistence = 't' then
    raise exception '% is a temporary table: no other session can read its rows', tab
      using errcode = '0A000', hint = 'Create it without TEMPORARY.';
  elsif c.relpersistence = 'u' then
    raise exception '% is unlogged: a crash empties it without a trigger', tab
      using errcode = '0A000', hint = format('Run: alter table %s set logged', tab);
  elsif exists (select 1 from pg_inherits where inhparent = tab or inhrelid = tab) then
    raise exception '% inherits or is inherited: statements on the parent run no triggers of the children', tab
      using errcode = '0A000', hint = format('Run: alter table … no inherit …, and give %s its own columns.', tab);
  end if;
end $$;

-- The columns of the key: those that the caller names, or those that sync_key_columns finds.
create or replace function @extschema@.sync_require_key(tab regclass, wanted text[]) returns text[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key text[] := @extschema@.sync_key_columns(tab, wanted);
begin
  if v_key is not null then
    return v_key;
  end if;
  if wanted is not null then
    raise exception '(%) cannot be the key of %: there is no unique index of exactly these columns, all of them not null', array_to_string(wanted, ', '), tab
      using errcode = '42P17', hint = format('Run: alter table %s add unique (%s), with each column not null', tab, (select string_agg(quote_ident(c), ', ') from unnest(wanted) c));
  end if;
  if (select count(*) from pg_index where indrelid = tab and indisunique) > 1 then
    raise exception '% has no primary key and several unique indexes', tab
      using errcode = '42P17', hint = 'Name the columns that identify a row to clients: key => ''{column}''.';
  end if;
  raise exception '% has neither a primary key nor a unique index without nulls: its rows cannot be named', tab
    using errcode = '42P17',
          hint = format('Run: alter table %s add column sync_id uuid not null default gen_random_uuid() unique, and pass key => ''{sync_id}''.', tab);
end $$;

-- Checks that the columns named by the caller exist, and that none is both used for routing and redacted.
create or replace function @extschema@.sync_check_columns(tab regclass, e @extschema@.entity_type) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_col text;
begin
  foreach v_col in array e.containers || e.rights || e.redact loop
    if not exists (select 1 from pg_attribute where attrelid = tab and attname = v_col and attnum > 0 and not attisdropped) then
      raise exception '% has no column %', tab, v_col
        using errcode = '42703', hint = 'Name existing columns as containers, rights and redact.';
    end if;
  end loop;
  if e.redact && (e.containers || e.rights || e.key_columns || array[coalesce(e.tenant_column, e.key_columns[1]), coalesce(e.owner_column, e.key_columns[1]), e.version_column, 'is_private']) then
    raise exception 'a key, tenant, owner, container or rights column of % cannot be redacted: signals are routed by it', tab
      using errcode = '42P17', hint = 'Leave it out of redact.';
  end if;
end $$;

-- Adds the version column, with versions above those that rows had when the type was live before. Its comment distinguishes it
-- from another column of that name. Returns whether it existed before.
create or replace function @extschema@.sync_add_version(tab regclass, col text, above bigint) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  c_mark constant text := 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.';
  a pg_attribute;
begin
  select * into a from pg_attribute where attrelid = tab and attname = col and not attisdropped;
  if found then
    if a.atttypid <> 'bigint'::regtype or col_description(tab, a.attnum) is distinct from c_mark then
      raise exception '% has a column "%" of its own, and the sync would keep its version there', tab, col
        using errcode = '42701', hint = 'Choose another name: version_column => ''…''.';
    end if;
    return true;
  end if;
  -- A constant default avoids rewriting a large table. Afterwards the default is 0; the trigger overrides it, so only a load
  -- with triggers off writes 0.
  execute format('alter table %s add column %I bigint not null default %s', tab, col, greatest(above + 1, @extschema@.version_now()));
  execute format('alter table %s alter column %I set default 0', tab, col);
  execute format('comment on column %s.%I is %L', tab, col, c_mark);
  return false;
end $$;
