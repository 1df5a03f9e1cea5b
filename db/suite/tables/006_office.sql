create type app.office_status as enum ('planned', 'open', 'closed');

create table app.office (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  name varchar(200) not null,
  status app.office_status not null default 'open',
  street varchar(200),
  postal_code varchar(20),
  city varchar(100) not null,
  country varchar(2) not null,
  phone varchar(40),
  timezone varchar(64) not null default 'UTC',
  capacity integer not null default 0,
  opened_on date,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  check (length(btrim(name)) > 0),
  check (country ~ '^[A-Z]{2}$'),
  check (capacity >= 0)
);

create unique index idx_office_name on app.office (organization_id, lower(name));

comment on table app.office is 'Workplace of the organization, with address, desks and time zone.';
comment on column app.office.country is 'Two-letter country code (ISO 3166-1 alpha-2).';
comment on column app.office.capacity is 'Number of desks.';
