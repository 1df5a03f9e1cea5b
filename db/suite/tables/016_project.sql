create type app.project_status as enum ('planned', 'active', 'on_hold', 'completed', 'cancelled');
create type app.priority as enum ('low', 'medium', 'high', 'urgent');

create table app.project (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  name varchar(200) not null,
  code varchar(20) not null,
  status app.project_status not null default 'planned',
  priority app.priority not null default 'medium',
  client_id uuid,
  department_id uuid,
  manager_id uuid,
  start_on date,
  end_on date,
  budget numeric(14, 2) not null default 0,
  currency varchar(3) not null default 'EUR',
  progress_percent integer not null default 0,
  description text,
  is_private boolean not null default false,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (organization_id, code),
  foreign key (client_id, organization_id) references app.client (id, organization_id) on delete restrict,
  foreign key (department_id, organization_id) references app.department (id, organization_id) on delete set null (department_id),
  foreign key (manager_id, organization_id) references app.employee (id, organization_id) on delete set null (manager_id),
  check (length(btrim(name)) > 0),
  check (code ~ '^[A-Z0-9-]+$'),
  check (end_on >= start_on),
  check (budget >= 0),
  check (currency ~ '^[A-Z]{3}$'),
  check (progress_percent between 0 and 100)
);

create index idx_project_client on app.project (client_id, organization_id);
create index idx_project_department on app.project (department_id, organization_id);
create index idx_project_manager on app.project (manager_id, organization_id);
create index idx_project_status on app.project (organization_id, status);
create index idx_project_name on app.project (organization_id, name, id);

comment on table app.project is 'Work with a goal, a budget and an end date; contains milestones and tasks.';
comment on column app.project.code is 'Short name for conversations and time sheets, unique in the organization.';
comment on column app.project.client_id is 'Client who ordered the project; empty for internal projects.';
comment on column app.project.is_private is 'Only administrators and users with a grant can see this record.';
