-- Changes of memberships and grants are changes of what persons may read: they go through the log like any other,
-- marked for a recheck. A membership is logged under the code "person" and the id of the person.

-- Writes one row of the log by hand, for what no generated trigger of a live table sees.
create or replace function app.log_entity_change(entity_code text, entity_id uuid, grants boolean, container_ids uuid[], before jsonb, after jsonb) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id uuid := gen_random_uuid();
  v_ts timestamptz := clock_timestamp();
  v_action smallint := case when grants then 4 else 5 end;
  v_version bigint := (extract(epoch from v_ts) * 1000000)::bigint;
  v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
  v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
begin
  insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
  values (v_id, $1, $2, v_action, v_version, $4, true, true, v_ts);
  insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
  values (v_id, v_ts, $1, $2, v_action, v_version, v_actor, v_request - '{ip,user_agent}'::text[],
          app.inet_or_null(v_request ->> 'ip'), v_request ->> 'user_agent', before, after);
end $$;

create or replace function app.log_membership_changes() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'UPDATE' and new.person_id = old.person_id and new.organization_id = old.organization_id then
    if new.role <> old.role then
      perform app.log_entity_change('person', new.person_id, new.role = 'admin'::app.membership_role, array[new.organization_id], to_jsonb(old.*), to_jsonb(new.*));
    end if;
    return null;
  end if;
  if tg_op in ('UPDATE', 'DELETE') then
    perform app.log_entity_change('person', old.person_id, false, array[old.organization_id], to_jsonb(old.*), null);
  end if;
  if tg_op in ('UPDATE', 'INSERT') then
    perform app.log_entity_change('person', new.person_id, true, array[new.organization_id], null, to_jsonb(new.*));
  end if;
  return null;
end $$;

create or replace trigger log_membership_changes
  after insert or update or delete on app.membership
  for each row execute function app.log_membership_changes();

-- The containers of the row, before the reader's rights: whoever holds a container must hear that a row in it
-- became readable, or ceased to be. Null when there is no such row.
create or replace function app.containers_of(code text, id uuid) returns uuid[]
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  e app.entity_type;
  v_maintenance text := current_setting('app.maintenance', true);
  v_ids uuid[];
begin
  select t.* into e from app.entity_type t where t.code = containers_of.code;
  if not found then
    return null;
  end if;
  perform set_config('app.maintenance', 'on', true);
  execute format('select %s from %s t where t.%I = $1',
                 coalesce('array_remove(array[' || app.sync_columns('t', e.containers) || '], null)', '''{}''::uuid[]'), e.table_name, e.key_column)
    into v_ids using id;
  perform set_config('app.maintenance', coalesce(v_maintenance, ''), true);
  return v_ids;
end $$;

create or replace function app.check_entity_grant() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select 1 from app.entity_type e where e.code = new.entity_code) then
    raise exception 'no live type "%"', new.entity_code using errcode = '23503', hint = 'Run: select code from app.entity_type';
  end if;
  return new;
end $$;

create or replace trigger check_entity_grant
  before insert or update of entity_code on app.entity_grant
  for each row execute function app.check_entity_grant();

-- Among the containers stands the person, too: so a gateway knows whose right it was. Holders of the row's container who
-- cannot read the row are told nothing then, or they would learn that it exists; who has lost the right is told of it.
create or replace function app.log_grant_changes() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'UPDATE' and (new.entity_code, new.entity_id, new.person_id, new.organization_id)
                        = (old.entity_code, old.entity_id, old.person_id, old.organization_id) then
    return null; -- another expiry changes no right now
  end if;
  if tg_op in ('UPDATE', 'DELETE') then
    perform app.log_entity_change(old.entity_code, old.entity_id, false,
      coalesce(app.containers_of(old.entity_code, old.entity_id), '{}') || old.person_id, to_jsonb(old.*), null);
  end if;
  if tg_op in ('UPDATE', 'INSERT') then
    perform app.log_entity_change(new.entity_code, new.entity_id, true,
      coalesce(app.containers_of(new.entity_code, new.entity_id), '{}') || new.person_id, null, to_jsonb(new.*));
  end if;
  return null;
end $$;

create or replace trigger log_grant_changes
  after insert or update or delete on app.entity_grant
  for each row execute function app.log_grant_changes();

create or replace function app.expire_grants() returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count bigint;
begin
  delete from app.entity_grant where expires_ts <= clock_timestamp();
  get diagnostics v_count = row_count;
  return v_count;
end $$;

comment on function app.expire_grants() is 'Deletes grants whose time is over, which makes the gateways check; returns how many.';
