create type app.meeting_status as enum ('scheduled', 'held', 'cancelled');

create table app.meeting (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  title varchar(200) not null,
  status app.meeting_status not null default 'scheduled',
  project_id uuid,
  office_id uuid,
  organizer_id uuid,
  starts_ts timestamptz not null,
  ends_ts timestamptz not null,
  room varchar(100),
  video_url varchar(300),
  agenda text,
  is_private boolean not null default false,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  foreign key (project_id, organization_id) references app.project (id, organization_id) on delete set null (project_id),
  foreign key (office_id, organization_id) references app.office (id, organization_id) on delete set null (office_id),
  foreign key (organizer_id, organization_id) references app.employee (id, organization_id) on delete set null (organizer_id),
  check (length(btrim(title)) > 0),
  check (ends_ts > starts_ts),
  check (video_url ~ '^https://')
);

create index idx_meeting_project on app.meeting (project_id, organization_id);
create index idx_meeting_office on app.meeting (office_id, organization_id);
create index idx_meeting_organizer on app.meeting (organizer_id, organization_id);
create index idx_meeting_starts on app.meeting (organization_id, starts_ts, id);

comment on table app.meeting is 'Meeting of a project or of the organization.';
comment on column app.meeting.room is 'Meeting room in the office; empty for a video call.';
comment on column app.meeting.is_private is 'Only administrators and users with a grant can see this record.';
