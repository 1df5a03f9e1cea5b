create table app.team (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  name varchar(200) not null,
  department_id uuid,
  lead_id uuid,
  mission text,
  is_active boolean not null default true,
  formed_on date,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  foreign key (department_id, organization_id) references app.department (id, organization_id) on delete set null (department_id),
  foreign key (lead_id, organization_id) references app.employee (id, organization_id) on delete set null (lead_id),
  check (length(btrim(name)) > 0)
);

create unique index idx_team_name on app.team (organization_id, lower(name));
create index idx_team_department on app.team (department_id, organization_id);
create index idx_team_lead on app.team (lead_id, organization_id);

comment on table app.team is 'Group of employees who work together, within a department or across departments.';
comment on column app.team.lead_id is 'Employee who leads the team.';
