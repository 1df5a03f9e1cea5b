create type app.invoice_status as enum ('draft', 'sent', 'partially_paid', 'paid', 'overdue', 'void');

create table app.invoice (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  title varchar(200) not null,
  invoice_number varchar(30) not null,
  status app.invoice_status not null default 'draft',
  client_id uuid not null,
  project_id uuid,
  contract_id uuid,
  issued_on date,
  due_on date,
  net_amount numeric(14, 2) not null default 0,
  tax_rate numeric(5, 2) not null default 20,
  gross_amount numeric(14, 2) generated always as (round(net_amount * (100 + tax_rate) / 100, 2)) stored,
  currency varchar(3) not null default 'EUR',
  notes text,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (organization_id, invoice_number),
  foreign key (client_id, organization_id) references app.client (id, organization_id) on delete restrict,
  foreign key (project_id, organization_id) references app.project (id, organization_id) on delete set null (project_id),
  foreign key (contract_id, organization_id) references app.contract (id, organization_id) on delete set null (contract_id),
  check (length(btrim(title)) > 0),
  check (due_on >= issued_on),
  check (net_amount >= 0),
  check (tax_rate between 0 and 100),
  check (currency ~ '^[A-Z]{3}$'),
  check (issued_on is not null or status = 'draft')
);

create index idx_invoice_client on app.invoice (client_id, organization_id);
create index idx_invoice_project on app.invoice (project_id, organization_id);
create index idx_invoice_contract on app.invoice (contract_id, organization_id);
create index idx_invoice_due on app.invoice (organization_id, status, due_on);

comment on table app.invoice is 'Bill sent to a client.';
comment on column app.invoice.net_amount is 'Sum of the lines, excluding tax.';
comment on column app.invoice.gross_amount is 'Net amount plus tax (computed).';
