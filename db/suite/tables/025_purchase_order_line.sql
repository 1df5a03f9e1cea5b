create table app.purchase_order_line (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  description varchar(300) not null,
  purchase_order_id uuid not null,
  line_number integer not null,
  quantity numeric(12, 2) not null default 1,
  unit_price numeric(14, 2) not null default 0,
  amount numeric(14, 2) generated always as (round(quantity * unit_price, 2)) stored,
  received_quantity numeric(12, 2) not null default 0,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (purchase_order_id, line_number),
  foreign key (purchase_order_id, organization_id) references app.purchase_order (id, organization_id) on delete cascade,
  check (length(btrim(description)) > 0),
  check (line_number >= 1),
  check (quantity > 0),
  check (unit_price >= 0),
  check (received_quantity between 0 and quantity)
);

create index idx_purchase_order_line_order on app.purchase_order_line (purchase_order_id, organization_id);

comment on table app.purchase_order_line is 'Item of a purchase order.';
comment on column app.purchase_order_line.amount is 'Quantity multiplied by the unit price (computed).';
