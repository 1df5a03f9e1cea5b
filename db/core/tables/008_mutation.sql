-- Writes that have taken effect, so that a retried write acts once. Rows are written in the transaction of the effect.

create table @extschema@.mutation (
  person_id text not null,
  key varchar(200) not null,
  request_hash bytea not null,
  entity_code varchar(100) not null,
  entity_id text collate "C" not null,
  entity_version bigint,
  status smallint not null,
  created_ts timestamptz not null default clock_timestamp(),
  primary key (person_id, key)
);

create index idx_mutation_created on @extschema@.mutation (created_ts);

alter table @extschema@.mutation enable row level security;

comment on table @extschema@.mutation is 'Idempotency keys of committed writes, kept for 90 days.';
comment on column @extschema@.mutation.request_hash is 'SHA-256 of the request: the same key with another body is refused.';
comment on column @extschema@.mutation.status is 'HTTP status that the first answer carried.';
