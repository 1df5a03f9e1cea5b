-- Daily partitions of the log. A missing one stops the users' own writes, hence two weeks ahead.

-- CREATE and ATTACH instead of CREATE … PARTITION OF: the latter needs an ACCESS EXCLUSIVE lock on the log, would
-- wait behind one open reader and make every writer wait behind itself.
create or replace function app.ensure_partitions(days int default 14) returns int
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '1s'
as $$
declare
  v_today date := (clock_timestamp() at time zone 'UTC')::date;
  v_day date;
  v_table text;
  v_part text;
  -- The zone is written out: else the TimeZone of this session would decide where a day begins.
  v_from text;
  v_to text;
  v_made int := 0;
begin
  foreach v_table in array array['logging', 'logging_detail'] loop
    -- Two watchers may both find it due. This mode conflicts with itself, and with no reader or writer.
    execute format('lock table only app.%I in share update exclusive mode', v_table);
    -- From yesterday on: a clock may be stepped back over midnight.
    for v_day in select generate_series(v_today - 1, v_today + days, interval '1 day')::date loop
      v_part := v_table || '_' || to_char(v_day, 'YYYYMMDD');
      continue when to_regclass('app.' || v_part) is not null;
      v_from := v_day || ' 00:00+00';
      v_to := (v_day + 1) || ' 00:00+00';
      -- The check lets ATTACH skip its scan. Claims rewrite each row of the log once: half-filled pages keep the
      -- new tuple beside the old one, which costs a third less WAL.
      execute format(
        'create table app.%I (like app.%I including defaults including constraints, constraint %I check (created_ts >= %L and created_ts < %L)) '
        'with (fillfactor = %s, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)',
        v_part, v_table, v_part || '_range', v_from, v_to, case v_table when 'logging' then 50 else 100 end);
      execute format('alter table app.%I attach partition app.%I for values from (%L) to (%L)', v_table, v_part, v_from, v_to);
      v_made := v_made + 1;
    end loop;
  end loop;
  return v_made;
end $$;

comment on function app.ensure_partitions(int) is 'Makes the partitions of yesterday up to so many days ahead, where they are missing; returns how many it made.';

-- Raises min_seq first, so that no cursor is served from a log that lost its rows. A short lock_timeout: a DROP that
-- waits behind a reader makes every writer wait behind itself; the caller tries again later.
create or replace function app.drop_log_day(day date) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '200ms'
as $$
declare
  v_part text := 'logging_' || to_char(day, 'YYYYMMDD');
  v_max bigint;
  v_pending bigint;
  v_min bigint;
begin
  if day > (clock_timestamp() at time zone 'UTC')::date - 2 then
    raise exception 'the log of % may still be written', day using errcode = '55000', hint = 'Drop a day that is at least two days old.';
  end if;
  if to_regclass('app.' || v_part) is null then
    return null;
  end if;
  perform 1 from app.sync_state for update; -- the order of a claim: state, then log
  execute format('lock table app.%I in access exclusive mode', v_part);
  execute format('select max(sync_seq), count(*) filter (where sync_status = ''pending'' and action <> 0) from app.%I', v_part)
    into v_max, v_pending;
  if v_pending > 0 then
    raise exception '% rows of % were not claimed yet', v_pending, day using errcode = '55000', hint = 'Start a watcher and try again.';
  end if;
  update app.sync_state set min_seq = greatest(min_seq, coalesce(v_max + 1, 0)) returning min_seq into v_min;
  execute format('alter table app.logging detach partition app.%I', v_part);
  execute format('drop table app.%I', v_part);
  return v_min;
end $$;

comment on function app.drop_log_day(date) is 'Drops one day of app.logging and returns the new min_seq; null when there is no such day.';

create or replace function app.drop_detail_day(day date) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '200ms'
as $$
declare
  v_part text := 'logging_detail_' || to_char(day, 'YYYYMMDD');
begin
  if day > (clock_timestamp() at time zone 'UTC')::date - 2 then
    raise exception 'the log of % may still be written', day using errcode = '55000', hint = 'Drop a day that is at least two days old.';
  end if;
  if to_regclass('app.' || v_part) is null then
    return false;
  end if;
  execute format('alter table app.logging_detail detach partition app.%I', v_part);
  execute format('drop table app.%I', v_part);
  return true;
end $$;

comment on function app.drop_detail_day(date) is 'Drops one day of app.logging_detail, the audit half of the log.';

-- Days whose retention is over. The log half and the audit half have their own.
create or replace function app.expired_log_days(keep_log int, keep_detail int) returns table (part_of text, day date)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select d.part_of, d.day
    from (select p.relname::text as part_of, to_date(right(c.relname, 8), 'YYYYMMDD') as day
            from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
           where i.inhparent in ('app.logging'::regclass, 'app.logging_detail'::regclass) and c.relname ~ '_[0-9]{8}$') d
   where d.day < (clock_timestamp() at time zone 'UTC')::date - greatest(2, case d.part_of when 'logging' then keep_log else keep_detail end)
   order by d.day, d.part_of
$$;

comment on function app.expired_log_days(int, int) is 'Days of app.logging and app.logging_detail that are older than so many days (two at least), oldest first.';
