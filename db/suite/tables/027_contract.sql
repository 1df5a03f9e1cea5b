create type app.contract_type as enum ('framework', 'maintenance', 'project', 'licence', 'nda');
create type app.contract_status as enum ('draft', 'in_negotiation', 'signed', 'expired', 'terminated');

create table app.contract (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  title varchar(200) not null,
  contract_number varchar(30) not null,
  contract_type app.contract_type not null,
  status app.contract_status not null default 'draft',
  client_id uuid not null,
  quote_id uuid,
  owner_id uuid,
  signed_on date,
  start_on date,
  end_on date,
  notice_period_days integer not null default 30,
  auto_renew boolean not null default false,
  annual_value numeric(14, 2) not null default 0,
  currency varchar(3) not null default 'EUR',
  is_private boolean not null default false,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (organization_id, contract_number),
  foreign key (client_id, organization_id) references app.client (id, organization_id) on delete restrict,
  foreign key (quote_id, organization_id) references app.quote (id, organization_id) on delete set null (quote_id),
  foreign key (owner_id, organization_id) references app.employee (id, organization_id) on delete set null (owner_id),
  check (length(btrim(title)) > 0),
  check (end_on >= start_on),
  check (notice_period_days >= 0),
  check (annual_value >= 0),
  check (currency ~ '^[A-Z]{3}$'),
  check (signed_on is not null or status not in ('signed', 'expired', 'terminated'))
);

create index idx_contract_client on app.contract (client_id, organization_id);
create index idx_contract_quote on app.contract (quote_id, organization_id);
create index idx_contract_owner on app.contract (owner_id, organization_id);
create index idx_contract_end on app.contract (organization_id, end_on, id);

comment on table app.contract is 'Agreement with a client, with its term and annual value.';
comment on column app.contract.quote_id is 'Accepted quote that this contract is based on.';
comment on column app.contract.is_private is 'Only administrators and users with a grant can see this record.';
