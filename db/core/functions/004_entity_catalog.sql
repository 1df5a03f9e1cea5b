-- Describes every live type. The REST API, its OpenAPI document and the generated TypeScript types are derived from it.
-- One row per type, columns in the order of the table.

-- One name per kind of value, so that readers need not know PostgreSQL's aliases (varchar, bpchar and name are text).
create or replace function @extschema@.base_type_name(type oid) returns text
language sql stable strict
set search_path = pg_catalog, pg_temp
as $$
  select case
    -- int2vector and its like have elements too, but no array notation.
    when exists (select from pg_type e where e.oid = p.typelem and e.typarray = p.oid) then @extschema@.base_type_name(p.typelem) || '[]'
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

-- How values of a type are compared: 2 by order, 1 for equality only, 0 not at all (JSON, xml, point, composite types). The
-- operators must be visible to the caller, because statements name them without a schema.
create or replace function @extschema@.comparison_of(type oid) returns int
language sql stable strict
as $$
  select case
    when p.typtype in ('e', 'r', 'm') then 2
    when p.typname = 'jsonb' then 0 -- documents do not show its text, with which a filter would have to compare
    when exists (select from pg_catalog.pg_type e where e.oid = p.typelem and e.typarray = p.oid) then @extschema@.comparison_of(p.typelem)
    else (
      select pg_catalog.max(case m.amname when 'btree' then 2 else 1 end)
        from pg_catalog.pg_opclass c
        join pg_catalog.pg_am m on m.oid = c.opcmethod
        join pg_catalog.pg_amop o on o.amopfamily = c.opcfamily and o.amoplefttype = c.opcintype and o.amoprighttype = c.opcintype
         and o.amopstrategy = case m.amname when 'btree' then 3 else 1 end
       where m.amname in ('btree', 'hash') and c.opcdefault and pg_catalog.pg_operator_is_visible(o.amopopr)
         and (c.opcintype = p.oid or exists (
           select from pg_catalog.pg_cast k
            where k.castsource = p.oid and k.casttarget = c.opcintype and k.castmethod = 'b' and k.castcontext = 'i')))
  end
  from pg_catalog.pg_type p where p.oid = @extschema@.base_type($1)
$$;

create or replace view @extschema@.entity_catalog as
-- Once per type, not per column: most columns share few types.
with comparison as materialized (
  select d.atttypid as type, @extschema@.comparison_of(d.atttypid) as kind
    from (select distinct a.atttypid from @extschema@.entity_type e join pg_attribute a on a.attrelid = e.table_name
           where a.attnum > 0 and not a.attisdropped) d)
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
               'sortable', coalesce((select k.kind = 2 from comparison k where k.type = a.atttypid), false),
               'comparable', coalesce((select k.kind >= 1 from comparison k where k.type = a.atttypid), false),
               -- Whether texts that differ may be equal; PostgreSQL finds no pattern in them.
               'deterministic', coalesce((select l.collisdeterministic from pg_collation l where l.oid = a.attcollation), true),
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
