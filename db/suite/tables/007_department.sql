create table app.department (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  name varchar(200) not null,
  code varchar(20) not null,
  parent_department_id uuid,
  office_id uuid,
  annual_budget numeric(14, 2) not null default 0,
  currency varchar(3) not null default 'EUR',
  description text,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (organization_id, code),
  foreign key (parent_department_id, organization_id) references app.department (id, organization_id) on delete restrict,
  foreign key (office_id, organization_id) references app.office (id, organization_id) on delete set null (office_id),
  check (length(btrim(name)) > 0),
  check (code ~ '^[A-Z0-9-]+$'),
  check (parent_department_id <> id),
  check (annual_budget >= 0),
  check (currency ~ '^[A-Z]{3}$')
);

create index idx_department_parent on app.department (parent_department_id, organization_id);
create index idx_department_office on app.department (office_id, organization_id);
create index idx_department_name on app.department (organization_id, name, id);

comment on table app.department is 'Organizational unit with a budget. Departments form a tree.';
comment on column app.department.code is 'Cost centre code, unique in the organization.';
comment on column app.department.parent_department_id is 'Parent department; empty for a top-level department.';
