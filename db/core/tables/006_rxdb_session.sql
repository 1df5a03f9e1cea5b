-- A connection outlives its socket. (gateway_id, generation) identifies the socket that owns it now, and every write of a
-- gateway is conditional on both, so that a slow gateway cannot undo the writes of the next owner.

create table @extschema@.rxdb_session (
  connection_id uuid primary key,
  user_id text not null,
  organization_id text,
  gateway_id uuid not null,
  generation bigint not null default 1,
  connected_ts timestamptz not null default clock_timestamp(),
  disconnected_ts timestamptz,
  expires_ts timestamptz
);

create index idx_rxdb_session_gateway on @extschema@.rxdb_session (gateway_id);
create index idx_rxdb_session_expiry on @extschema@.rxdb_session (expires_ts) where expires_ts is not null;

comment on table @extschema@.rxdb_session is 'One row per connection that has subscribed.';
comment on column @extschema@.rxdb_session.expires_ts is 'Set when the socket is gone: until then the connection may be resumed.';
comment on column @extschema@.rxdb_session.organization_id is 'The organization the subscriptions were read in: a token of the same person for another one cannot resume them.';
