create type app.expense_category as enum ('travel', 'accommodation', 'meals', 'equipment', 'software', 'training', 'other');
create type app.expense_status as enum ('draft', 'submitted', 'approved', 'rejected', 'reimbursed');

create table app.expense (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  title varchar(200) not null,
  employee_id uuid not null,
  project_id uuid,
  category app.expense_category not null default 'other',
  status app.expense_status not null default 'draft',
  spent_on date not null default current_date,
  amount numeric(14, 2) not null,
  currency varchar(3) not null default 'EUR',
  is_billable boolean not null default false,
  approved_by_id uuid,
  notes text,
  is_private boolean not null default false,
  created_ts timestamptz not null default clock_timestamp(),
  updated_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  foreign key (employee_id, organization_id) references app.employee (id, organization_id) on delete restrict,
  foreign key (project_id, organization_id) references app.project (id, organization_id) on delete set null (project_id),
  foreign key (approved_by_id, organization_id) references app.employee (id, organization_id) on delete set null (approved_by_id),
  check (length(btrim(title)) > 0),
  check (amount >= 0),
  check (currency ~ '^[A-Z]{3}$'),
  check (approved_by_id <> employee_id)
);

create index idx_expense_employee on app.expense (employee_id, organization_id);
create index idx_expense_project on app.expense (project_id, organization_id);
create index idx_expense_approved_by on app.expense (approved_by_id, organization_id);
create index idx_expense_spent on app.expense (organization_id, spent_on, id);

comment on table app.expense is 'Amount that an employee spent for the organization and claims back.';
comment on column app.expense.approved_by_id is 'Employee who approved the expense. Employees cannot approve their own expenses.';
comment on column app.expense.is_billable is 'Charged to the client of the project.';
comment on column app.expense.is_private is 'Only administrators and users with a grant can see this record.';
