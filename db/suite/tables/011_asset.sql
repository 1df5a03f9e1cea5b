create type app.asset_type as enum ('laptop', 'monitor', 'phone', 'vehicle', 'furniture', 'licence', 'network');
create type app.asset_status as enum ('in_stock', 'in_use', 'in_repair', 'retired');

create table app.asset (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  name varchar(200) not null,
  asset_tag varchar(40) not null,
  asset_type app.asset_type not null,
  status app.asset_status not null default 'in_stock',
  serial_number varchar(80),
  office_id uuid,
  employee_id uuid,
  purchased_on date,
  warranty_until date,
  purchase_price numeric(14, 2) not null default 0,
  currency varchar(3) not null default 'EUR',
  specification jsonb not null default '{}',
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (organization_id, asset_tag),
  foreign key (office_id, organization_id) references app.office (id, organization_id) on delete set null (office_id),
  foreign key (employee_id, organization_id) references app.employee (id, organization_id) on delete set null (employee_id),
  check (length(btrim(name)) > 0),
  check (warranty_until >= purchased_on),
  check (purchase_price >= 0),
  check (currency ~ '^[A-Z]{3}$'),
  check (jsonb_typeof(specification) = 'object')
);

create index idx_asset_office on app.asset (office_id, organization_id);
create index idx_asset_employee on app.asset (employee_id, organization_id);
create index idx_asset_name on app.asset (organization_id, name, id);

comment on table app.asset is 'Equipment or licence that the organization owns, and the employee who uses it.';
comment on column app.asset.asset_tag is 'Inventory number on the label, unique in the organization.';
comment on column app.asset.employee_id is 'Employee who uses this asset; empty while it is in stock.';
comment on column app.asset.specification is 'Technical details as a JSON object of names and values.';
