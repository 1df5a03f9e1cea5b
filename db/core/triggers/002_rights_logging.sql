-- Functions with which an application's triggers log changes of rights (memberships, grants). Such changes go through the log
-- like any other, marked for a recheck.

-- Logs one change of rights, which the generated triggers of live tables do not see.
create or replace function @extschema@.log_entity_change(entity_code text, entity_id text, grants boolean, container_ids text[], before jsonb, after jsonb) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id uuid := gen_random_uuid();
  v_now timestamptz := clock_timestamp();
  v_ts timestamptz := @extschema@.stored_time(v_now);
  v_action smallint := case when grants then 4 else 5 end;
  v_version bigint := @extschema@.version_now();
  v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
  v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
begin
  insert into @extschema@.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
  values (v_id, $1, $2, v_action, v_version, $4, true, true, v_ts);
  insert into @extschema@.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
  values (v_id, v_ts, $1, $2, v_action, v_version, v_actor, v_request - '{ip,user_agent}'::text[],
          @extschema@.inet_or_null(v_request ->> 'ip'), v_request ->> 'user_agent', before, after);
end $$;

-- The containers of a row, regardless of the caller's rights: holders of a container must be notified when a row in it becomes
-- readable or unreadable; with row_security off, a table that hides rows from the owner is an error. Null when there is no such row.
create or replace function @extschema@.containers_of(code text, id text) returns text[]
language plpgsql security definer
set search_path = pg_catalog, pg_temp set row_security = off
as $$
declare
  e @extschema@.entity_type;
  v_containers text[];
begin
  select t.* into e from @extschema@.entity_type t where t.code = containers_of.code;
  if not found then
    return null;
  end if;
  execute format('select %s from %s t where %s', @extschema@.sync_containers(e, 't'), e.table_name, @extschema@.sync_key_condition(e, 't', '$1'))
    into v_containers using id;
  return v_containers;
end $$;
