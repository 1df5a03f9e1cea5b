-- Assigns the next sequence numbers to pending rows of the log.
--
-- Runs several statements. The snapshot of a single statement would be older than the lock that it waits for: a retry during
-- the first call would number from an old head and leave a gap. Under READ COMMITTED each statement of a plpgsql function
-- takes a new snapshot, so the isolation level is checked.
--
-- Called once, in autocommit: the lock on the state row is never held across a round trip, so a frozen client cannot keep
-- it. Returns only (first, last); the caller reads the rows afterwards by sync_seq.
--
-- Join methods are pinned: the statistics of the log alternate between "all pending" and "none pending", and a plan made for
-- one case reads the whole log in the other. Before version 18, PostgreSQL expresses a disabled method as a cost so high that
-- it compiles each claim just in time (55 ms for twenty rows), so jit is off.
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
  v_version bigint;
  v_floor bigint;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception '@extschema@.claim needs READ COMMITTED, not %', current_setting('transaction_isolation')
      using errcode = '25001', hint = 'Call it outside of any transaction block.';
  end if;

  -- An idle poll ends here, without a lock or WAL.
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
  -- Checked after the lock is granted, not in the query: the lease may expire during the wait.
  if not found or v_lease <= clock_timestamp() then
    raise exception 'not the leader' using errcode = 'HG001', hint = 'Take the lease with @extschema@.lead first.';
  end if;

  -- Either the caller has published numbers that this server lost and would assign again, or the server was promoted since
  -- the lease was taken and the caller may have published different rows under the same numbers.
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
    returning l.sync_seq, l.entity_version)
  select count(*), max(sync_seq), max(entity_version) into v_count, v_last, v_version from marked;

  if v_count = 0 then
    return;
  end if;
  -- Another session changed one of the rows at the same time (an operator queueing rows again), which would leave a gap in
  -- the sequence. Nothing has been published, so the caller claims again.
  if v_last <> v_head + v_count then
    raise exception 'a pending row changed during the claim' using errcode = '40001', hint = 'Claim again.';
  end if;

  -- While the clock is right, all versions are in the past. While it is behind the floor, versions come from the floor and stay
  -- below its next value, 100 higher. A higher version was given before the clock stepped back: rows created again since then
  -- may have versions below their deletions in this batch, so clients compare all versions. The floor rises with this claim,
  -- so that it happens once for each step.
  v_floor := pg_sequence_last_value('@extschema@.version_floor');
  if v_version >= coalesce(v_floor, 0) + 100 then
    if v_version > (extract(epoch from clock_timestamp()) * 1000000)::bigint + 1000000 then
      v_epoch := gen_random_uuid();
    end if;
    perform setval('@extschema@.version_floor', v_version);
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
