-- Repairs a type after a load with triggers off: gives every row a new version and starts a new epoch, so that every client
-- compares its versions. Nothing is logged: the new epoch also covers rows that were deleted.
create or replace function @extschema@.resync(code text) returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  e @extschema@.entity_type;
  v_triggers jsonb;
  v_trigger record;
  v_forced boolean;
  v_count bigint;
begin
  select t.* into e from @extschema@.entity_type t where t.code = resync.code;
  if not found then
    raise exception 'no live type "%"', code using errcode = '22023', hint = 'Run: select code from @extschema@.entity_type';
  end if;
  -- Triggers are disabled: ours would see no change, and the table's own must not act on one. The lock is held until the end
  -- of the transaction, so that no write happens without triggers.
  execute format('lock table %s in share row exclusive mode', e.table_name);
  -- The application may have forced its own policies on the owner.
  select relforcerowsecurity into v_forced from pg_class where oid = e.table_name;
  if v_forced then
    execute format('alter table %s no force row level security', e.table_name);
  end if;
  select coalesce(jsonb_object_agg(tgname, case tgenabled when 'A' then 'enable always' when 'R' then 'enable replica' else 'enable' end), '{}')
    into v_triggers from pg_trigger where tgrelid = e.table_name and not tgisinternal and tgenabled <> 'D';
  for v_trigger in select t.name, t.mode from jsonb_each_text(v_triggers) t (name, mode) loop
    execute format('alter table %s disable trigger %I', e.table_name, v_trigger.name);
  end loop;
  execute format('update %1$s set %2$I = greatest(%2$I + 1, %3$s)', e.table_name, e.version_column, @extschema@.version_now());
  get diagnostics v_count = row_count;
  for v_trigger in select t.name, t.mode from jsonb_each_text(v_triggers) t (name, mode) loop
    execute format('alter table %s %s trigger %I', e.table_name, v_trigger.mode, v_trigger.name);
  end loop;
  if v_forced then
    execute format('alter table %s force row level security', e.table_name);
  end if;
  perform @extschema@.new_log_epoch();
  return v_count;
end $$;
