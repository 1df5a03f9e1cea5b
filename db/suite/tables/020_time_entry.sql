create table app.time_entry (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  title varchar(200) not null,
  task_id uuid not null,
  employee_id uuid not null,
  worked_on date not null default current_date,
  hours numeric(5, 2) not null,
  is_billable boolean not null default true,
  hourly_rate numeric(14, 2) not null default 0,
  currency varchar(3) not null default 'EUR',
  amount numeric(14, 2) generated always as (case when is_billable then round(hours * hourly_rate, 2) else 0 end) stored,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  foreign key (task_id, organization_id) references app.task (id, organization_id) on delete cascade,
  foreign key (employee_id, organization_id) references app.employee (id, organization_id) on delete restrict,
  check (length(btrim(title)) > 0),
  check (hours > 0 and hours <= 24),
  check (hourly_rate >= 0),
  check (currency ~ '^[A-Z]{3}$')
);

create index idx_time_entry_task on app.time_entry (task_id, organization_id);
create index idx_time_entry_employee on app.time_entry (employee_id, organization_id);
create index idx_time_entry_worked on app.time_entry (organization_id, worked_on, id);

comment on table app.time_entry is 'Time that one employee worked on one task on one day.';
comment on column app.time_entry.title is 'Description of the work, as shown on the invoice.';
comment on column app.time_entry.amount is 'Hours multiplied by the rate; 0 if not billable (computed).';
