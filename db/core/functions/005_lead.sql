-- Leader election: a lease in sync_state on the clock of the database. Not an advisory lock: a holder that is
-- frozen keeps that for ever.

-- Which history the server is on. Null where a managed service does not let us look; then only the head of the
-- sequence and new_log_epoch tell of a restore.
create or replace function @extschema@.server_history(out system_identifier bigint, out timeline text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  select c.system_identifier into system_identifier from pg_control_system() c;
  -- Not pg_control_checkpoint(): after a promotion that still shows the old timeline until the first checkpoint.
  timeline := left(pg_walfile_name(pg_current_wal_lsn()), 8);
exception when others then
  system_identifier := null;
  timeline := null;
end $$;

-- Takes or renews the lease. No row: somebody else leads. clock_timestamp(), never now(): the statement may have
-- waited for the row, and now() would be the time before the wait.
create or replace function @extschema@.lead(me uuid, ttl interval default '3 s')
returns table (head_seq bigint, log_epoch uuid)
language plpgsql strict security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_system bigint;
  v_timeline text;
begin
  -- A lease or a head that a crash takes back would let two leaders give out the same numbers.
  perform set_config('synchronous_commit', 'on', true);
  select h.system_identifier, h.timeline into v_system, v_timeline from @extschema@.server_history() h;
  return query
    update @extschema@.sync_state s
       set leader_id = me,
           lease_until = clock_timestamp() + ttl,
           log_epoch = case when s.system_identifier <> v_system or s.timeline <> v_timeline then gen_random_uuid() else s.log_epoch end,
           system_identifier = coalesce(v_system, s.system_identifier),
           timeline = coalesce(v_timeline, s.timeline)
     where s.leader_id = me or s.leader_id is null or s.lease_until < clock_timestamp()
    returning s.head_seq, s.log_epoch;
end $$;

comment on function @extschema@.lead(uuid, interval) is 'Takes or renews the lease; no row when somebody else leads. A server on another timeline starts a new log_epoch.';

create or replace function @extschema@.resign(me uuid) returns void
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
  update @extschema@.sync_state set lease_until = '-infinity' where leader_id = me
$$;

comment on function @extschema@.resign(uuid) is 'Gives the lease up at once, so that another watcher need not wait for its end.';

create or replace function @extschema@.new_log_epoch() returns uuid
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
  update @extschema@.sync_state set log_epoch = gen_random_uuid() returning log_epoch
$$;

comment on function @extschema@.new_log_epoch() is 'Declares the history rewritten (after a restore, or a load with triggers off): every client compares its versions afresh.';
