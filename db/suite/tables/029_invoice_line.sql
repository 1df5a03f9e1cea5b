create table app.invoice_line (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  description varchar(300) not null,
  invoice_id uuid not null,
  line_number integer not null,
  product_id uuid,
  quantity numeric(12, 2) not null default 1,
  unit app.product_unit not null default 'piece',
  unit_price numeric(14, 2) not null default 0,
  amount numeric(14, 2) generated always as (round(quantity * unit_price, 2)) stored,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (invoice_id, line_number),
  foreign key (invoice_id, organization_id) references app.invoice (id, organization_id) on delete cascade,
  foreign key (product_id, organization_id) references app.product (id, organization_id) on delete set null (product_id),
  check (length(btrim(description)) > 0),
  check (line_number >= 1),
  check (quantity > 0),
  check (unit_price >= 0)
);

create index idx_invoice_line_invoice on app.invoice_line (invoice_id, organization_id);
create index idx_invoice_line_product on app.invoice_line (product_id, organization_id);

comment on table app.invoice_line is 'Item of an invoice.';
comment on column app.invoice_line.amount is 'Quantity multiplied by the unit price (computed).';
