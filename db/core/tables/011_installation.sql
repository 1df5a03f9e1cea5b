-- Which parts of the schema this database has, and in which version. Written by the installer (db/src/migrate.ts).

create table @extschema@.installation (
  part text primary key check (part in ('core', 'suite')),
  version text not null,
  checksum text not null,
  installed_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp()
);

create table @extschema@.applied_migration (
  part text not null references @extschema@.installation (part),
  name text not null,
  checksum text not null,
  applied_ts timestamptz not null default clock_timestamp(),
  primary key (part, name)
);

comment on table @extschema@.installation is 'One row per installed part: core is Heliograph itself, suite the demonstration.';
comment on column @extschema@.installation.version is 'Release that the part was installed with, or last migrated to.';
comment on column @extschema@.installation.checksum is 'SHA-256 of the definitions of that version.';
comment on table @extschema@.applied_migration is 'Migrations that this database has: those it ran, and those that its first version already contained.';
comment on column @extschema@.applied_migration.checksum is 'SHA-256 of the file: a migration that was edited after it was applied is refused.';
