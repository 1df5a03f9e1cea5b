create type app.task_status as enum ('backlog', 'todo', 'in_progress', 'in_review', 'done', 'cancelled');

create table app.task (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  title varchar(200) not null,
  project_id uuid not null,
  milestone_id uuid,
  parent_task_id uuid,
  status app.task_status not null default 'backlog',
  priority app.priority not null default 'medium',
  assignee_id uuid,
  reporter_id uuid,
  start_on date,
  due_on date,
  estimated_hours numeric(6, 2),
  completed_ts timestamptz,
  description text,
  is_private boolean not null default false,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  foreign key (project_id, organization_id) references app.project (id, organization_id) on delete cascade,
  foreign key (milestone_id, organization_id) references app.milestone (id, organization_id) on delete set null (milestone_id),
  foreign key (parent_task_id, organization_id) references app.task (id, organization_id) on delete cascade,
  foreign key (assignee_id, organization_id) references app.employee (id, organization_id) on delete set null (assignee_id),
  foreign key (reporter_id, organization_id) references app.employee (id, organization_id) on delete set null (reporter_id),
  check (length(btrim(title)) > 0),
  check (parent_task_id <> id),
  check (due_on >= start_on),
  check (estimated_hours >= 0)
);

create index idx_task_project on app.task (project_id, organization_id);
create index idx_task_milestone on app.task (milestone_id, organization_id);
create index idx_task_parent on app.task (parent_task_id, organization_id);
create index idx_task_assignee on app.task (assignee_id, organization_id);
create index idx_task_reporter on app.task (reporter_id, organization_id);
create index idx_task_status on app.task (organization_id, status, due_on);

comment on table app.task is 'Unit of work in a project, done by one employee; may have subtasks.';
comment on column app.task.parent_task_id is 'Parent task. Deleting the parent deletes this task too.';
comment on column app.task.assignee_id is 'Employee who works on this task.';
comment on column app.task.reporter_id is 'Employee who requested this task.';
comment on column app.task.is_private is 'Only administrators and users with a grant can see this record.';
