-- Gives pending rows of the log the next sequence numbers.
--
-- Several statements, not one: the snapshot of a single statement is older than the lock it waits for, so a retry
-- that runs while the first call is still busy would number from an old head and leave a hole. Each statement of a
-- plpgsql function takes a new snapshot under READ COMMITTED, hence the check of the isolation level.
--
-- One call, autocommitted: the lock on the state row is never held across a round trip, so a frozen client cannot
-- keep it. Only (first, last) come back; the rows are read afterwards by sync_seq.
--
-- Join methods are pinned: the statistics of the log swing between "all pending" and "none", and a plan made for
-- the one reads the whole log for the other. Before version 18 PostgreSQL expresses that by a cost so high that it
-- compiles each claim just in time, 55 ms for twenty rows: hence jit off.
create or replace function @extschema@.claim(me uuid, n int, expected_head bigint, p_from timestamptz default '-infinity')
returns table (first_seq bigint, last_seq bigint, log_epoch uuid)
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set enable_hashjoin = off
set enable_mergejoin = off
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
#variable_conflict use_column
declare
  v_head bigint;
  v_lease timestamptz;
  v_epoch uuid;
  v_system bigint;
  v_timeline text;
  v_other_history boolean;
  v_count bigint;
  v_last bigint;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception '@extschema@.claim needs READ COMMITTED, not %', current_setting('transaction_isolation')
      using errcode = '25001', hint = 'Call it outside of any transaction block.';
  end if;

  -- An idle poll ends here: no lock, no WAL.
  perform 1 from @extschema@.logging l
    where l.sync_status = 'pending' and l.action <> 0 and l.created_ts >= p_from limit 1;
  if not found then
    return;
  end if;

  perform set_config('synchronous_commit', 'on', true);

  select h.system_identifier, h.timeline into v_system, v_timeline from @extschema@.server_history() h;
  select s.head_seq, s.lease_until, s.log_epoch, s.system_identifier <> v_system or s.timeline <> v_timeline
    into v_head, v_lease, v_epoch, v_other_history
    from @extschema@.sync_state s where s.leader_id = me for update;
  -- Looked at after the lock was obtained, not in the query: the wait for it may have outlived the lease.
  if not found or v_lease <= clock_timestamp() then
    raise exception 'not the leader' using errcode = 'HG001', hint = 'Take the lease with @extschema@.lead first.';
  end if;

  -- The caller has published numbers that this server does not know: it lost them, and will give them out again. Or the
  -- server was promoted since the lease was taken, and the caller may have published others under this epoch before.
  if v_head < expected_head or v_other_history then
    v_epoch := gen_random_uuid();
  end if;

  with picked as materialized (
    select l.created_ts, l.tableoid as part, l.ctid as tid,
           v_head + row_number() over (order by l.created_ts, l.entity_version) as seq
      from @extschema@.logging l
     where l.sync_status = 'pending' and l.action <> 0 and l.created_ts >= p_from
     order by l.created_ts, l.entity_version
     limit n),
  marked as (
    update @extschema@.logging l
       set sync_status = 'sent', sync_processed_ts = clock_timestamp(), sync_seq = picked.seq
      from picked
     where l.created_ts = picked.created_ts and l.tableoid = picked.part and l.ctid = picked.tid
    returning l.sync_seq)
  select count(*), max(sync_seq) into v_count, v_last from marked;

  if v_count = 0 then
    return;
  end if;
  -- Somebody else changed one of the rows in the same moment (an operator queueing rows again): its number would
  -- be a hole in the sequence. Nothing has been published, so the claim is simply tried again.
  if v_last <> v_head + v_count then
    raise exception 'a pending row changed during the claim' using errcode = '40001', hint = 'Claim again.';
  end if;

  update @extschema@.sync_state s
     set head_seq = v_last, log_epoch = v_epoch, lease_until = greatest(s.lease_until, clock_timestamp() + interval '3 s'),
         system_identifier = coalesce(v_system, s.system_identifier), timeline = coalesce(v_timeline, s.timeline)
   where s.leader_id = me;

  first_seq := v_head + 1;
  last_seq := v_last;
  log_epoch := v_epoch;
  return next;
end $$;

comment on function @extschema@.claim(uuid, int, bigint, timestamptz) is 'Numbers up to n pending rows created since p_from and marks them sent. No row: nothing is pending. HG001: the lease is lost.';
