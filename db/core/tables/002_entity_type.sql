-- The registry of live tables, written only by enable_sync and disable_sync. REST, the protocol and the client derive what
-- they know about a type from it and from the catalog, never from a second list.

create table @extschema@.entity_type (
  code text primary key check (code ~ '^[a-z][a-z0-9_]{0,40}$'),
  table_name regclass not null unique,
  key_column text not null,
  tenant_column text,
  containers text[] not null default '{}',
  rights text[] not null default '{}',
  redact text[] not null default '{}',
  snapshots text not null default 'full' check (snapshots in ('full', 'changed', 'none')),
  views boolean not null default false,
  public boolean not null default false
);

comment on table @extschema@.entity_type is 'One row per live table.';
comment on column @extschema@.entity_type.key_column is 'The uuid column that identifies a row to clients.';
comment on column @extschema@.entity_type.tenant_column is 'The column that holds the organization of a row; null for public reference data.';
comment on column @extschema@.entity_type.containers is 'uuid columns whose values are containers: a client may hold every row inside one.';
comment on column @extschema@.entity_type.rights is 'Columns that decide who may read a row, besides tenant, containers and is_private.';
comment on column @extschema@.entity_type.redact is 'Columns that no answer, snapshot or history shows.';
comment on column @extschema@.entity_type.snapshots is 'What logging_detail keeps of a row: all of it, the changed columns, or nothing.';
comment on column @extschema@.entity_type.views is 'Whether reads are logged (action 0).';
comment on column @extschema@.entity_type.public is 'Every member of the tenant (every user, without tenant) may read every row.';
