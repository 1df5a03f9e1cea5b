-- Daily partitions of the log. They are created two weeks ahead. Rows whose day has none wait in the overflow partition until
-- ensure_partitions moves them to their day.

-- The created_ts under which the triggers store a row: the time, or 8000 years later where the day has no partition in one half
-- of the log. The Gregorian calendar repeats within 8000 years, so order and day are kept. pg_partition_root returns the log
-- itself only for an attached partition, not for a missing, a detached or a half detached one.
-- Without SET clauses, so that PostgreSQL inlines both functions; all callers have a fixed search_path.
create or replace function @extschema@.stored_time(ts timestamptz) returns timestamptz
language sql stable
as $$
  select case
    when pg_partition_root(to_regclass('@extschema@.logging_' || to_char(ts at time zone 'UTC', 'YYYYMMDD'))) = '@extschema@.logging'::regclass
     and pg_partition_root(to_regclass('@extschema@.logging_detail_' || to_char(ts at time zone 'UTC', 'YYYYMMDD'))) = '@extschema@.logging_detail'::regclass
    then ts else ts + interval '70126560 hours' end
$$;

-- The time of a stored row.
create or replace function @extschema@.real_time(created_ts timestamptz) returns timestamptz
language sql immutable
as $$
  select case when created_ts < timestamptz '9999-01-01 00:00+00' then created_ts else created_ts - interval '70126560 hours' end
$$;

-- Uses CREATE and ATTACH. CREATE … PARTITION OF needs an ACCESS EXCLUSIVE lock on the log: it would wait for one open
-- reader, and every writer would wait for it.
create or replace function @extschema@.ensure_partitions(days int default 14) returns int
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '1s'
as $$
declare
  v_today date := (clock_timestamp() at time zone 'UTC')::date;
  v_day date;
  v_table text;
  v_part text;
  -- With an explicit zone; otherwise the TimeZone of this session would decide where a day begins.
  v_from text;
  v_to text;
  v_made int := 0;
begin
  foreach v_table in array array['logging', 'logging_detail'] loop
    -- Two watchers may create partitions at the same time. This mode conflicts with itself, but with no reader or writer.
    execute format('lock table only @extschema@.%I in share update exclusive mode', v_table);
    -- Yesterday is included because a clock may step back over midnight.
    for v_day in select generate_series(v_today - 1, v_today + days, interval '1 day')::date loop
      v_part := v_table || '_' || to_char(v_day, 'YYYYMMDD');
      continue when pg_partition_root(to_regclass('@extschema@.' || v_part)) is not null;
      v_from := v_day || ' 00:00+00';
      v_to := (v_day + 1) || ' 00:00+00';
      -- The check constraint lets ATTACH skip its scan. A claim rewrites each row of the log once; half-filled pages keep the
      -- new tuple on the same page, which costs a third less WAL.
      -- A day that was detached by hand is attached again.
      if to_regclass('@extschema@.' || v_part) is null then
        execute format(
          'create table @extschema@.%I (like @extschema@.%I including defaults including constraints, constraint %I check (created_ts >= %L and created_ts < %L)) '
          'with (fillfactor = %s, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)',
          v_part, v_table, v_part || '_range', v_from, v_to, case v_table when 'logging' then 50 else 100 end);
      end if;
      execute format('alter table @extschema@.%I attach partition @extschema@.%I for values from (%L) to (%L)', v_table, v_part, v_from, v_to);
      v_made := v_made + 1;
    end loop;
  end loop;
  if @extschema@.rows_without_day() = 0 then
    return v_made;
  end if;
  -- In the order of a claim: state, then log. Only some rows, those that no claim has seen first: claims wait meanwhile.
  perform 1 from @extschema@.sync_state for update;
  with picked as (
    select ctid from only @extschema@.logging_overflow o
     where @extschema@.stored_time(@extschema@.real_time(o.created_ts)) < timestamptz '9999-01-01 00:00+00'
     order by sync_status, created_ts limit 5000),
  moved as (delete from only @extschema@.logging_overflow o using picked where o.ctid = picked.ctid returning o.*)
  insert into @extschema@.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts, sync_status, sync_processed_ts, sync_seq)
  select id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, @extschema@.real_time(created_ts), sync_status, sync_processed_ts, sync_seq
    from moved;
  with picked as (
    select ctid from only @extschema@.logging_detail_overflow o
     where @extschema@.stored_time(@extschema@.real_time(o.created_ts)) < timestamptz '9999-01-01 00:00+00'
     order by created_ts limit 5000),
  moved as (delete from only @extschema@.logging_detail_overflow o using picked where o.ctid = picked.ctid returning o.*)
  insert into @extschema@.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
  select id, @extschema@.real_time(created_ts), entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version
    from moved;
  -- The rest is of days far from today, written under a wrong clock. It goes when no cursor can read it any more.
  delete from only @extschema@.logging_overflow o using @extschema@.sync_state s where o.sync_seq < s.min_seq;
  return v_made;
end $$;

comment on function @extschema@.ensure_partitions(int) is 'Makes the partitions of yesterday up to so many days ahead, where they are missing, and moves rows of the overflow partition to their days; returns how many partitions it made.';

create or replace function @extschema@.rows_without_day() returns bigint
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select (select count(*) from only @extschema@.logging_overflow) + (select count(*) from only @extschema@.logging_detail_overflow)
$$;

comment on function @extschema@.rows_without_day() is 'Rows of both halves of the log that were stored in the overflow partition, because their day had no partition.';

-- A day leaves the log in three steps, each in its own transaction, so that no lock is held until the next one:
--
--   1. retire_log_day checks that no claimable row is left and raises min_seq, so that no cursor reads the day any more
--   2. the watcher runs alter table logging detach partition … concurrently, which cannot run inside a function. A plain
--      DETACH needs an ACCESS EXCLUSIVE lock on the log: it would wait for one open transaction, and every writer for it
--   3. drop_log_day drops the table
--
-- Step 2 waits for every transaction that has used the log. It times out after 200 ms and then leaves the day half
-- detached: its rows are invisible, and FINALIZE completes the step. expired_log_days reports which step is due.
create or replace function @extschema@.retire_log_day(day date) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '200ms'
as $$
declare
  v_part text := 'logging_' || to_char(day, 'YYYYMMDD');
  v_pending boolean;
  v_max bigint;
  v_min bigint;
begin
  if day > (clock_timestamp() at time zone 'UTC')::date - 2 then
    raise exception 'the log of % may still be written', day using errcode = '55000', hint = 'Drop a day that is at least two days old.';
  end if;
  if to_regclass('@extschema@.' || v_part) is null then
    return null;
  end if;
  -- Locks in the order of a claim: state, then log. No claim runs while the state row is locked, so a conflict with SHARE
  -- means a transaction that has not committed its rows of that day. Fails instead of waiting (nowait): those rows could
  -- be claimed only after this function has looked for pending rows.
  perform 1 from @extschema@.sync_state for update;
  execute format('lock table only @extschema@.%I in share mode nowait', v_part);
  -- Both queries use the partial indexes: counting a whole day would block the leader's claims for seconds.
  execute format('select exists (select from @extschema@.%1$I where sync_status = ''pending'' and action <> 0), (select max(sync_seq) from @extschema@.%1$I where sync_seq is not null)', v_part)
    into v_pending, v_max;
  if v_pending then
    raise exception 'rows of % are not claimed yet', day using errcode = '55000', hint = 'Start a watcher and try again.';
  end if;
  update @extschema@.sync_state set min_seq = greatest(min_seq, coalesce(v_max + 1, 0)) returning min_seq into v_min;
  return v_min;
end $$;

comment on function @extschema@.retire_log_day(date) is 'Raises min_seq above a day of @extschema@.logging that is to go, and returns it; null when there is no such day. Refuses while a row of it is to be claimed.';

create or replace function @extschema@.drop_log_day(part_of text, day date) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '200ms'
as $$
declare
  v_part text := part_of || '_' || to_char(day, 'YYYYMMDD');
  v_max bigint;
begin
  if part_of is null or part_of not in ('logging', 'logging_detail') then
    raise exception 'there is no log "%"', part_of using errcode = '22023', hint = 'Use logging or logging_detail.';
  end if;
  if to_regclass('@extschema@.' || v_part) is null then
    return false;
  end if;
  if exists (select from pg_inherits where inhrelid = to_regclass('@extschema@.' || v_part)) then
    raise exception '% is part of the log', v_part
      using errcode = '55000', hint = format('Run first: alter table @extschema@.%I detach partition @extschema@.%I concurrently', part_of, v_part);
  end if;
  if part_of = 'logging' then
    perform 1 from @extschema@.sync_state for update;
    execute format('lock table @extschema@.%I in access exclusive mode', v_part);
    -- An operator may have queued rows again while the day was being removed. They are copied into the current day, so that
    -- clients are still notified.
    execute format(
      'insert into @extschema@.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts) '
      'select id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, @extschema@.stored_time(clock_timestamp()) '
      'from @extschema@.%I where sync_status = ''pending'' and action <> 0 order by created_ts, entity_version', v_part);
    execute format('select max(sync_seq) from @extschema@.%I where sync_seq is not null', v_part) into v_max;
    update @extschema@.sync_state set min_seq = v_max + 1 where min_seq <= v_max;
  end if;
  execute format('drop table @extschema@.%I', v_part);
  return true;
end $$;

comment on function @extschema@.drop_log_day(text, date) is 'Drops a detached day of @extschema@.logging or @extschema@.logging_detail; false when there is none.';

-- Days past their retention, with the step that is due. A half detached day comes first, because PostgreSQL allows one at a
-- time. The clock alone may be wrong, so a day counts only when the log itself reaches beyond its retention: a change was logged
-- so many days later, and more than an hour ago.
create or replace function @extschema@.expired_log_days(keep_log int, keep_detail int) returns table (part_of text, day date, state text)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select d.part_of, d.day, d.state
    from (select left(c.relname, -9) as part_of, to_date(right(c.relname, 8), 'YYYYMMDD') as day,
                 case when i.inhrelid is null then 'detached' when i.inhdetachpending then 'detaching' else 'attached' end as state
            from pg_class c left join pg_inherits i on i.inhrelid = c.oid
           where c.relnamespace = '@extschema@'::regnamespace and c.relkind = 'r' and c.relname ~ '^logging(_detail)?_[0-9]{8}$') d
         cross join lateral (select greatest(2, case d.part_of when 'logging' then keep_log else keep_detail end) as keep) k
   where d.day < (clock_timestamp() at time zone 'UTC')::date - k.keep
     and (d.state <> 'attached' or exists (
       select from @extschema@.logging l
        where l.created_ts >= (d.day + k.keep + 1)::timestamp at time zone 'UTC' and l.created_ts <= clock_timestamp() - interval '1 hour'))
   order by d.state = 'detaching' desc, d.day, d.part_of
$$;

-- Called while the watcher finds the clock in agreement with its own; see clock_ts.
create or replace function @extschema@.note_clock() returns void
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
  update @extschema@.sync_state set clock_ts = clock_timestamp()
$$;

comment on function @extschema@.note_clock() is 'Records the clock as trusted, for the next watcher that decides about retention.';

comment on function @extschema@.expired_log_days(int, int) is 'Days of @extschema@.logging and @extschema@.logging_detail that are older than so many days (two at least), oldest first; state is attached, detaching or detached.';
