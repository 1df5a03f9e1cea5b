-- Rights to the rows of live tables. A table with policies of its own is used as it is. A table without gets two:
-- heliograph_others admits every role to every row, as before; heliograph_standard is restrictive and applies to the
-- application role alone. Row level security is never forced, so the owner is not subject to it.
--
-- Policies name no column, because PostgreSQL refuses to drop a column or change its type while a policy names it. They pass
-- the row to a function, which the planner inlines. What does not depend on the row is an argument `(select …)`, computed once
-- per statement.

-- Whether a table has no policies besides the standard ones.
create or replace function @extschema@.sync_has_standard_policy(tab regclass) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select not exists (select 1 from pg_policy where polrelid = tab and polname not in ('heliograph_standard', 'heliograph_others'))
$$;

create or replace function @extschema@.sync_has_column(tab regclass, col text) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select exists (select 1 from pg_attribute where attrelid = tab and attname = col and attnum > 0 and not attisdropped)
$$;

-- Whether a type is read only for everybody: public, and without anything that tells whose a row is.
create or replace function @extschema@.sync_is_open(e @extschema@.entity_type) returns boolean
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select e.public and e.tenant_column is null and e.owner_column is null
$$;

-- Commands (r, a, w, d) for which a permissive policy of the table's own admits the application role.
create or replace function @extschema@.sync_admitted_commands(tab regclass) returns text[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select array(
    select c.cmd from unnest('{r,a,w,d}'::text[]) c (cmd)
     where exists (select 1 from pg_policy p where p.polrelid = tab and p.polpermissive and p.polcmd::text in ('*', c.cmd)
                      and exists (select 1 from unnest(p.polroles) r (oid)
                                   where r.oid = 0 or pg_has_role('@roleprefix@_app'::regrole, r.oid, 'usage'))))
$$;

-- Roles that row level security on this table would apply to, besides those of Heliograph: they have a right on the table and
-- are neither superuser nor owner. For them COPY FROM and row_security = off fail, and plans lose statistics.
create or replace function @extschema@.sync_other_roles(tab regclass) returns text[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(array_agg(distinct r.name order by r.name), '{}')
    from pg_class c
    cross join lateral (
      select coalesce(quote_ident(g.rolname), 'PUBLIC') as name, g.oid
        from (select x.grantee from aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) x
              union
              select x.grantee from pg_attribute a, aclexplode(a.attacl) x where a.attrelid = c.oid and not a.attisdropped) x
        left join pg_roles g on g.oid = x.grantee
      union
      -- Members of these predefined roles read or write every table.
      select quote_ident(m.rolname), m.oid
        from pg_roles m, pg_roles p
       where p.rolname in ('pg_read_all_data', 'pg_write_all_data') and m.oid <> p.oid
         and exists (select 1 from pg_auth_members g where g.roleid = p.oid and g.member = m.oid)) r
    left join pg_roles g on g.oid = r.oid
   where c.oid = tab
     and not coalesce(g.rolsuper or g.rolbypassrls, false)
     and (r.oid is null or not pg_has_role(r.oid, c.relowner, 'usage'))
     and r.name not in (quote_ident('@roleprefix@_app'), quote_ident('@roleprefix@_gateway'), quote_ident('@roleprefix@_watcher'), quote_ident('@roleprefix@_log'))
$$;

-- The condition under which a caller may read row r, with the parameters and arguments of the function that holds it.
create or replace function @extschema@.sync_readable(e @extschema@.entity_type, out condition text, out parameters text, out arguments text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_right record;
begin
  for v_right in
    select c.col, c.name, c.hook, format_type(a.atttypid, null) as type
      from (values (1, e.tenant_column, 'tenant', 'current_tenant_id'), (2, e.owner_column, 'person', 'current_person_id')) c (n, col, name, hook)
      join pg_attribute a on a.attrelid = e.table_name and a.attname = c.col
     order by c.n
  loop
    condition := concat_ws(' and ', condition, format('(r).%I = %s', v_right.col, v_right.name));
    parameters := concat(parameters, ', ', v_right.name, ' ', v_right.type);
    arguments := concat(arguments, format(', (select @extschema@.value_or_null(@extschema@.%s(), null::%s))', v_right.hook, v_right.type));
  end loop;
  if e.tenant_column is not null and @extschema@.sync_has_column(e.table_name, 'is_private') then
    condition := format('%s and (not (r).is_private or admin or %s = any (granted))', condition, @extschema@.sync_key_text(e.table_name, e.key_columns, '(r)'));
    parameters := parameters || ', admin boolean, granted text[]';
    arguments := arguments || format(', (select @extschema@.is_tenant_admin()), (select @extschema@.granted_ids(%L))', e.code);
  end if;
end $$;

-- One condition per foreign key of row r to a live table whose rows a member may be unable to read, because foreign keys bypass
-- row level security. A composite key to a table with tenant rights alone needs none: rows of the same tenant are visible to
-- the same persons.
create or replace function @extschema@.sync_parent_conditions(tab regclass) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select string_agg(
           format('(r.%1$I is null or exists (select 1 from %2$s p where p.%3$I = r.%1$I))', ca.attname, p.table_name, pa.attname),
           ' and ' order by ca.attnum, p.code)
    from pg_constraint k
         join @extschema@.entity_type p on p.table_name = k.confrelid
         cross join lateral unnest(k.conkey, k.confkey) as pair (child, parent)
         join pg_attribute ca on ca.attrelid = k.conrelid and ca.attnum = pair.child
         join pg_attribute pa on pa.attrelid = k.confrelid and pa.attnum = pair.parent and pa.attname = any (p.key_columns)
   where k.conrelid = tab and k.contype = 'f'
     -- A reference to the tenant itself is covered by the tenant condition.
     and not exists (select 1 from @extschema@.entity_type e where e.table_name = tab and e.tenant_column = ca.attname)
     and not p.public
     and (@extschema@.sync_has_column(k.confrelid, 'is_private')
          or p.owner_column is not null
          or not @extschema@.sync_has_standard_policy(k.confrelid)
          or cardinality(k.conkey) = 1)
$$;

-- Drops the standard policies and their functions.
create or replace function @extschema@.sync_drop_policies(code text, tab regclass) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_function regprocedure;
begin
  if exists (select 1 from pg_class where oid = tab) then
    execute format('drop policy if exists heliograph_standard on %s', tab);
    execute format('drop policy if exists heliograph_others on %s', tab);
  end if;
  for v_function in
    select p.oid from pg_proc p where p.pronamespace = '@extschema@'::regnamespace and p.proname in ('readable_' || code, 'parents_readable_' || code)
  loop
    execute format('drop function %s', v_function);
  end loop;
end $$;

create or replace function @extschema@.sync_set_standard_policy(e @extschema@.entity_type) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_readable record := @extschema@.sync_readable(e);
  v_parents text := @extschema@.sync_parent_conditions(e.table_name);
  v_row text := (select quote_ident(relname) from pg_class where oid = e.table_name);
  v_using text;
begin
  perform @extschema@.sync_drop_policies(e.code, e.table_name);
  if @extschema@.sync_is_open(e) then
    return;
  end if;
  -- The row is of type anyelement and not of the table's own type, which DROP TABLE would then have to leave. Neither SECURITY
  -- DEFINER nor SET, which would prevent inlining; names are resolved with the caller's search_path and therefore qualified.
  execute format('create function @extschema@.%I(r anyelement%s) returns boolean language sql stable as %L',
    'readable_' || e.code, v_readable.parameters, 'select ' || v_readable.condition);
  v_using := format('@extschema@.%I(%s%s)', 'readable_' || e.code, v_row, v_readable.arguments);
  if v_parents is not null then
    -- A function of its own, because a policy that reads its own table fails as infinite recursion. It runs with the rights of
    -- the writer, so that policies apply, and is volatile, so that it sees rows of the same statement.
    execute format('create function @extschema@.%I(r anyelement) returns boolean language plpgsql volatile set search_path = pg_catalog, pg_temp as %L',
      'parents_readable_' || e.code, format('begin return %s; end', v_parents));
  end if;
  execute (select string_agg(format('revoke execute on function %1$s from public; grant execute on function %1$s to @roleprefix@_app', p.oid::regprocedure), '; ')
             from pg_proc p where p.pronamespace = '@extschema@'::regnamespace and p.proname in ('readable_' || e.code, 'parents_readable_' || e.code));
  execute format('create policy heliograph_others on %s using (true) with check (true)', e.table_name);
  execute format('create policy heliograph_standard on %s as restrictive to @roleprefix@_app using (%s) with check (%s)', e.table_name, v_using,
    v_using || case when v_parents is null then '' else format(' and @extschema@.%I(%s)', 'parents_readable_' || e.code, v_row) end);
end $$;

-- Refuses a table where policies would keep the application role out, or would change what other roles see of it.
create or replace function @extschema@.sync_check_rights(tab regclass, e @extschema@.entity_type) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_secured boolean := (select relrowsecurity from pg_class where oid = tab);
  v_standard boolean := exists (select 1 from pg_policy where polrelid = tab and polname like 'heliograph\_%');
  v_others text[];
begin
  if not @extschema@.sync_has_standard_policy(tab) then
    if not v_secured then
      raise exception '% has policies, but row level security is off: they apply to no one', tab
        using errcode = '42P17', hint = format('Run: alter table %s enable row level security, or drop the policies.', tab);
    elsif not 'r' = any (@extschema@.sync_admitted_commands(tab)) then
      raise exception 'no policy of % lets @roleprefix@_app read rows', tab
        using errcode = '42501', hint = format('Run: create policy … on %s for select to @roleprefix@_app using (…), or grant @roleprefix@_app a role that a policy names.', tab);
    end if;
    return;
  end if;
  if v_secured and not v_standard then
    raise exception 'row level security of % is on, and no policy admits anyone: the table is locked', tab
      using errcode = '42501', hint = format('Create policies, one of them for select to @roleprefix@_app, or run: alter table %s disable row level security', tab);
  end if;
  if @extschema@.sync_is_open(e) or e.access = 'policy' or v_secured then
    return;
  end if;
  v_others := @extschema@.sync_other_roles(tab);
  if v_others <> '{}' then
    raise exception 'row level security on % would also apply to %', tab, array_to_string(v_others, ', ')
      using errcode = '42P17',
            detail = 'These roles would read and write the same rows as before. But COPY … FROM and row_security = off (pg_dump) would fail for them, and some of their plans would lose statistics.',
            hint = 'Pass access => ''policy'' if that is acceptable, or revoke their rights on the table.';
  end if;
end $$;

-- Whether the application role has a right, granted to it, to a role of which it is a member, or to PUBLIC.
create or replace function @extschema@.sync_app_has(kind text, object oid, privilege text) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select case kind
    when 'schema' then has_schema_privilege('@roleprefix@_app', object, privilege)
    when 'table' then has_table_privilege('@roleprefix@_app', object, privilege)
    when 'sequence' then has_sequence_privilege('@roleprefix@_app', object, privilege)
    else has_function_privilege('@roleprefix@_app', object, privilege) end
$$;

-- Grants the application role what it needs to use the table, and returns the grants that were made. Refuses where the caller
-- may not make one, with the statement that does.
create or replace function @extschema@.sync_grant(e @extschema@.entity_type) returns text[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_commands text[] := case
    when not @extschema@.sync_has_standard_policy(e.table_name) then @extschema@.sync_admitted_commands(e.table_name)
    when @extschema@.sync_is_open(e) then '{r}' else '{r,a,w,d}' end;
  v_writes boolean := v_commands && '{a,w}';
  g record;
  v_made text[] := '{}';
  v_missing text[] := '{}';
begin
  for g in
    select 'usage' as privilege, format('schema %I', n.nspname) as object, n.oid, 'schema' as kind
      from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = e.table_name
    union all
    select x.privilege, format('table %s', e.table_name), e.table_name::oid, 'table'
      from (values ('r', 'select'), ('a', 'insert'), ('w', 'update'), ('d', 'delete')) x (cmd, privilege) where x.cmd = any (v_commands)
    union all
    -- Sequences and functions that a written row needs: defaults, generated columns, checks. Identity columns need no right.
    select distinct case d.refclassid when 'pg_class'::regclass then 'usage' else 'execute' end,
           case d.refclassid when 'pg_class'::regclass then format('sequence %s', d.refobjid::regclass) else format('function %s', d.refobjid::regprocedure) end,
           d.refobjid, case d.refclassid when 'pg_class'::regclass then 'sequence' else 'function' end
      from (select 'pg_attrdef'::regclass as classid, oid from pg_attrdef where adrelid = e.table_name
            union all
            select 'pg_constraint'::regclass, oid from pg_constraint where conrelid = e.table_name and contype = 'c') o
      join pg_depend d on d.classid = o.classid and d.objid = o.oid
       and (d.refclassid = 'pg_proc'::regclass or d.refclassid = 'pg_class'::regclass and exists (select 1 from pg_class s where s.oid = d.refobjid and s.relkind = 'S'))
     where v_writes
  loop
    continue when @extschema@.sync_app_has(g.kind, g.oid, g.privilege);
    begin
      execute format('grant %s on %s to @roleprefix@_app', g.privilege, g.object);
    exception when insufficient_privilege then
      null;
    end;
    -- A role without the grant option gets a warning instead of an error.
    if @extschema@.sync_app_has(g.kind, g.oid, g.privilege) then
      v_made := v_made || case g.kind when 'table' then g.privilege else format('%s on %s', g.privilege, g.object) end;
    else
      v_missing := v_missing || format('grant %s on %s to @roleprefix@_app', g.privilege, g.object);
    end if;
  end loop;
  if v_missing <> '{}' then
    raise exception '@roleprefix@_app lacks rights that % may not grant: it could not use %', current_user, e.table_name
      using errcode = '42501', hint = format('As an owner of these objects, run: %s', array_to_string(v_missing, '; '));
  end if;
  return v_made;
end $$;

-- Enables row level security with the standard policies on a table that has none of its own.
create or replace function @extschema@.sync_secure(e @extschema@.entity_type) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  child @extschema@.entity_type;
begin
  if @extschema@.sync_has_standard_policy(e.table_name) then
    perform @extschema@.sync_set_standard_policy(e);
    execute format('alter table %s %s row level security', e.table_name, case when @extschema@.sync_is_open(e) then 'disable' else 'enable' end);
  else
    -- heliograph_others would admit everybody beside policies that the table got since.
    perform @extschema@.sync_drop_policies(e.code, e.table_name);
  end if;

  -- Policies of children that went live before this table do not check it yet.
  for child in
    select distinct on (c.code) c.* from @extschema@.entity_type c join pg_constraint k on k.conrelid = c.table_name and k.contype = 'f'
     where k.confrelid = e.table_name and c.code <> e.code and coalesce(c.tenant_column, c.owner_column) is not null
       and @extschema@.sync_has_standard_policy(c.table_name)
  loop
    perform @extschema@.sync_set_standard_policy(child);
  end loop;
end $$;

-- Undoes sync_secure and sync_grant.
create or replace function @extschema@.sync_release(e @extschema@.entity_type) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_grant text;
  v_heir text;
begin
  if exists (select 1 from pg_policy where polrelid = e.table_name and polname = 'heliograph_standard')
     and @extschema@.sync_has_standard_policy(e.table_name) then
    execute format('alter table %s disable row level security', e.table_name);
  end if;
  perform @extschema@.sync_drop_policies(e.code, e.table_name);
  foreach v_grant in array e.grants loop
    if v_grant !~ ' on ' then
      continue when not exists (select 1 from pg_class where oid = e.table_name);
      execute format('revoke %s on table %s from @roleprefix@_app', v_grant, e.table_name);
      continue;
    end if;
    -- Schemas, sequences and functions may serve other live types: then one of those takes the grant over.
    select t.code into v_heir from @extschema@.entity_type t join pg_class c on c.oid = t.table_name join pg_namespace n on n.oid = c.relnamespace
     where v_grant not like '% on schema %' or v_grant = format('usage on schema %I', n.nspname) order by t.code limit 1;
    if found then
      update @extschema@.entity_type t set grants = t.grants || v_grant where t.code = v_heir;
    else
      begin
        execute format('revoke %s from @roleprefix@_app', v_grant);
      exception when undefined_object or undefined_table or undefined_function or invalid_schema_name then
        null; -- dropped since
      end;
    end if;
  end loop;
end $$;
