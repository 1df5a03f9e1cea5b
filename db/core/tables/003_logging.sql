-- The log: what changed (logging) and by whom, from what, to what (logging_detail).
--
-- logging is change log, queue and sequenced feed in one. It is narrow because a claim rewrites each row once: snapshots in the
-- row would cost four times the WAL. It has only the two partial indexes: each further index costs 160 B of WAL a row again at
-- every claim, so audit queries use the indexes of logging_detail, which claims do not touch.
--
-- Both tables have one partition per UTC day, created by ensure_partitions, and one at the end of time: a row whose day has no
-- partition is stored there, 8000 years later, so that no writer fails (see stored_time). There is no default partition: once
-- it held a row of a day, the partition of that day could no longer be attached.

create table @extschema@.logging (
  id uuid not null default gen_random_uuid(),
  entity_code varchar(100) not null,
  entity_id text collate "C" not null,
  action smallint not null check (action between 0 and 5),
  entity_version bigint not null,
  container_ids text[] collate "C" not null default '{}',
  restricted boolean not null default false,
  recheck boolean not null default false,
  created_ts timestamptz not null default clock_timestamp(),
  sync_status varchar(20) not null default 'pending' check (sync_status in ('pending', 'sent')),
  sync_processed_ts timestamptz,
  sync_seq bigint
) partition by range (created_ts);

create index idx_logging_sync_pending on @extschema@.logging (created_ts, entity_version)
  where sync_status = 'pending' and action <> 0;
create index idx_logging_sync_seq on @extschema@.logging (sync_seq)
  where sync_seq is not null;

comment on table @extschema@.logging is 'Every change of a live row, in commit order once claimed.';
comment on column @extschema@.logging.entity_id is 'Canonical text of the key; of several columns, the JSON array of their texts.';
comment on column @extschema@.logging.action is '0 VIEW, 1 CREATE, 2 UPDATE, 3 DELETE, 4 GRANT, 5 REVOKE.';
comment on column @extschema@.logging.entity_version is 'Microseconds since 1970, never decreasing for a row; only to be compared.';
comment on column @extschema@.logging.container_ids is 'Containers of the row before and after the change, each as entity code/entity id; tenant/… and person/… name its tenant and persons.';
comment on column @extschema@.logging.restricted is 'The row is, or was, not readable by every member of its tenant.';
comment on column @extschema@.logging.recheck is 'Users may have lost or gained the right to read the row.';
comment on column @extschema@.logging.created_ts is 'When the trigger ran, after the row was locked: not the start of the transaction.';
comment on column @extschema@.logging.sync_seq is 'Gapless number in order of claims; null until claimed.';

create table @extschema@.logging_detail (
  id uuid not null,
  created_ts timestamptz not null,
  entity_code varchar(100) not null,
  entity_id text collate "C" not null,
  action smallint not null,
  entity_version bigint not null,
  actor jsonb,
  request jsonb,
  ip inet,
  user_agent text,
  entity_from_version jsonb,
  entity_to_version jsonb
) partition by range (created_ts);

create index idx_logging_detail_entity on @extschema@.logging_detail (entity_id, created_ts);

comment on table @extschema@.logging_detail is 'Append-only audit half of the log, with its own retention.';
comment on column @extschema@.logging_detail.id is 'That of the row in @extschema@.logging.';
comment on column @extschema@.logging_detail.actor is 'person_id, fname, lname, username, person_type as the writer set them; null for a write from psql.';
comment on column @extschema@.logging_detail.request is 'api_endpoint, http_method, request_id.';

create table @extschema@.logging_overflow partition of @extschema@.logging
  for values from ('9999-01-01 00:00+00') to (maxvalue) with (fillfactor = 50);
create table @extschema@.logging_detail_overflow partition of @extschema@.logging_detail
  for values from ('9999-01-01 00:00+00') to (maxvalue);

create view @extschema@.audit as
select
  d.id,
  d.actor ->> 'person_id' as person_id,
  d.actor ->> 'fname' as fname,
  d.actor ->> 'lname' as lname,
  d.actor ->> 'username' as username,
  d.actor ->> 'person_type' as person_type,
  d.request ->> 'api_endpoint' as api_endpoint,
  d.request ->> 'http_method' as http_method,
  d.request ->> 'request_id' as request_id,
  d.entity_code,
  d.entity_id,
  d.action,
  d.entity_version,
  d.entity_from_version,
  d.entity_to_version,
  d.user_agent,
  d.ip,
  d.created_ts,
  l.sync_status,
  l.sync_processed_ts,
  l.sync_seq
from @extschema@.logging_detail d
left join @extschema@.logging l on l.created_ts = d.created_ts and l.id = d.id;

comment on view @extschema@.audit is 'Both halves of the log in one row; the sync columns are null once the day has left @extschema@.logging.';

-- See 001_schema_and_roles.sql. A role needs CREATE on the schema at the moment in which it becomes the owner of a table.
grant create on schema @extschema@ to @roleprefix@_log;
alter table @extschema@.logging owner to @roleprefix@_log;
alter table @extschema@.logging_detail owner to @roleprefix@_log;
revoke create on schema @extschema@ from @roleprefix@_log;
