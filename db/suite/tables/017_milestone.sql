create type app.milestone_status as enum ('open', 'reached', 'missed');

create table app.milestone (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  name varchar(200) not null,
  project_id uuid not null,
  status app.milestone_status not null default 'open',
  due_on date not null,
  reached_on date,
  description text,
  is_private boolean not null default false,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  foreign key (project_id, organization_id) references app.project (id, organization_id) on delete cascade,
  check (length(btrim(name)) > 0),
  check (status = 'reached' or reached_on is null)
);

create index idx_milestone_project on app.milestone (project_id, organization_id);
create index idx_milestone_due on app.milestone (organization_id, due_on, id);

comment on table app.milestone is 'Intermediate result that a project promises by a date.';
comment on column app.milestone.reached_on is 'Day on which the milestone was reached; empty until then.';
comment on column app.milestone.is_private is 'Only administrators and users with a grant can see this record.';
