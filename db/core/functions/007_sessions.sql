-- Sessions, their subscriptions, and what is left behind by pods and sockets that died.

-- A pod passes itself and the generation it knows: then it deletes nothing that another pod has taken over.
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

-- Takes connections over, for the sockets of a pod that resume together. A row comes back for each connection that is the
-- person's own, read in the same organization, and not expired; nothing tells the other cases apart. Two statements, so
-- that the second has a snapshot of its own: the first may wait for a writer of the last owner, whose rows must be seen.
create or replace function @extschema@.resume_sessions(connections uuid[], users uuid[], organizations uuid[], gateway uuid)
returns table (connection_id uuid, user_id uuid, organization_id uuid, generation bigint, entity_codes text[], entity_ids uuid[], containers boolean[], dormants boolean[])
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_ids uuid[];
  v_generations bigint[];
begin
  -- Locked in one order: pods that take over the sockets of a third one would otherwise wait for each other.
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
           coalesce(array_agg(b.dormant) filter (where b.entity_id is not null), '{}')
      from unnest(v_ids, v_generations) as t (id, generation)
      join @extschema@.rxdb_session s on s.connection_id = t.id
      left join @extschema@.rxdb_subscription b on b.connection_id = t.id
     group by t.id, s.user_id, s.organization_id, t.generation;
end $$;

comment on function @extschema@.resume_sessions(uuid[], uuid[], uuid[], uuid) is 'Gives connections a new owner and returns what they hold; connections that are unknown, expired or somebody else''s are left out.';

create or replace function @extschema@.batch_subscribers(code text, ids uuid[])
returns table (entity_id uuid, user_id uuid, connection_id uuid, gateway_id uuid, is_container boolean)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select b.entity_id, b.user_id, b.connection_id, s.gateway_id, b.is_container
    from @extschema@.rxdb_subscription b left join @extschema@.rxdb_session s on s.connection_id = b.connection_id
   where b.entity_code = code and b.entity_id = any (ids) and not b.dormant
   order by b.entity_id, b.user_id, b.connection_id
$$;

comment on function @extschema@.batch_subscribers(text, uuid[]) is 'Who holds these rows, or everything of the type inside these containers: for operators, not for delivery.';

-- A gateway without a heartbeat for dead_after is given up: its sockets are gone, so its sessions begin to expire.
-- If it was merely frozen, its next heartbeat finds no row and it closes its sockets itself.
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

comment on function @extschema@.reap_sessions(interval, interval) is 'Gives up dead gateways and deletes expired sessions with their subscriptions; returns how many of each.';

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
