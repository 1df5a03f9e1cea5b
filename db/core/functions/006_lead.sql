-- Leader election by a lease in sync_state, on the clock of the database. An advisory lock would not do: a frozen holder
-- keeps it forever.

-- Identifies the history of this server: a restore or a failover changes one of the two values. Both are null where a managed
-- service denies access; then only the head of the sequence and new_log_epoch reveal a restore.
create or replace function @extschema@.server_history(out system_identifier bigint, out timeline text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  select c.system_identifier into system_identifier from pg_control_system() c;
  -- pg_control_checkpoint() would show the old timeline after a promotion until the first checkpoint.
  timeline := left(pg_walfile_name(pg_current_wal_lsn()), 8);
exception when others then
  system_identifier := null;
  timeline := null;
end $$;

-- Takes or renews the lease; no row means that another watcher leads. Uses clock_timestamp(), because the statement may wait
-- for the row and now() would be the time before the wait.
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
  -- If a crash could undo a lease or a head, two leaders would assign the same numbers.
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
        -- No lease of this length ends so late, so the clock stepped back. Otherwise no watcher could lead until that time.
        or s.lease_until > clock_timestamp() + ttl + interval '1 s'
    returning s.head_seq, s.log_epoch;
end $$;

comment on function @extschema@.lead(uuid, interval) is 'Takes or renews the lease; no row when another watcher leads. A server on another timeline starts a new log_epoch.';

create or replace function @extschema@.resign(me uuid) returns void
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
  update @extschema@.sync_state set lease_until = '-infinity' where leader_id = me
$$;

comment on function @extschema@.resign(uuid) is 'Releases the lease at once, so that another watcher need not wait for its end.';

create or replace function @extschema@.new_log_epoch() returns uuid
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
  update @extschema@.sync_state set log_epoch = gen_random_uuid() returning log_epoch
$$;

comment on function @extschema@.new_log_epoch() is 'Declares the history rewritten (after a restore, or a load with triggers off): every client compares all its versions again.';
