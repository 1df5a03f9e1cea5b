-- Describes every live type. The REST API, its OpenAPI document and the generated TypeScript types are derived from it.
-- One row per type, columns in the order of the table.

-- One name per kind of value, so that readers need not know PostgreSQL's aliases (varchar, bpchar and name are text).
create or replace function @extschema@.base_type_name(type oid) returns text
language sql stable strict
set search_path = pg_catalog, pg_temp
as $$
  select case
    when p.typelem <> 0 and p.typlen = -1 and p.typcategory = 'A' then @extschema@.base_type_name(p.typelem) || '[]'
    when p.typtype = 'e' then 'enum'
    else case p.typname
      when 'varchar' then 'text' when 'bpchar' then 'text' when 'name' then 'text'
      when 'int2' then 'int' when 'int4' then 'int' when 'int8' then 'bigint'
      when 'float4' then 'float' when 'float8' then 'float'
      when 'bool' then 'boolean' when 'jsonb' then 'json'
      else p.typname end
  end
  from pg_type p where p.oid = @extschema@.base_type($1)
$$;

create or replace view @extschema@.entity_catalog as
select
  e.code,
  n.nspname::text as schema_name,
  c.relname::text as table_name,
  e.key_columns,
  -- The id of a row as an SQL expression, and those of its parts.
  @extschema@.sync_key_text(e.table_name, e.key_columns, null) as key_text,
  array(select @extschema@.sync_key_text(e.table_name, array[k.col], null) from unnest(e.key_columns) with ordinality as k (col, n) order by k.n) as key_texts,
  e.tenant_column,
  e.owner_column,
  e.version_column,
  e.containers,
  e.container_codes,
  e.rights,
  e.redact,
  e.snapshots,
  e.views,
  e.public,
  -- Policies of the table's own: a gateway cannot tell who could read a row before it changed.
  exists (select 1 from pg_policy p where p.polrelid = c.oid and p.polname not in ('heliograph_standard', 'heliograph_others')) as own_policy,
  obj_description(c.oid, 'pg_class') as comment,
  (
    select jsonb_agg(
             jsonb_build_object(
               'name', a.attname,
               'type', format_type(a.atttypid, a.atttypmod),
               'baseType', @extschema@.base_type_name(a.atttypid),
               'notNull', a.attnotnull,
               'hasDefault', a.atthasdef and a.attgenerated = '',
               'generated', a.attgenerated <> '' or a.attidentity = 'a',
               'maxLength', case when t.typname in ('varchar', 'bpchar') and m.typmod > 4 then m.typmod - 4 end,
               'enumValues', (select jsonb_agg(v.enumlabel order by v.enumsortorder) from pg_enum v
                               where v.enumtypid = coalesce(nullif(t.typelem, 0), t.oid)),
               -- Code of the live type whose key a foreign key of this column points to, also as part of a longer foreign key.
               'references', (select min(p.code)
                                from pg_constraint k
                                join @extschema@.entity_type p on p.table_name = k.confrelid
                                cross join lateral unnest(k.conkey, k.confkey) as pair (child, parent)
                                join pg_attribute pa on pa.attrelid = k.confrelid and pa.attnum = pair.parent and p.key_columns = array[pa.attname::text]
                               where k.conrelid = c.oid and k.contype = 'f' and pair.child = a.attnum),
               'comment', col_description(c.oid, a.attnum))
             order by a.attnum)
      from pg_attribute a
      join pg_type t on t.oid = @extschema@.base_type(a.atttypid)
      -- The length is declared on the column, or on its domain.
      cross join lateral (select greatest(a.atttypmod, d.typtypmod) as typmod from pg_type d where d.oid = a.atttypid) m
     where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attname <> e.version_column
  ) as columns
from @extschema@.entity_type e
join pg_class c on c.oid = e.table_name
join pg_namespace n on n.oid = c.relnamespace;

comment on view @extschema@.entity_catalog is 'One row per live type with everything that is known of its columns.';
