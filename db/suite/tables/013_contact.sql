create table app.contact (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  name varchar(201) generated always as (first_name || ' ' || last_name) stored,
  first_name varchar(100) not null,
  last_name varchar(100) not null,
  client_id uuid not null,
  job_title varchar(150),
  email varchar(254),
  phone varchar(40),
  is_primary boolean not null default false,
  newsletter boolean not null default false,
  last_contacted_ts timestamptz,
  notes text,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  foreign key (client_id, organization_id) references app.client (id, organization_id) on delete cascade,
  check (email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$')
);

create index idx_contact_client on app.contact (client_id, organization_id);
create unique index idx_contact_primary on app.contact (client_id) where is_primary;
create index idx_contact_name on app.contact (organization_id, name, id);

comment on table app.contact is 'Contact person at a client.';
comment on column app.contact.name is 'First and last name (computed).';
comment on column app.contact.is_primary is 'First person to call. A client has at most one primary contact.';
comment on column app.contact.newsletter is 'Has agreed to receive the newsletter.';
