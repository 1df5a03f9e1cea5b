create type app.client_status as enum ('lead', 'active', 'paused', 'former');

create table app.client (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  name varchar(200) not null,
  client_number varchar(20) not null,
  status app.client_status not null default 'lead',
  industry varchar(100),
  website varchar(200),
  email varchar(254),
  phone varchar(40),
  street varchar(200),
  postal_code varchar(20),
  city varchar(100),
  country varchar(2),
  vat_number varchar(30),
  account_manager_id uuid,
  payment_terms_days integer not null default 30,
  credit_limit numeric(14, 2) not null default 0,
  currency varchar(3) not null default 'EUR',
  notes text,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (organization_id, client_number),
  foreign key (account_manager_id, organization_id) references app.employee (id, organization_id) on delete set null (account_manager_id),
  check (length(btrim(name)) > 0),
  check (email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'),
  check (country ~ '^[A-Z]{2}$'),
  check (payment_terms_days between 0 and 365),
  check (credit_limit >= 0),
  check (currency ~ '^[A-Z]{3}$')
);

create index idx_client_account_manager on app.client (account_manager_id, organization_id);
create index idx_client_name on app.client (organization_id, name, id);
create index idx_client_status on app.client (organization_id, status);

comment on table app.client is 'Company that buys from the organization, or may do so.';
comment on column app.client.payment_terms_days is 'Days between invoice date and due date.';
comment on column app.client.credit_limit is 'Unpaid amount above which no further invoices should be sent; 0 if no limit was agreed.';
