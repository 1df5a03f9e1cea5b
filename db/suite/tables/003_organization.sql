-- The tenant itself: its id is what every other entity table carries as organization_id.
-- Its policies live in sync.sql, because they need the context functions.

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
  check (length(btrim(name)) > 0),
  check (billing_email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'),
  check (currency ~ '^[A-Z]{3}$')
);

create unique index idx_organization_name on app.organization (lower(name));

comment on table app.organization is 'A company that uses the suite. Every other row belongs to exactly one organization; members see only their own.';
comment on column app.organization.currency is 'ISO 4217 code of the books; single documents may carry another one.';
comment on column app.organization.timezone is 'IANA name, used for due dates and working hours.';
