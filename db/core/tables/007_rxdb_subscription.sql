-- What each connection holds. Pods match changes in memory; these rows let another pod resume the connection and
-- let an operator ask who holds a row. Keyed by connection, not by user: with a key by user a second tab would
-- take over the first one's subscriptions, and closing it would silence both.

create table @extschema@.rxdb_subscription (
  connection_id uuid not null,
  user_id uuid not null,
  entity_code varchar(100) not null,
  entity_id uuid not null,
  is_container boolean not null default false,
  dormant boolean not null default false,
  subscribed_at timestamptz not null default now(),
  constraint idx_rxdb_sub_connection primary key (connection_id, entity_code, entity_id, is_container)
);

create index idx_rxdb_sub_entity on @extschema@.rxdb_subscription (entity_code, entity_id);

comment on table @extschema@.rxdb_subscription is 'One row per entity, or per container, that a connection holds.';
comment on column @extschema@.rxdb_subscription.dormant is 'Refused, for want of the row or of the right to read it, which is not told apart: nothing is delivered until a read finds it.';
comment on column @extschema@.rxdb_subscription.is_container is 'entity_id is a container: every row of the type inside it is held.';
