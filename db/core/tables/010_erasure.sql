-- Requests to erase persons from the log. request_erasure writes a row and a job of the watchers processes it, so that a request
-- survives every process. Completed rows stay: after a restore from a backup they tell whom to erase again
-- (update erasure set erased_ts = null).

create table @extschema@.erasure (
  person_id text primary key,
  requested_ts timestamptz not null default clock_timestamp(),
  erased_ts timestamptz,
  markers text[] not null default '{}',
  entity_keys text[] not null default '{}',
  rows bigint not null default 0
);

comment on table @extschema@.erasure is 'Requests to erase a person from accounts and log.';
comment on column @extschema@.erasure.markers is 'Texts that identify the person beside the id (addresses); emptied when the erasure is complete.';
comment on column @extschema@.erasure.entity_keys is 'Rows about the person, each as entity code/entity id, whose snapshots go as well; emptied when the erasure is done.';
comment on column @extschema@.erasure.rows is 'How many rows of the log were changed.';
