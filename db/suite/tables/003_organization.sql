-- The tenant: every other entity table has its id in organization_id. Its policies are in sync.sql because they call the
-- context functions.

create type app.organization_plan as enum ('trial', 'standard', 'enterprise');

create table app.organization (
  id uuid primary key default gen_random_uuid(),
  name varchar(200) not null,
  legal_name varchar(200),
  plan app.organization_plan not null default 'trial',
  industry varchar(100),
  website varchar(200),
  billing_email varchar(254),
  currency varchar(3) not null default 'EUR',
  timezone varchar(64) not null default 'UTC',
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  check (length(btrim(name)) > 0),
  check (billing_email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'),
  check (currency ~ '^[A-Z]{3}$')
);

create unique index idx_organization_name on app.organization (lower(name));

comment on table app.organization is 'Company that uses the suite. Every other record belongs to exactly one organization; members see only records of their own.';
comment on column app.organization.currency is 'Default currency, as an ISO 4217 code. Individual documents may use another.';
comment on column app.organization.timezone is 'IANA time zone name, used for due dates and working hours.';
