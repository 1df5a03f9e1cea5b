-- Status of the watchers' recurring jobs, whichever watcher ran them. The queue in Redis may be emptied; from this table the
-- leader sees which job is overdue and runs it itself.

create table @extschema@.job (
  name varchar(100) primary key,
  attempted_ts timestamptz not null default clock_timestamp(),
  succeeded_ts timestamptz,
  failures int not null default 0,
  duration_ms double precision,
  result jsonb,
  error text
) with (fillfactor = 50);

comment on table @extschema@.job is 'One row per recurring job: its last attempt and its last success.';
comment on column @extschema@.job.failures is 'Attempts since the last success that failed.';
comment on column @extschema@.job.result is 'Numbers that the last success reported.';
comment on column @extschema@.job.error is 'Of the last attempt, if it failed.';
