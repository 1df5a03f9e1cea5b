-- The registry of live tables, written only by enable_sync and disable_sync. REST, the protocol and the client derive what
-- they know about a type from it and from the catalog, never from a second list.

create table @extschema@.entity_type (
  code text primary key check (code ~ '^[a-z][a-z0-9_]{0,40}$'),
  table_name regclass not null unique,
  key_columns text[] not null check (cardinality(key_columns) > 0),
  tenant_column text,
  owner_column text,
  containers text[] not null default '{}',
  container_codes text[] not null default '{}' check (cardinality(container_codes) = cardinality(containers)),
  rights text[] not null default '{}',
  redact text[] not null default '{}',
  snapshots text not null default 'full' check (snapshots in ('full', 'changed', 'none')),
  views boolean not null default false,
  public boolean not null default false,
  version_column text not null default 'sync_version',
  access text not null default 'auto' check (access in ('auto', 'policy')),
  grants text[] not null default '{}'
);

comment on table @extschema@.entity_type is 'One row per live table.';
comment on column @extschema@.entity_type.key_columns is 'Columns whose values identify a row, in the order in which they form its id.';
comment on column @extschema@.entity_type.tenant_column is 'The column that holds the tenant of a row; null where rights do not depend on a tenant.';
comment on column @extschema@.entity_type.owner_column is 'The column that holds the person whose row it is; null where rights do not depend on a person.';
comment on column @extschema@.entity_type.containers is 'Columns whose values name containers: a client may hold every row inside one.';
comment on column @extschema@.entity_type.container_codes is 'Entity code of the container that each of these columns names, in the same order.';
comment on column @extschema@.entity_type.rights is 'Columns that decide who may read a row, besides tenant, containers and is_private.';
comment on column @extschema@.entity_type.redact is 'Columns that no answer, snapshot or history shows.';
comment on column @extschema@.entity_type.snapshots is 'What logging_detail keeps of a row: all of it, the changed columns, or nothing.';
comment on column @extschema@.entity_type.views is 'Whether reads are logged (action 0).';
comment on column @extschema@.entity_type.version_column is 'The column that enable_sync added for the version of a row.';
comment on column @extschema@.entity_type.access is 'policy: row level security may also apply to other roles with rights on the table.';
comment on column @extschema@.entity_type.grants is 'Rights that enable_sync gave to the application role, for disable_sync to revoke: a privilege of the table, or a privilege and its object.';
comment on column @extschema@.entity_type.public is 'Every member of the tenant (every user, without tenant) may read every row.';

-- A type that was live once: what devices hold of it must not count as current when it is live again.
create table @extschema@.former_type (
  code text primary key,
  version bigint not null
);

comment on table @extschema@.former_type is 'Types whose sync ended.';
comment on column @extschema@.former_type.version is 'The highest version that a row had: new versions start above it.';
