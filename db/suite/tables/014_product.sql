create type app.product_type as enum ('service', 'subscription', 'licence', 'hardware');
create type app.product_unit as enum ('hour', 'day', 'month', 'piece', 'user');

create table app.product (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  name varchar(200) not null,
  sku varchar(40) not null,
  product_type app.product_type not null,
  unit app.product_unit not null default 'piece',
  unit_price numeric(14, 2) not null default 0,
  currency varchar(3) not null default 'EUR',
  tax_rate numeric(5, 2) not null default 20,
  is_active boolean not null default true,
  description text,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (organization_id, sku),
  check (length(btrim(name)) > 0),
  check (unit_price >= 0),
  check (currency ~ '^[A-Z]{3}$'),
  check (tax_rate between 0 and 100)
);

create index idx_product_name on app.product (organization_id, name, id);

comment on table app.product is 'Service, subscription, licence or device that the organization sells.';
comment on column app.product.sku is 'Stock keeping unit: article number, unique in the organization.';
comment on column app.product.tax_rate is 'Value added tax, in percent.';
