-- The subscriptions of each connection. Gateways match changes in memory; these rows let another gateway resume the connection
-- and let operators query who is subscribed to a row. The key is the connection: with the user as key, a second tab would take
-- over the subscriptions of the first, and closing it would silence both.

create table @extschema@.rxdb_subscription (
  connection_id uuid not null,
  user_id text not null,
  entity_code varchar(100) not null,
  entity_id text collate "C" not null,
  is_container boolean not null default false,
  refused boolean not null default false,
  subscribed_at timestamptz not null default now(),
  constraint idx_rxdb_sub_connection primary key (connection_id, entity_code, entity_id, is_container)
);

create index idx_rxdb_sub_entity on @extschema@.rxdb_subscription (entity_code, entity_id);

comment on table @extschema@.rxdb_subscription is 'One row per entity, or per container, that a connection holds.';
comment on column @extschema@.rxdb_subscription.refused is 'The row does not exist or may not be read (indistinguishable to the client): nothing is delivered until a recheck finds it readable.';
comment on column @extschema@.rxdb_subscription.is_container is 'entity_id is a container: the subscription covers every row of the type inside it.';
