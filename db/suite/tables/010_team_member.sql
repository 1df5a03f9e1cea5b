create table app.team_member (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  title varchar(200) not null,
  team_id uuid not null,
  employee_id uuid not null,
  allocation_percent integer not null default 100,
  joined_on date not null default current_date,
  left_on date,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (team_id, employee_id, joined_on),
  foreign key (team_id, organization_id) references app.team (id, organization_id) on delete cascade,
  foreign key (employee_id, organization_id) references app.employee (id, organization_id) on delete cascade,
  check (length(btrim(title)) > 0),
  check (allocation_percent between 1 and 100),
  check (left_on >= joined_on)
);

create index idx_team_member_team on app.team_member (team_id, organization_id);
create index idx_team_member_employee on app.team_member (employee_id, organization_id);

comment on table app.team_member is 'Membership of an employee in a team, with role, share of working time and period.';
comment on column app.team_member.title is 'Role in this team, for example "Release manager".';
comment on column app.team_member.allocation_percent is 'Percentage of working time spent in this team, from 1 to 100.';
