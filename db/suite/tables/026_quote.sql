create type app.quote_status as enum ('draft', 'sent', 'accepted', 'declined', 'expired');

create table app.quote (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  title varchar(200) not null,
  quote_number varchar(30) not null,
  status app.quote_status not null default 'draft',
  client_id uuid not null,
  opportunity_id uuid,
  contact_id uuid,
  issued_on date,
  valid_until date,
  amount numeric(14, 2) not null default 0,
  discount_percent numeric(5, 2) not null default 0,
  net_amount numeric(14, 2) generated always as (round(amount * (100 - discount_percent) / 100, 2)) stored,
  currency varchar(3) not null default 'EUR',
  introduction text,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (organization_id, quote_number),
  foreign key (client_id, organization_id) references app.client (id, organization_id) on delete restrict,
  foreign key (opportunity_id, organization_id) references app.opportunity (id, organization_id) on delete set null (opportunity_id),
  foreign key (contact_id, organization_id) references app.contact (id, organization_id) on delete set null (contact_id),
  check (length(btrim(title)) > 0),
  check (valid_until >= issued_on),
  check (amount >= 0),
  check (discount_percent between 0 and 100),
  check (currency ~ '^[A-Z]{3}$')
);

create index idx_quote_client on app.quote (client_id, organization_id);
create index idx_quote_opportunity on app.quote (opportunity_id, organization_id);
create index idx_quote_contact on app.quote (contact_id, organization_id);

comment on table app.quote is 'Offer with prices to a client.';
comment on column app.quote.net_amount is 'Amount after discount, excluding tax (computed).';
