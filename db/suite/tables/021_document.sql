create type app.document_type as enum ('specification', 'report', 'proposal', 'policy', 'minutes', 'design', 'manual');
create type app.document_status as enum ('draft', 'in_review', 'approved', 'archived');

create table app.document (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  title varchar(200) not null,
  document_type app.document_type not null default 'report',
  status app.document_status not null default 'draft',
  project_id uuid,
  author_id uuid,
  revision integer not null default 1,
  file_name varchar(255),
  file_size bigint,
  content text,
  is_private boolean not null default false,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  foreign key (project_id, organization_id) references app.project (id, organization_id) on delete set null (project_id),
  foreign key (author_id, organization_id) references app.employee (id, organization_id) on delete set null (author_id),
  check (length(btrim(title)) > 0),
  check (revision >= 1),
  check (file_size >= 0)
);

create index idx_document_project on app.document (project_id, organization_id);
create index idx_document_author on app.document (author_id, organization_id);
create index idx_document_title on app.document (organization_id, title, id);

comment on table app.document is 'Text or file of a project or of the organization, such as a specification, report or policy.';
comment on column app.document.revision is 'Edition number set by the author; not the version of the record.';
comment on column app.document.file_size is 'Size in bytes.';
comment on column app.document.is_private is 'Only administrators and users with a grant can see this record.';
