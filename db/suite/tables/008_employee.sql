create type app.employment_status as enum ('active', 'on_leave', 'left');
create type app.employment_type as enum ('full_time', 'part_time', 'contractor', 'intern');

create table app.employee (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  name varchar(201) generated always as (first_name || ' ' || last_name) stored,
  first_name varchar(100) not null,
  last_name varchar(100) not null,
  employee_number varchar(20) not null,
  email varchar(254) not null,
  phone varchar(40),
  job_title varchar(150) not null,
  status app.employment_status not null default 'active',
  employment_type app.employment_type not null default 'full_time',
  department_id uuid,
  office_id uuid,
  manager_id uuid,
  person_id uuid,
  hired_on date not null default current_date,
  left_on date,
  salary numeric(14, 2),
  currency varchar(3) not null default 'EUR',
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (organization_id, employee_number),
  unique (person_id, organization_id),
  foreign key (department_id, organization_id) references app.department (id, organization_id) on delete set null (department_id),
  foreign key (office_id, organization_id) references app.office (id, organization_id) on delete set null (office_id),
  foreign key (manager_id, organization_id) references app.employee (id, organization_id) on delete set null (manager_id),
  -- References the membership, not the person: foreign keys bypass row level security, so a foreign key to app.person
  -- would reveal to a writer which ids are people of other organizations.
  foreign key (person_id, organization_id) references app.membership (person_id, organization_id) on delete set null (person_id),
  check (email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'),
  check (manager_id <> id),
  check (left_on >= hired_on),
  check (salary >= 0),
  check (currency ~ '^[A-Z]{3}$')
);

create unique index idx_employee_email on app.employee (organization_id, lower(email));
create index idx_employee_name on app.employee (organization_id, name, id);
create index idx_employee_department on app.employee (department_id, organization_id);
create index idx_employee_office on app.employee (office_id, organization_id);
create index idx_employee_manager on app.employee (manager_id, organization_id);

comment on table app.employee is 'Person who works for the organization, with or without an account.';
comment on column app.employee.name is 'First and last name (computed).';
comment on column app.employee.manager_id is 'Employee to whom this employee reports.';
comment on column app.employee.person_id is 'Account that this employee signs in with, if any.';
comment on column app.employee.salary is 'Gross annual salary. Never included in API responses or in the change log.';
