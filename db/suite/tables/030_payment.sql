create type app.payment_method as enum ('bank_transfer', 'direct_debit', 'card', 'cash');
create type app.payment_status as enum ('pending', 'cleared', 'failed', 'refunded');

create table app.payment (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  title varchar(200) not null,
  invoice_id uuid not null,
  status app.payment_status not null default 'pending',
  method app.payment_method not null default 'bank_transfer',
  paid_on date not null default current_date,
  amount numeric(14, 2) not null,
  currency varchar(3) not null default 'EUR',
  reference varchar(140),
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  foreign key (invoice_id, organization_id) references app.invoice (id, organization_id) on delete restrict,
  check (length(btrim(title)) > 0),
  check (amount > 0),
  check (currency ~ '^[A-Z]{3}$')
);

create index idx_payment_invoice on app.payment (invoice_id, organization_id);
create index idx_payment_paid on app.payment (organization_id, paid_on, id);

comment on table app.payment is 'Payment received for an invoice.';
comment on column app.payment.reference is 'Reference text that the payer entered with the transfer.';
