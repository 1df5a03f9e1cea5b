create type app.vendor_status as enum ('prospective', 'approved', 'blocked');

create table app.vendor (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  name varchar(200) not null,
  vendor_number varchar(20) not null,
  status app.vendor_status not null default 'prospective',
  category varchar(100),
  website varchar(200),
  email varchar(254),
  phone varchar(40),
  city varchar(100),
  country varchar(2),
  iban varchar(34),
  payment_terms_days integer not null default 30,
  rating integer,
  notes text,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (organization_id, vendor_number),
  check (length(btrim(name)) > 0),
  check (email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'),
  check (country ~ '^[A-Z]{2}$'),
  check (iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'),
  check (payment_terms_days between 0 and 365),
  check (rating between 1 and 5)
);

create index idx_vendor_name on app.vendor (organization_id, name, id);

comment on table app.vendor is 'Company that the organization buys from.';
comment on column app.vendor.iban is 'Bank account number. Never included in API responses or in the change log.';
comment on column app.vendor.rating is 'From 1 (poor) to 5 (excellent).';
