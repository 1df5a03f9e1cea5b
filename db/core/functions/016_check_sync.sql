-- Reports problems of live types, and of hooks (then code is null), each with its remedy; no row when there are none.
create or replace function @extschema@.check_sync()
returns table (code text, problem text, remedy text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  e @extschema@.entity_type;
  v_name text;
  v_state "char";
  c pg_class;
  h record;
begin
  for h in
    select p.oid::regprocedure::text as signature, count(*) over (partition by p.proname) > 1 as repeated,
           exists (select 1 from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x
                    where x.grantee = 0 and x.privilege_type = 'EXECUTE') as open_to_all
      from pg_proc p
     where p.pronamespace = '@extschema@'::regnamespace
       and p.proname in ('current_tenant_id', 'is_tenant_admin', 'identify', 'login', 'granted_ids', 'granted_persons',
                         'expire_grants', 'delete_orphan_grants', 'subject_markers', 'erase_person')
     order by 1
  loop
    if h.repeated then
      problem := format('hook %s is one of two functions of this name: the one with other arguments is never called', h.signature);
      remedy := 'Drop the one whose arguments differ from those in db/core/functions/002_hooks.sql.';
      return next;
    end if;
    if h.open_to_all then
      problem := format('hook %s may be executed by every role', h.signature);
      remedy := format('Run: revoke execute on function %s from public, and grant it to the role that db/core/grants.sql names.', h.signature);
      return next;
    end if;
  end loop;

  for e in select t.* from @extschema@.entity_type t order by t.code loop
    code := e.code;
    remedy := format('Run again: select @extschema@.enable_sync(%L, %L, …)', e.table_name, e.code);

    select * into c from pg_class where oid = e.table_name;
    if not found then
      problem := 'the table does not exist any more';
      remedy := format('Run: select @extschema@.disable_sync(%L)', e.code);
      return next;
      continue;
    end if;

    foreach v_name in array array['zzz_sync_version', 'zzz_sync_truncate', format('log_%s_changes_insert', e.code),
        format('log_%s_changes_update', e.code), format('log_%s_changes_delete', e.code)] loop
      select t.tgenabled into v_state from pg_trigger t join pg_proc p on p.oid = t.tgfoid
       where t.tgrelid = e.table_name and t.tgname = v_name and p.pronamespace = '@extschema@'::regnamespace;
      if not found then
        problem := format('trigger %s is missing: changes are not logged', v_name);
        return next;
      elsif v_state not in ('O', 'A') then
        problem := format('trigger %s is disabled: changes are not logged', v_name);
        remedy := format('Run: alter table %s enable trigger %I; select @extschema@.resync(%L)', e.table_name, v_name, e.code);
        return next;
        remedy := format('Run again: select @extschema@.enable_sync(%L, %L, …)', e.table_name, e.code);
      end if;
    end loop;

    for v_name in select tgname from pg_trigger
      where tgrelid = e.table_name and not tgisinternal and tgtype & 3 = 3 and tgtype & 20 <> 0 and tgname > 'zzz_sync_version' loop
      problem := format('BEFORE trigger %s runs after zzz_sync_version: its changes are not logged', v_name);
      remedy := format('Run: alter trigger %I on %s rename to …', v_name, e.table_name);
      return next;
      remedy := format('Run again: select @extschema@.enable_sync(%L, %L, …)', e.table_name, e.code);
    end loop;

    for v_name in select p.proname from pg_proc p
      where p.pronamespace = '@extschema@'::regnamespace
        and p.proname in ('version_' || e.code, 'readable_' || e.code, 'parents_readable_' || e.code, format('log_%s_changes_insert', e.code), format('log_%s_changes_update', e.code), format('log_%s_changes_delete', e.code))
        and exists (select 1 from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x where x.grantee = 0 and x.privilege_type = 'EXECUTE') loop
      problem := format('function @extschema@.%s may be executed by every role', v_name);
      return next;
    end loop;

    if not @extschema@.sync_is_open(e) or not @extschema@.sync_has_standard_policy(e.table_name) then
      if not c.relrowsecurity then
        problem := 'row level security is off: every role with SELECT reads every row';
        return next;
      end if;
      if not @extschema@.sync_has_standard_policy(e.table_name) then
        if not 'r' = any (@extschema@.sync_admitted_commands(e.table_name)) then
          problem := 'no policy applies to the application: it sees no row';
          remedy := format('Run: create policy … on %s for select to @roleprefix@_app using (…)', e.table_name);
          return next;
          remedy := format('Run again: select @extschema@.enable_sync(%L, %L, …)', e.table_name, e.code);
        end if;
      else
        if not exists (select 1 from pg_policy where polrelid = e.table_name and polname = 'heliograph_standard' and not polpermissive) then
          problem := 'policy heliograph_standard is missing: the application reads every row, or none';
          return next;
        end if;
        if not exists (select 1 from pg_policy where polrelid = e.table_name and polname = 'heliograph_others' and polpermissive and polcmd = '*' and polroles = '{0}') then
          problem := 'policy heliograph_others is missing: no role but the owner sees a row';
          return next;
        end if;
        if (select p.prosrc from pg_proc p where p.pronamespace = '@extschema@'::regnamespace and p.proname = 'readable_' || e.code)
             is distinct from 'select ' || (@extschema@.sync_readable(e)).condition
           or (select p.prosrc from pg_proc p where p.pronamespace = '@extschema@'::regnamespace and p.proname = 'parents_readable_' || e.code)
             is distinct from 'begin return ' || @extschema@.sync_parent_conditions(e.table_name) || '; end' then
          problem := 'the functions of the standard policy are stale: columns or foreign keys changed';
          return next;
        end if;
        if e.access = 'auto' and @extschema@.sync_other_roles(e.table_name) <> '{}' then
          problem := format('row level security also applies to %s, which got rights since: COPY … FROM and row_security = off fail for them', array_to_string(@extschema@.sync_other_roles(e.table_name), ', '));
          remedy := format('Revoke their rights, or accept it: select @extschema@.enable_sync(%L, %L, …, access => ''policy'')', e.table_name, e.code);
          return next;
          remedy := format('Run again: select @extschema@.enable_sync(%L, %L, …)', e.table_name, e.code);
        end if;
      end if;
      if @extschema@.sync_has_standard_policy(e.table_name) is false
         and exists (select 1 from pg_policy where polrelid = e.table_name and polname in ('heliograph_standard', 'heliograph_others')) then
        problem := 'policies were added beside the standard one: rows are not marked as restricted by them';
        remedy := format('Drop policy heliograph_standard and heliograph_others, or the others, then run again: select @extschema@.enable_sync(%L, %L, …)', e.table_name, e.code);
        return next;
        remedy := format('Run again: select @extschema@.enable_sync(%L, %L, …)', e.table_name, e.code);
      -- The generated function still assumes the standard policy: it would send ids of rows to every holder of their container.
      elsif not e.public and not @extschema@.sync_has_standard_policy(e.table_name) and exists (
        select 1 from pg_proc p where p.pronamespace = '@extschema@'::regnamespace and p.proname = format('log_%s_changes_update', e.code)
           and p.prosrc not like '%is not null and true as restricted%') then
        problem := 'the table got policies of its own after it went live: rows are not marked as restricted by them';
        return next;
      end if;
    end if;

    for v_name in select u.col from unnest(e.containers || e.rights || e.redact || e.key_columns || array[e.tenant_column, e.owner_column, e.version_column]) u (col)
      where u.col is not null and not @extschema@.sync_has_column(e.table_name, u.col) loop
      problem := format('column %s does not exist any more: writes to the table fail', v_name);
      return next;
    end loop;

    if c.relkind <> 'r' or c.relispartition or c.relpersistence <> 'p'
       or exists (select 1 from pg_inherits where inhparent = e.table_name or inhrelid = e.table_name) then
      problem := 'the table became partitioned, inherited or unlogged: changes may not be logged';
      remedy := 'Undo that, or end its sync with @extschema@.disable_sync.';
      return next;
    end if;
  end loop;
end $$;

comment on function @extschema@.check_sync() is 'Problems of live types and hooks, each with its remedy; no row when there are none.';
