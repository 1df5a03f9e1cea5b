-- One row: the leader, the end of its lease, the head of the sequence, and the history that it belongs to. Every claim updates
-- the row, hence the free space on the page and the eager vacuum.

create table @extschema@.sync_state (
  one boolean primary key default true check (one),
  leader_id uuid,
  lease_until timestamptz not null default '-infinity',
  head_seq bigint not null default 0,
  min_seq bigint not null default 0,
  log_epoch uuid not null default gen_random_uuid(),
  system_identifier bigint,
  timeline text,
  clock_ts timestamptz
) with (fillfactor = 10, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);

insert into @extschema@.sync_state default values;

-- The highest version that a claim has numbered. Versions are times, so a clock that steps back would give a row that is created
-- again a version below its deletion, which clients would ignore. While the clock is behind the floor, each new row takes the
-- next value. The increment leaves room for changes of that row, so that they stay below a row created again later.
-- Every writer of a live table reads it, also roles without other rights on the schema.
create sequence @extschema@.version_floor increment by 100 minvalue 0;
grant usage on schema @extschema@ to public;
grant select, usage on sequence @extschema@.version_floor to public;

comment on sequence @extschema@.version_floor is 'The highest version that a claim has numbered; a row created later gets a higher one, also after the clock stepped back.';
comment on table @extschema@.sync_state is 'Leader election, fence and head of the sequence at once.';
comment on column @extschema@.sync_state.head_seq is 'The highest sequence number assigned.';
comment on column @extschema@.sync_state.min_seq is 'The lowest sequence number that the log still holds completely from; a cursor below min_seq - 1 is too old.';
comment on column @extschema@.sync_state.log_epoch is 'Replaced whenever the history may have been rewritten; clients then compare all their versions.';
comment on column @extschema@.sync_state.clock_ts is 'The clock when retention last trusted it; null before the first time.';
comment on column @extschema@.sync_state.timeline is 'Of the server that wrote this row; another one means a failover or a restore.';
