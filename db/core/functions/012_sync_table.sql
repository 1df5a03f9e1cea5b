-- Requirements of a table that goes live. Every refusal names its remedy.

-- The single-column unique index that makes a column usable as the key of a live table.
create or replace function @extschema@.sync_is_key(tab regclass, col text) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select 1
      from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
     where i.indrelid = tab and i.indisunique and i.indimmediate and i.indpred is null
       and i.indnkeyatts = 1 and a.attname = col and a.attnotnull and a.atttypid = 'uuid'::regtype)
$$;

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

-- The key column: the one that the caller names, or the primary key.
create or replace function @extschema@.sync_key_of(tab regclass, wanted text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key text;
begin
  if wanted is not null then
    if not @extschema@.sync_is_key(tab, wanted) then
      raise exception '%.% cannot be the key: it is not a uuid column, not null, with its own unique constraint', tab, wanted
        using errcode = '42P17', hint = format('Run: alter table %s alter %I set not null, add unique (%I)', tab, wanted, wanted);
    end if;
    return wanted;
  end if;
  select a.attname into v_key
    from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
   where i.indrelid = tab and i.indisprimary and i.indnkeyatts = 1 and a.atttypid = 'uuid'::regtype;
  if not found then
    raise exception '% has no primary key of one uuid column', tab
      using errcode = '42P17',
            hint = format('Run: alter table %s add column sync_id uuid not null default gen_random_uuid() unique, and pass key => ''sync_id''.', tab);
  end if;
  return v_key;
end $$;

-- Checks that the columns named by the caller exist and that containers are uuids.
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
  foreach v_col in array e.containers loop
    if not exists (select 1 from pg_attribute where attrelid = tab and attname = v_col and atttypid = 'uuid'::regtype) then
      raise exception 'container column %.% is not a uuid', tab, v_col
        using errcode = '42804', hint = 'A container is named by the uuid of the row that contains: use that foreign key column.';
    end if;
  end loop;
  if e.redact && (e.containers || e.rights || array[e.key_column, coalesce(e.tenant_column, e.key_column), 'version', 'updated_ts', 'is_private']) then
    raise exception 'a key, tenant, container or rights column of % cannot be redacted: signals are routed by it', tab
      using errcode = '42P17', hint = 'Leave it out of redact.';
  end if;
end $$;

-- Adds version and updated_ts. The comment distinguishes our version column from another column of that name.
-- Returns whether the columns existed before, that is, whether the table was live once.
create or replace function @extschema@.sync_add_columns(tab regclass) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  c_mark constant text := 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.';
  a pg_attribute;
begin
  select * into a from pg_attribute where attrelid = tab and attname = 'updated_ts' and not attisdropped;
  if found and a.atttypid <> 'timestamptz'::regtype then
    raise exception '%.updated_ts is not a timestamptz, and the sync keeps the time of the last change there', tab
      using errcode = '42804', hint = format('Run: alter table %s rename updated_ts to …', tab);
  end if;
  select * into a from pg_attribute where attrelid = tab and attname = 'version' and not attisdropped;
  if found then
    if a.atttypid <> 'bigint'::regtype or col_description(tab, a.attnum) is distinct from c_mark then
      raise exception '% has a column "version" of its own, and the sync keeps its version there', tab
        using errcode = '42701', hint = format('Run: alter table %s rename version to …', tab);
    end if;
    return true;
  end if;
  -- A constant default avoids rewriting a large table. Afterwards the default is 0; the trigger overrides it, so only a load
  -- with triggers off writes 0.
  execute format('alter table %s add column version bigint not null default %s', tab, (extract(epoch from clock_timestamp()) * 1000000)::bigint);
  execute format('alter table %s alter column version set default 0', tab);
  execute format('alter table %s add column if not exists updated_ts timestamptz not null default clock_timestamp()', tab);
  execute format('comment on column %s.version is %L', tab, c_mark);
  return false;
end $$;
