-- The running gateways. A gateway whose heartbeat finds no row was declared dead.

create table @extschema@.gateway (
  id uuid primary key,
  address text not null,
  started_ts timestamptz not null default clock_timestamp(),
  heartbeat_ts timestamptz not null default clock_timestamp()
) with (fillfactor = 50);

comment on table @extschema@.gateway is 'One row per running gateway process; the id is random per process.';
