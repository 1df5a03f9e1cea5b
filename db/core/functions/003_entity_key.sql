-- The id of a row: the text of its key, and of the rows that contain it. Every generated statement takes the expressions
-- from here, so that log, answers and signals always name a row by the same text.

-- The base type of a domain; any other type is its own base type.
create or replace function @extschema@.base_type(type oid) returns oid
language sql stable strict
set search_path = pg_catalog, pg_temp
as $$
  with recursive t as (
    select p.oid, p.typtype, p.typbasetype from pg_type p where p.oid = $1
    union all
    select p.oid, p.typtype, p.typbasetype from t join pg_type p on p.oid = t.typbasetype where t.typtype = 'd')
  select t.oid from t where t.typtype <> 'd'
$$;

-- Numbers and texts print alike in every session. Other types follow settings such as DateStyle and TimeZone, so they are
-- printed as JSON, which has one form, or from an explicit zone.
create or replace function @extschema@.sync_text(type oid, value text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select case (select p.typname from pg_type p where p.oid = @extschema@.base_type($1))
    when 'numeric' then format('trim_scale(%s)::text', value)
    when 'date' then format('(to_json(%s) #>> ''{}'')', value)
    when 'timestamp' then format('(to_json(%s) #>> ''{}'')', value)
    when 'timestamptz' then format('((to_json(%s at time zone ''UTC'') #>> ''{}'') || ''Z'')', value)
    when 'bytea' then format('(''\x'' || encode(%s, ''hex''))', value)
    else format('%s::text', value)
  end
$$;

-- Whether ids can have this type: it prints the same in every session, and equal values print alike.
create or replace function @extschema@.sync_key_type(type oid) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select p.typtype = 'e' or p.typname in ('uuid', 'int2', 'int4', 'int8', 'numeric', 'text', 'varchar', 'bpchar', 'citext')
    from pg_type p where p.oid = @extschema@.base_type($1)
$$;

-- An SQL expression of the id of a row, with or without an alias of the table. Several columns become a JSON array of their texts, as JSON.stringify prints it.
create or replace function @extschema@.sync_key_text(tab regclass, key_columns text[], alias text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select case when count(*) = 1 then min(k.expression) else 'to_json(array[' || string_agg(k.expression, ', ' order by k.n) || '])::text' end
    from (select u.n, @extschema@.sync_text(a.atttypid, coalesce(alias || '.', '') || quote_ident(a.attname)) as expression
            from unnest(key_columns) with ordinality as u (col, n) join pg_attribute a on a.attrelid = tab and a.attname = u.col) k
$$;

comment on function @extschema@.sync_key_text(regclass, text[], text) is 'SQL expression of the id of a row, for an alias of its table or none: the canonical text of its key; of several columns, the JSON array of their texts.';

-- A condition that finds the row of an id, a text expression. By the columns where the text can be cast, so that the index
-- serves; compared with the canonical text as well, because 007 and 7 are the same number and not the same id.
create or replace function @extschema@.sync_key_condition(e @extschema@.entity_type, alias text, id text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select string_agg(format('%s.%I = @extschema@.value_or_null(%s, null::%s)', alias, a.attname,
           case when cardinality(e.key_columns) = 1 then id else format('(@extschema@.value_or_null(%s, null::json) ->> %s)', id, u.n - 1) end,
           format_type(a.atttypid, null)), ' and ' order by u.n)
         || format(' and %s = %s', @extschema@.sync_key_text(e.table_name, e.key_columns, alias), id)
    from unnest(e.key_columns) with ordinality as u (col, n) join pg_attribute a on a.attrelid = e.table_name and a.attname = u.col
$$;

-- The code of a table that none was given for: its name in snake case. "person" and "tenant" name what is not a row.
create or replace function @extschema@.sync_default_code(tab regclass) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select case when n.code in ('person', 'tenant') then n.code || '_row' when n.code ~ '^[a-z]' then n.code else left('t_' || n.code, 41) end
    from pg_class c
    cross join lateral (select regexp_replace(lower(regexp_replace(c.relname, '([a-z0-9])([A-Z])', '\1_\2', 'g')), '[^a-z0-9_]', '_', 'g') as snake) s
    cross join lateral (select left(regexp_replace(s.snake, '^_+', ''), 41) as code) n
   where c.oid = tab
$$;

-- The columns that identify a row: those that the caller names, the primary key, the replica identity, or the only other
-- unique index. Null when there is none, or when the named columns have no unique index of their own.
create or replace function @extschema@.sync_key_columns(tab regclass, wanted text[]) returns text[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  with keys as (
    select i.indisprimary, i.indisreplident, count(*) over () as all_keys,
           (select array_agg(a.attname::text order by k.n) from unnest(i.indkey::int2[]) with ordinality as k (attnum, n)
              join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum where k.n <= i.indnkeyatts) as columns
      from pg_index i
     where i.indrelid = tab and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
       and not exists (select from unnest(i.indkey::int2[]) with ordinality as k (attnum, n) join pg_attribute a on a.attrelid = tab and a.attnum = k.attnum
                        where k.n <= i.indnkeyatts and not a.attnotnull))
  select k.columns from keys k
   where case when wanted is null then k.indisprimary or k.indisreplident or k.all_keys = 1
              else k.columns @> wanted and k.columns <@ wanted end
   order by k.indisprimary desc, k.indisreplident desc limit 1
$$;

-- The container that a column names: the entity code, and an SQL expression of the container's id for an alias.
--
-- A foreign key tells the table; of several the shortest one counts, because composite keys repeat the tenant. Without one
-- the name of the column tells: project_id names a project.
create or replace function @extschema@.sync_container(tab regclass, col text, alias text, out code text, out id text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key record;
  v_columns text[];
begin
  for v_key in
    select k.conkey, k.confkey, k.confrelid, p.code, coalesce(p.key_columns, @extschema@.sync_key_columns(k.confrelid, null)) as key_columns
      from pg_constraint k join pg_attribute a on a.attrelid = tab and a.attname = col
      left join @extschema@.entity_type p on p.table_name = k.confrelid
     where k.conrelid = tab and k.contype = 'f' and a.attnum = any (k.conkey)
     order by cardinality(k.conkey), k.conname
  loop
    select array_agg(ca.attname::text order by key.n) into v_columns
      from unnest(v_key.key_columns) with ordinality as key (col, n)
      join pg_attribute pa on pa.attrelid = v_key.confrelid and pa.attname = key.col
      join unnest(v_key.conkey, v_key.confkey) as pair (child, parent) on pair.parent = pa.attnum
      join pg_attribute ca on ca.attrelid = tab and ca.attnum = pair.child;
    if col = any (v_columns) and cardinality(v_columns) = cardinality(v_key.key_columns) then
      code := coalesce(v_key.code, @extschema@.sync_default_code(v_key.confrelid));
      id := @extschema@.sync_key_text(tab, v_columns, alias);
      if cardinality(v_columns) > 1 then
        id := format('case when %s then %s end',
                     (select string_agg(format('%s.%I is not null', alias, c), ' and ') from unnest(v_columns) c), id);
      end if;
      return;
    end if;
  end loop;
  code := left(regexp_replace(lower(regexp_replace(regexp_replace(col, '_?(id|ID|Id)$', ''), '([a-z0-9])([A-Z])', '\1_\2', 'g')), '[^a-z0-9_]', '_', 'g'), 41);
  if code !~ '^[a-z]' then
    code := left('t_' || code, 41);
  end if;
  id := @extschema@.sync_key_text(tab, array[col], alias);
end $$;

-- An SQL expression of all containers of a row: those of its columns, its tenant and its owner.
create or replace function @extschema@.sync_containers(e @extschema@.entity_type, alias text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce('array_remove(array[' || string_agg(format('%L || %s', c.code || '/', c.id), ', ' order by c.n) || '], null)', '''{}''::text[]')
    from (select u.n, u.code, (@extschema@.sync_container(e.table_name, u.col, alias)).id
            from unnest(e.containers, e.container_codes) with ordinality as u (col, code, n)
          union all
          select 1000000, 'tenant', @extschema@.sync_key_text(e.table_name, array[e.tenant_column], alias)
           where e.tenant_column is not null
          union all
          select 1000001, 'person', @extschema@.sync_key_text(e.table_name, array[e.owner_column], alias)
           where e.owner_column is not null) c
$$;
