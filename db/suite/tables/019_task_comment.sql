create table app.task_comment (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  title varchar(80) generated always as (case when length(body) > 80 then left(body, 79) || '…' else body end) stored,
  task_id uuid not null,
  author_id uuid,
  body text not null,
  is_private boolean not null default false,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  foreign key (task_id, organization_id) references app.task (id, organization_id) on delete cascade,
  foreign key (author_id, organization_id) references app.employee (id, organization_id) on delete set null (author_id),
  check (length(body) between 1 and 10000)
);

create index idx_task_comment_task on app.task_comment (task_id, organization_id);
create index idx_task_comment_author on app.task_comment (author_id, organization_id);

comment on table app.task_comment is 'Comment on a task.';
comment on column app.task_comment.title is 'Beginning of the text, shown in lists (computed).';
comment on column app.task_comment.is_private is 'Internal comment: only administrators and users with a grant can see it.';
