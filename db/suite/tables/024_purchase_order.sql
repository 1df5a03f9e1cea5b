create type app.purchase_order_status as enum ('draft', 'approved', 'ordered', 'received', 'cancelled');

create table app.purchase_order (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  title varchar(200) not null,
  order_number varchar(30) not null,
  status app.purchase_order_status not null default 'draft',
  vendor_id uuid not null,
  project_id uuid,
  requested_by_id uuid,
  ordered_on date,
  expected_on date,
  total_amount numeric(14, 2) not null default 0,
  currency varchar(3) not null default 'EUR',
  notes text,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (organization_id, order_number),
  foreign key (vendor_id, organization_id) references app.vendor (id, organization_id) on delete restrict,
  foreign key (project_id, organization_id) references app.project (id, organization_id) on delete set null (project_id),
  foreign key (requested_by_id, organization_id) references app.employee (id, organization_id) on delete set null (requested_by_id),
  check (length(btrim(title)) > 0),
  check (expected_on >= ordered_on),
  check (total_amount >= 0),
  check (currency ~ '^[A-Z]{3}$')
);

create index idx_purchase_order_vendor on app.purchase_order (vendor_id, organization_id);
create index idx_purchase_order_project on app.purchase_order (project_id, organization_id);
create index idx_purchase_order_requested_by on app.purchase_order (requested_by_id, organization_id);

comment on table app.purchase_order is 'Order placed with a vendor.';
comment on column app.purchase_order.total_amount is 'Sum of the lines as agreed with the vendor, excluding tax.';
