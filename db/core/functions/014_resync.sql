-- For loads with triggers off: every row gets a new version, and a new epoch makes every client compare. Nothing is
-- logged: the epoch reaches all, rows that were deleted included.
create or replace function @extschema@.resync(code text) returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  e @extschema@.entity_type;
  v_triggers jsonb;
  v_trigger record;
  v_maintenance text := current_setting('app.maintenance', true);
  v_count bigint;
begin
  select t.* into e from @extschema@.entity_type t where t.code = resync.code;
  if not found then
    raise exception 'no live type "%"', code using errcode = '22023', hint = 'Run: select code from @extschema@.entity_type';
  end if;
  perform set_config('app.maintenance', 'on', true);
  -- Our triggers would call this no change, the table's own must not act on it. Held until the end of the
  -- transaction, so no writer slips in between.
  execute format('lock table %s in share row exclusive mode', e.table_name);
  select coalesce(jsonb_object_agg(tgname, case tgenabled when 'A' then 'enable always' when 'R' then 'enable replica' else 'enable' end), '{}')
    into v_triggers from pg_trigger where tgrelid = e.table_name and not tgisinternal and tgenabled <> 'D';
  for v_trigger in select t.name, t.mode from jsonb_each_text(v_triggers) t (name, mode) loop
    execute format('alter table %s disable trigger %I', e.table_name, v_trigger.name);
  end loop;
  execute format('update %s set version = greatest(version + 1, (extract(epoch from clock_timestamp()) * 1000000)::bigint), updated_ts = clock_timestamp()', e.table_name);
  get diagnostics v_count = row_count;
  for v_trigger in select t.name, t.mode from jsonb_each_text(v_triggers) t (name, mode) loop
    execute format('alter table %s %s trigger %I', e.table_name, v_trigger.mode, v_trigger.name);
  end loop;
  perform set_config('app.maintenance', coalesce(v_maintenance, ''), true);
  perform @extschema@.new_log_epoch();
  return v_count;
end $$;
