-- Sessions and their subscriptions, and the removal of those that dead gateways and sockets left behind.

-- A gateway passes its own id and the generation that it knows, so that it deletes no session which another gateway has taken
-- over.
create or replace function @extschema@.cleanup_connection(connection uuid, gateway uuid default null, session_generation bigint default null)
returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count bigint;
begin
  delete from @extschema@.rxdb_session s
   where s.connection_id = connection
     and (gateway is null or s.gateway_id = gateway)
     and (session_generation is null or s.generation = session_generation);
  if not found and gateway is not null then
    return 0;
  end if;
  delete from @extschema@.rxdb_subscription s where s.connection_id = connection;
  get diagnostics v_count = row_count;
  return v_count;
end $$;

comment on function @extschema@.cleanup_connection(uuid, uuid, bigint) is 'Ends a connection; returns how many subscriptions it held.';

-- Takes over connections, for sockets of a gateway that resume together. Returns a row for each connection that belongs to
-- the person, was read in the same organization and has not expired; the other cases are indistinguishable. Runs two
-- statements, so that the second has its own snapshot: the first may wait for a write of the previous owner, whose rows the
-- second must see.
create or replace function @extschema@.resume_sessions(connections uuid[], users text[], organizations text[], gateway uuid)
returns table (connection_id uuid, user_id text, organization_id text, generation bigint, entity_codes text[], entity_ids text[], containers boolean[], refused boolean[])
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_ids uuid[];
  v_generations bigint[];
begin
  -- Locks in one order: two gateways that take over the sockets of a third would otherwise deadlock.
  with locked as materialized (
    select s.connection_id
      from unnest(connections, users, organizations) as wanted (connection_id, user_id, organization_id)
      join @extschema@.rxdb_session s using (connection_id, user_id, organization_id)
     where s.expires_ts is null or s.expires_ts > clock_timestamp()
     order by s.connection_id
       for update of s),
  taken as (
    update @extschema@.rxdb_session s
       set gateway_id = gateway, generation = s.generation + 1,
           connected_ts = clock_timestamp(), disconnected_ts = null, expires_ts = null
      from locked
     where s.connection_id = locked.connection_id
    returning s.connection_id, s.generation)
  select array_agg(connection_id), array_agg(generation) into v_ids, v_generations from taken;

  return query
    select t.id, s.user_id, s.organization_id, t.generation,
           coalesce(array_agg(b.entity_code::text) filter (where b.entity_id is not null), '{}'),
           coalesce(array_agg(b.entity_id) filter (where b.entity_id is not null), '{}'),
           coalesce(array_agg(b.is_container) filter (where b.entity_id is not null), '{}'),
           coalesce(array_agg(b.refused) filter (where b.entity_id is not null), '{}')
      from unnest(v_ids, v_generations) as t (id, generation)
      join @extschema@.rxdb_session s on s.connection_id = t.id
      left join @extschema@.rxdb_subscription b on b.connection_id = t.id
     group by t.id, s.user_id, s.organization_id, t.generation;
end $$;

comment on function @extschema@.resume_sessions(uuid[], text[], text[], uuid) is 'Gives connections a new owner and returns their subscriptions; leaves out connections that are unknown, expired or another person''s.';

create or replace function @extschema@.batch_subscribers(code text, ids text[])
returns table (entity_id text, user_id text, connection_id uuid, gateway_id uuid, is_container boolean)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select b.entity_id, b.user_id, b.connection_id, s.gateway_id, b.is_container
    from @extschema@.rxdb_subscription b left join @extschema@.rxdb_session s on s.connection_id = b.connection_id
   where b.entity_code = code and b.entity_id = any (ids) and not b.refused
   order by b.entity_id, b.user_id, b.connection_id
$$;

comment on function @extschema@.batch_subscribers(text, text[]) is 'Who is subscribed to these rows, or to everything of the type inside these containers: for operators, not for delivery.';

-- Declares a gateway dead after dead_after without a heartbeat: its sockets are gone, so its sessions begin to expire. A
-- gateway that was only frozen finds no row at its next heartbeat and closes its sockets itself.
create or replace function @extschema@.reap_sessions(dead_after interval default '15 s', grace interval default '2 min')
returns table (gateways int, sessions int, subscriptions int)
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_gone uuid[];
begin
  with dead as (delete from @extschema@.gateway g where g.heartbeat_ts < v_now - dead_after returning 1)
  select count(*) into gateways from dead;

  update @extschema@.rxdb_session s
     set disconnected_ts = coalesce(s.disconnected_ts, v_now), expires_ts = v_now + grace
   where s.expires_ts is null
     and not exists (select 1 from @extschema@.gateway g where g.id = s.gateway_id);

  with gone as (delete from @extschema@.rxdb_session s where s.expires_ts < v_now returning s.connection_id)
  select coalesce(array_agg(connection_id), '{}') into v_gone from gone;
  sessions := cardinality(v_gone);

  delete from @extschema@.rxdb_subscription s where s.connection_id = any (v_gone);
  get diagnostics subscriptions = row_count;
  return next;
end $$;

comment on function @extschema@.reap_sessions(interval, interval) is 'Declares silent gateways dead and deletes expired sessions with their subscriptions; returns how many of each.';

create or replace function @extschema@.delete_orphan_subscriptions() returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count bigint;
begin
  delete from @extschema@.rxdb_subscription b
   where not exists (select 1 from @extschema@.rxdb_session s where s.connection_id = b.connection_id)
     and b.subscribed_at < now() - interval '1 min'; -- a session may be committed just after its first rows
  get diagnostics v_count = row_count;
  return v_count;
end $$;

comment on function @extschema@.delete_orphan_subscriptions() is 'Deletes subscriptions whose connection is unknown; returns how many.';
