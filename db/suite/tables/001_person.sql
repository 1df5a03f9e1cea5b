-- A person who can sign in. The table has no tenant: a person may belong to several organizations. The application role
-- has no rights on it: users see names of people through the employee table of their own organization.

create table app.person (
  id uuid primary key default gen_random_uuid(),
  email varchar(254) not null check (email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'),
  fname varchar(100) not null,
  lname varchar(100) not null,
  person_type varchar(50) not null default 'user',
  created_ts timestamptz not null default clock_timestamp()
);

create unique index idx_person_email on app.person (lower(email));

comment on table app.person is 'User account.';
comment on column app.person.person_type is 'Kind of account (user, service, …), copied into the audit log.';
