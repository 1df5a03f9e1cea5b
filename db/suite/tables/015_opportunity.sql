create type app.opportunity_stage as enum ('qualification', 'discovery', 'proposal', 'negotiation', 'won', 'lost');

create table app.opportunity (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  name varchar(200) not null,
  client_id uuid not null,
  contact_id uuid,
  owner_id uuid,
  stage app.opportunity_stage not null default 'qualification',
  amount numeric(14, 2) not null default 0,
  currency varchar(3) not null default 'EUR',
  probability integer not null default 10,
  expected_amount numeric(14, 2) generated always as (round(amount * probability / 100, 2)) stored,
  expected_close_on date,
  lost_reason varchar(200),
  notes text,
  is_private boolean not null default false,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  foreign key (client_id, organization_id) references app.client (id, organization_id) on delete restrict,
  foreign key (contact_id, organization_id) references app.contact (id, organization_id) on delete set null (contact_id),
  foreign key (owner_id, organization_id) references app.employee (id, organization_id) on delete set null (owner_id),
  check (length(btrim(name)) > 0),
  check (amount >= 0),
  check (currency ~ '^[A-Z]{3}$'),
  check (probability between 0 and 100),
  check (lost_reason is null or stage = 'lost')
);

create index idx_opportunity_client on app.opportunity (client_id, organization_id);
create index idx_opportunity_contact on app.opportunity (contact_id, organization_id);
create index idx_opportunity_owner on app.opportunity (owner_id, organization_id);
create index idx_opportunity_stage on app.opportunity (organization_id, stage, expected_close_on);

comment on table app.opportunity is 'Possible sale, from the first conversation until it is won or lost.';
comment on column app.opportunity.probability is 'Chance of winning, in percent.';
comment on column app.opportunity.expected_amount is 'Amount multiplied by the probability (computed).';
comment on column app.opportunity.is_private is 'Only administrators and users with a grant can see this record.';
