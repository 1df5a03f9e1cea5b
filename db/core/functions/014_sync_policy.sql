-- The standard policy admits rows of the caller's tenant; private rows only for its admins and for persons with a grant. It
-- refuses a row below a parent that the writer cannot see, because foreign keys bypass row level security.

-- Whether a table has no policies besides the standard ones.
create or replace function @extschema@.sync_has_standard_policy(tab regclass) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select not exists (select 1 from pg_policy where polrelid = tab and polname not in ('heliograph_standard', 'heliograph_owner'))
$$;

create or replace function @extschema@.sync_has_column(tab regclass, col text) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select exists (select 1 from pg_attribute where attrelid = tab and attname = col and attnum > 0 and not attisdropped)
$$;

-- One condition per foreign key to a live table whose rows a member may be unable to read. A composite key to a table with
-- tenant rights alone needs none: rows of the same tenant are visible to the same persons.
create or replace function @extschema@.sync_parent_conditions(tab regclass) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select string_agg(
           case when k.confrelid = tab
             -- A policy that reads its own table fails as infinite recursion, hence the function.
             then format(' and (%1$s.%2$I is null or @extschema@.%3$I(%4$s))', c.relname_q, ca.attname, 'sees_' || p.code,
                         @extschema@.sync_key_text(tab, array[ca.attname::text], c.relname_q))
             else format(' and (%1$s.%2$I is null or exists (select 1 from %3$s heliograph_parent where heliograph_parent.%4$I = %1$s.%2$I))',
                         c.relname_q, ca.attname, p.table_name, pa.attname)
           end, '' order by ca.attnum)
    from (select quote_ident(relname) as relname_q from pg_class where oid = tab) c,
         pg_constraint k
         join @extschema@.entity_type p on p.table_name = k.confrelid
         cross join lateral unnest(k.conkey, k.confkey) as pair (child, parent)
         join pg_attribute ca on ca.attrelid = k.conrelid and ca.attnum = pair.child
         join pg_attribute pa on pa.attrelid = k.confrelid and pa.attnum = pair.parent and pa.attname = any (p.key_columns)
   where k.conrelid = tab and k.contype = 'f'
     -- A reference to the tenant itself is covered by the tenant condition.
     and not exists (select 1 from @extschema@.entity_type e where e.table_name = tab and e.tenant_column = ca.attname)
     and not p.public
     and (@extschema@.sync_has_column(k.confrelid, 'is_private')
          or not @extschema@.sync_has_standard_policy(k.confrelid)
          or cardinality(k.conkey) = 1)
$$;

create or replace function @extschema@.sync_set_standard_policy(e @extschema@.entity_type) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_using text;
  v_check text;
begin
  if e.tenant_column is null then
    v_using := 'true';
  else
    v_using := format('%I = (select @extschema@.value_or_null(@extschema@.current_tenant_id(), null::%s))', e.tenant_column,
      (select format_type(a.atttypid, a.atttypmod) from pg_attribute a where a.attrelid = e.table_name and a.attname = e.tenant_column));
    if @extschema@.sync_has_column(e.table_name, 'is_private') then
      v_using := v_using || format(
        ' and (not is_private or (select @extschema@.is_tenant_admin()) or %s = any ((select @extschema@.granted_ids(%L))::text[]))',
        @extschema@.sync_key_text(e.table_name, e.key_columns, (select quote_ident(relname) from pg_class where oid = e.table_name)), e.code);
    end if;
  end if;

  -- Runs with the rights of the writer, so that policies apply; volatile, so that it sees rows of the same statement.
  execute format(
    'create or replace function @extschema@.%I(id text) returns boolean language plpgsql volatile set search_path = pg_catalog, pg_temp as '
    '$b$ begin return exists (select 1 from %s t where %s); end $b$', 'sees_' || e.code, e.table_name, @extschema@.sync_key_condition(e, 't', '$1'));
  execute format('revoke execute on function @extschema@.%I(text) from public', 'sees_' || e.code);
  execute format('grant execute on function @extschema@.%I(text) to @roleprefix@_app', 'sees_' || e.code);

  v_check := v_using || coalesce(@extschema@.sync_parent_conditions(e.table_name), '');
  execute format('drop policy if exists heliograph_standard on %s', e.table_name);
  if e.tenant_column is null then
    execute format('create policy heliograph_standard on %s for select to @roleprefix@_app using (true)', e.table_name);
    execute format('grant select on %s to @roleprefix@_app', e.table_name);
  else
    execute format('create policy heliograph_standard on %s to @roleprefix@_app using (%s) with check (%s)', e.table_name, v_using, v_check);
    execute format('grant select, insert, update, delete on %s to @roleprefix@_app', e.table_name);
  end if;
end $$;

-- Enables and forces row level security on a live table: the standard policy where the table has none of its own, and a
-- policy that admits the owner during maintenance.
create or replace function @extschema@.sync_secure(e @extschema@.entity_type) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_owner text := (select pg_get_userbyid(relowner) from pg_class where oid = e.table_name);
  child @extschema@.entity_type;
begin
  if @extschema@.sync_has_standard_policy(e.table_name) then
    perform @extschema@.sync_set_standard_policy(e);
  end if;
  execute format('drop policy if exists heliograph_owner on %s', e.table_name);
  execute format('create policy heliograph_owner on %s to %I using (@extschema@.in_maintenance()) with check (@extschema@.in_maintenance())', e.table_name, v_owner);
  execute format('alter table %s enable row level security, force row level security', e.table_name);

  -- Policies of children that went live before this table do not check it yet.
  for child in
    select distinct on (c.code) c.* from @extschema@.entity_type c join pg_constraint k on k.conrelid = c.table_name and k.contype = 'f'
     where k.confrelid = e.table_name and c.code <> e.code and c.tenant_column is not null
       and @extschema@.sync_has_standard_policy(c.table_name)
  loop
    perform @extschema@.sync_set_standard_policy(child);
  end loop;
end $$;
