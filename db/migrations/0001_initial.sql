-- I_schema_and_roles.ddl

-- The schema and the four roles. Roles belong to the whole cluster, so another database may have made them
-- already, or may be making them at this moment: both count as success. Passwords are set by whoever deploys.
--
-- heliograph_log owns the two log tables and nothing else. DETACH … CONCURRENTLY, the only way to take a day out of the
-- log that stops no writer, wants the owner of the table and cannot run inside a function; so the watcher may become this role.

create schema app;

do $$
declare
  r text;
  made boolean;
begin
  foreach r in array array['heliograph_app', 'heliograph_gateway', 'heliograph_watcher', 'heliograph_log'] loop
    continue when exists (select 1 from pg_catalog.pg_roles where rolname = r);
    begin
      -- NOINHERIT: a service has the rights of the roles it may become only after it says so.
      execute format('create role %I %s', r, case when r in ('heliograph_app', 'heliograph_log') then 'nologin' else 'login noinherit' end);
      made := true;
    exception when duplicate_object or unique_violation then
      made := false;
    end;
    -- A claim that a crash takes back would give a published sequence number to another row; the time-outs
    -- keep a watcher that hangs from holding anything.
    if made and r = 'heliograph_watcher' then
      alter role heliograph_watcher set synchronous_commit = on;
      alter role heliograph_watcher set idle_in_transaction_session_timeout = '2s';
      alter role heliograph_watcher set lock_timeout = '1s';
      alter role heliograph_watcher set statement_timeout = '5s';
    end if;
  end loop;
  if not pg_catalog.pg_has_role('heliograph_gateway', 'heliograph_app', 'member') then
    begin
      grant heliograph_app to heliograph_gateway;
    exception when unique_violation or internal_error then
      null; -- granted by somebody else in the same moment
    end;
  end if;
  if not pg_catalog.pg_has_role('heliograph_watcher', 'heliograph_log', 'member') then
    begin
      grant heliograph_log to heliograph_watcher;
    exception when unique_violation or internal_error then
      null;
    end;
  end if;
  -- An owner of this schema that is no superuser must be able to give the log tables away and still work with them.
  if not pg_catalog.pg_has_role(current_user, 'heliograph_log', 'usage') then
    begin
      execute pg_catalog.format('grant heliograph_log to %I', current_user);
    exception
      when unique_violation or internal_error then
        null;
      when insufficient_privilege then
        raise exception 'the role heliograph_log exists, and % is no member of it', current_user
          using errcode = '42501', hint = pg_catalog.format('As the role that made it, run: grant heliograph_log to %I', current_user);
    end;
  end if;
end $$;

grant usage on schema app to heliograph_app, heliograph_gateway, heliograph_watcher, heliograph_log;

comment on schema app is 'Heliograph: the business suite, its change log and the state of the sync.';


-- II_entity_type.ddl

-- The registry of live tables, written only by app.enable_sync and app.disable_sync. REST, the protocol and the
-- client derive what they know of a type from here and from the catalog, never from a second list.

create table app.entity_type (
  code text primary key check (code ~ '^[a-z][a-z0-9_]{0,40}$'),
  table_name regclass not null unique,
  key_column text not null,
  tenant_column text,
  containers text[] not null default '{}',
  rights text[] not null default '{}',
  redact text[] not null default '{}',
  snapshots text not null default 'full' check (snapshots in ('full', 'changed', 'none')),
  views boolean not null default false,
  public boolean not null default false
);

comment on table app.entity_type is 'One row per live table.';
comment on column app.entity_type.key_column is 'The uuid column that identifies a row to clients.';
comment on column app.entity_type.tenant_column is 'The column that holds the organization of a row; null for public reference data.';
comment on column app.entity_type.containers is 'uuid columns whose values are containers: a client may hold every row inside one.';
comment on column app.entity_type.rights is 'Columns that decide who may read a row, besides tenant, containers and is_private.';
comment on column app.entity_type.redact is 'Columns that no answer, snapshot or history shows.';
comment on column app.entity_type.snapshots is 'What logging_detail keeps of a row: all of it, the changed columns, or nothing.';
comment on column app.entity_type.views is 'Whether reads are logged (action 0).';
comment on column app.entity_type.public is 'Every member of the tenant (every user, without tenant) may read every row.';


-- III_person.ddl

-- Somebody who can sign in. No tenant: one person may belong to several organizations. No grant to the
-- application role: names of people reach users through the employee table of their own organization.

create table app.person (
  id uuid primary key default gen_random_uuid(),
  email varchar(254) not null check (email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'),
  fname varchar(100) not null,
  lname varchar(100) not null,
  person_type varchar(50) not null default 'user',
  created_ts timestamptz not null default clock_timestamp()
);

create unique index idx_person_email on app.person (lower(email));

comment on table app.person is 'An account.';
comment on column app.person.person_type is 'Kind of account, copied into the audit log: user, service, …';


-- IV_credential.ddl

-- Kept apart from app.person so that no query about people can return a hash by accident.

create table app.credential (
  person_id uuid primary key references app.person (id) on delete cascade,
  password_hash text not null check (password_hash like '$argon2id$%'),
  changed_ts timestamptz not null default clock_timestamp()
);

comment on table app.credential is 'argon2id hash of a password; read only by app.login.';


-- V_organization.ddl

-- The tenant itself: its id is what every other entity table carries as organization_id.
-- Its policies live in sync.sql, because they need the context functions.

create type app.organization_plan as enum ('trial', 'standard', 'enterprise');

create table app.organization (
  id uuid primary key default gen_random_uuid(),
  name varchar(200) not null,
  legal_name varchar(200),
  plan app.organization_plan not null default 'trial',
  industry varchar(100),
  website varchar(200),
  billing_email varchar(254),
  currency varchar(3) not null default 'EUR',
  timezone varchar(64) not null default 'UTC',
  created_ts timestamptz not null default clock_timestamp(),
  check (length(btrim(name)) > 0),
  check (billing_email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'),
  check (currency ~ '^[A-Z]{3}$')
);

create unique index idx_organization_name on app.organization (lower(name));

comment on table app.organization is 'A company that uses the suite. Every other row belongs to exactly one organization; members see only their own.';
comment on column app.organization.currency is 'ISO 4217 code of the books; single documents may carry another one.';
comment on column app.organization.timezone is 'IANA name, used for due dates and working hours.';


-- VI_membership.ddl

-- Which person belongs to which organization. Every right begins here, so each change is logged as a change of
-- rights of that person (entity code "person") and makes the gateways check what he still may hold.

create type app.membership_role as enum ('admin', 'member', 'guest');

create table app.membership (
  person_id uuid not null references app.person (id) on delete cascade,
  organization_id uuid not null references app.organization (id) on delete cascade,
  role app.membership_role not null default 'member',
  created_ts timestamptz not null default clock_timestamp(),
  primary key (person_id, organization_id)
);

create index idx_membership_organization on app.membership (organization_id);

comment on table app.membership is 'A person in an organization, with a role.';
comment on column app.membership.role is 'admin sees private rows too; member and guest see a private row only with a grant.';


-- VII_entity_grant.ddl

-- Access of one person to one private row. A grant that has expired still counts until app.expire_grants deletes
-- it: policies never look at the clock, or rights would change without a signal.

create table app.entity_grant (
  entity_code varchar(100) not null, -- checked by the trigger; no foreign key, so that a pause of the sync keeps the grants
  entity_id uuid not null,
  person_id uuid not null,
  organization_id uuid not null,
  created_ts timestamptz not null default clock_timestamp(),
  expires_ts timestamptz,
  primary key (person_id, organization_id, entity_code, entity_id),
  foreign key (person_id, organization_id) references app.membership (person_id, organization_id) on delete cascade
);

create index idx_entity_grant_entity on app.entity_grant (entity_code, entity_id);
create index idx_entity_grant_expiry on app.entity_grant (expires_ts) where expires_ts is not null;

comment on table app.entity_grant is 'Lets a member read and write one private row of the organization.';


-- VIII_office.ddl

create type app.office_status as enum ('planned', 'open', 'closed');

create table app.office (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  name varchar(200) not null,
  status app.office_status not null default 'open',
  street varchar(200),
  postal_code varchar(20),
  city varchar(100) not null,
  country varchar(2) not null,
  phone varchar(40),
  timezone varchar(64) not null default 'UTC',
  capacity integer not null default 0,
  opened_on date,
  created_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  check (length(btrim(name)) > 0),
  check (country ~ '^[A-Z]{2}$'),
  check (capacity >= 0)
);

create unique index idx_office_name on app.office (organization_id, lower(name));

comment on table app.office is 'A place where people of the organization work: address, desks and time zone.';
comment on column app.office.country is 'ISO 3166-1 alpha-2 code.';
comment on column app.office.capacity is 'Number of desks.';


-- IX_department.ddl

create table app.department (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  name varchar(200) not null,
  code varchar(20) not null,
  parent_department_id uuid,
  office_id uuid,
  annual_budget numeric(14, 2) not null default 0,
  currency varchar(3) not null default 'EUR',
  description text,
  created_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (organization_id, code),
  foreign key (parent_department_id, organization_id) references app.department (id, organization_id) on delete restrict,
  foreign key (office_id, organization_id) references app.office (id, organization_id) on delete set null (office_id),
  check (length(btrim(name)) > 0),
  check (code ~ '^[A-Z0-9-]+$'),
  check (parent_department_id <> id),
  check (annual_budget >= 0),
  check (currency ~ '^[A-Z]{3}$')
);

create index idx_department_parent on app.department (parent_department_id, organization_id);
create index idx_department_office on app.department (office_id, organization_id);
create index idx_department_name on app.department (organization_id, name, id);

comment on table app.department is 'An organizational unit with a budget; departments form a tree.';
comment on column app.department.code is 'Cost centre code, unique in the organization.';
comment on column app.department.parent_department_id is 'The unit above; empty at the top.';


-- X_employee.ddl

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
  unique (id, organization_id),
  unique (organization_id, employee_number),
  unique (person_id, organization_id),
  foreign key (department_id, organization_id) references app.department (id, organization_id) on delete set null (department_id),
  foreign key (office_id, organization_id) references app.office (id, organization_id) on delete set null (office_id),
  foreign key (manager_id, organization_id) references app.employee (id, organization_id) on delete set null (manager_id),
  -- The membership, not the person: a foreign key bypasses row level security, so one to app.person
  -- would tell a writer which ids are people of other organizations.
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

comment on table app.employee is 'Somebody who works for the organization, whether or not they can sign in.';
comment on column app.employee.name is 'First and last name, computed.';
comment on column app.employee.manager_id is 'The employee to whom this one reports.';
comment on column app.employee.person_id is 'The account with which this employee signs in, if any.';
comment on column app.employee.salary is 'Gross per year. Never part of an answer of the API or of the change log.';


-- XI_team.ddl

create table app.team (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  name varchar(200) not null,
  department_id uuid,
  lead_id uuid,
  mission text,
  is_active boolean not null default true,
  formed_on date,
  created_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  foreign key (department_id, organization_id) references app.department (id, organization_id) on delete set null (department_id),
  foreign key (lead_id, organization_id) references app.employee (id, organization_id) on delete set null (lead_id),
  check (length(btrim(name)) > 0)
);

create unique index idx_team_name on app.team (organization_id, lower(name));
create index idx_team_department on app.team (department_id, organization_id);
create index idx_team_lead on app.team (lead_id, organization_id);

comment on table app.team is 'A group of employees who deliver together, across or within departments.';
comment on column app.team.lead_id is 'The employee who leads the team.';


-- XII_team_member.ddl

create table app.team_member (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  title varchar(200) not null,
  team_id uuid not null,
  employee_id uuid not null,
  allocation_percent integer not null default 100,
  joined_on date not null default current_date,
  left_on date,
  created_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (team_id, employee_id, joined_on),
  foreign key (team_id, organization_id) references app.team (id, organization_id) on delete cascade,
  foreign key (employee_id, organization_id) references app.employee (id, organization_id) on delete cascade,
  check (length(btrim(title)) > 0),
  check (allocation_percent between 1 and 100),
  check (left_on >= joined_on)
);

create index idx_team_member_team on app.team_member (team_id, organization_id);
create index idx_team_member_employee on app.team_member (employee_id, organization_id);

comment on table app.team_member is 'The place of an employee in a team: role, share of working time and period.';
comment on column app.team_member.title is 'Role in this team, such as "Release manager".';
comment on column app.team_member.allocation_percent is 'Share of working time given to this team, 1 to 100.';


-- XIII_asset.ddl

create type app.asset_type as enum ('laptop', 'monitor', 'phone', 'vehicle', 'furniture', 'licence', 'network');
create type app.asset_status as enum ('in_stock', 'in_use', 'in_repair', 'retired');

create table app.asset (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  name varchar(200) not null,
  asset_tag varchar(40) not null,
  asset_type app.asset_type not null,
  status app.asset_status not null default 'in_stock',
  serial_number varchar(80),
  office_id uuid,
  employee_id uuid,
  purchased_on date,
  warranty_until date,
  purchase_price numeric(14, 2) not null default 0,
  currency varchar(3) not null default 'EUR',
  specification jsonb not null default '{}',
  created_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (organization_id, asset_tag),
  foreign key (office_id, organization_id) references app.office (id, organization_id) on delete set null (office_id),
  foreign key (employee_id, organization_id) references app.employee (id, organization_id) on delete set null (employee_id),
  check (length(btrim(name)) > 0),
  check (warranty_until >= purchased_on),
  check (purchase_price >= 0),
  check (currency ~ '^[A-Z]{3}$'),
  check (jsonb_typeof(specification) = 'object')
);

create index idx_asset_office on app.asset (office_id, organization_id);
create index idx_asset_employee on app.asset (employee_id, organization_id);
create index idx_asset_name on app.asset (organization_id, name, id);

comment on table app.asset is 'Equipment and licences that the organization owns, and who has them.';
comment on column app.asset.asset_tag is 'Number on the sticker, unique in the organization.';
comment on column app.asset.employee_id is 'Who uses it now; empty while it is in stock.';
comment on column app.asset.specification is 'Free technical details, an object of name and value.';


-- XIV_client.ddl

create type app.client_status as enum ('lead', 'active', 'paused', 'former');

create table app.client (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  name varchar(200) not null,
  client_number varchar(20) not null,
  status app.client_status not null default 'lead',
  industry varchar(100),
  website varchar(200),
  email varchar(254),
  phone varchar(40),
  street varchar(200),
  postal_code varchar(20),
  city varchar(100),
  country varchar(2),
  vat_number varchar(30),
  account_manager_id uuid,
  payment_terms_days integer not null default 30,
  credit_limit numeric(14, 2) not null default 0,
  currency varchar(3) not null default 'EUR',
  notes text,
  created_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (organization_id, client_number),
  foreign key (account_manager_id, organization_id) references app.employee (id, organization_id) on delete set null (account_manager_id),
  check (length(btrim(name)) > 0),
  check (email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'),
  check (country ~ '^[A-Z]{2}$'),
  check (payment_terms_days between 0 and 365),
  check (credit_limit >= 0),
  check (currency ~ '^[A-Z]{3}$')
);

create index idx_client_account_manager on app.client (account_manager_id, organization_id);
create index idx_client_name on app.client (organization_id, name, id);
create index idx_client_status on app.client (organization_id, status);

comment on table app.client is 'A company that buys, or may buy, from the organization.';
comment on column app.client.payment_terms_days is 'Days from invoice date to due date.';
comment on column app.client.credit_limit is 'Unpaid amount above which no further invoice should be sent; 0 means none was agreed.';


-- XV_contact.ddl

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
  unique (id, organization_id),
  foreign key (client_id, organization_id) references app.client (id, organization_id) on delete cascade,
  check (email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$')
);

create index idx_contact_client on app.contact (client_id, organization_id);
create unique index idx_contact_primary on app.contact (client_id) where is_primary;
create index idx_contact_name on app.contact (organization_id, name, id);

comment on table app.contact is 'A person at a client with whom the organization talks.';
comment on column app.contact.name is 'First and last name, computed.';
comment on column app.contact.is_primary is 'The first person to call; at most one per client.';
comment on column app.contact.newsletter is 'Agreed to receive the newsletter.';


-- XVI_product.ddl

create type app.product_type as enum ('service', 'subscription', 'licence', 'hardware');
create type app.product_unit as enum ('hour', 'day', 'month', 'piece', 'user');

create table app.product (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  name varchar(200) not null,
  sku varchar(40) not null,
  product_type app.product_type not null,
  unit app.product_unit not null default 'piece',
  unit_price numeric(14, 2) not null default 0,
  currency varchar(3) not null default 'EUR',
  tax_rate numeric(5, 2) not null default 20,
  is_active boolean not null default true,
  description text,
  created_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (organization_id, sku),
  check (length(btrim(name)) > 0),
  check (unit_price >= 0),
  check (currency ~ '^[A-Z]{3}$'),
  check (tax_rate between 0 and 100)
);

create index idx_product_name on app.product (organization_id, name, id);

comment on table app.product is 'Something the organization sells: a service, a subscription, a licence or a device.';
comment on column app.product.sku is 'Article number, unique in the organization.';
comment on column app.product.tax_rate is 'Value added tax in percent.';


-- XVII_opportunity.ddl

create type app.opportunity_stage as enum ('qualification', 'discovery', 'proposal', 'negotiation', 'won', 'lost');

create table app.opportunity (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  name varchar(200) not null,
  client_id uuid not null,
  contact_id uuid,
  owner_id uuid,
  stage app.opportunity_stage not null default 'qualification',
  amount numeric(14, 2) not null default 0,
  currency varchar(3) not null default 'EUR',
  probability integer not null default 10,
  expected_amount numeric(14, 2) generated always as (round(amount * probability / 100, 2)) stored,
  expected_close_on date,
  lost_reason varchar(200),
  notes text,
  is_private boolean not null default false,
  created_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  foreign key (client_id, organization_id) references app.client (id, organization_id) on delete restrict,
  foreign key (contact_id, organization_id) references app.contact (id, organization_id) on delete set null (contact_id),
  foreign key (owner_id, organization_id) references app.employee (id, organization_id) on delete set null (owner_id),
  check (length(btrim(name)) > 0),
  check (amount >= 0),
  check (currency ~ '^[A-Z]{3}$'),
  check (probability between 0 and 100),
  check (lost_reason is null or stage = 'lost')
);

create index idx_opportunity_client on app.opportunity (client_id, organization_id);
create index idx_opportunity_contact on app.opportunity (contact_id, organization_id);
create index idx_opportunity_owner on app.opportunity (owner_id, organization_id);
create index idx_opportunity_stage on app.opportunity (organization_id, stage, expected_close_on);

comment on table app.opportunity is 'A possible sale, from first talk to won or lost.';
comment on column app.opportunity.probability is 'Chance of winning in percent.';
comment on column app.opportunity.expected_amount is 'Amount weighted with the probability, computed.';
comment on column app.opportunity.is_private is 'Visible only to administrators and to people with a grant.';


-- XVIII_project.ddl

create type app.project_status as enum ('planned', 'active', 'on_hold', 'completed', 'cancelled');
create type app.priority as enum ('low', 'medium', 'high', 'urgent');

create table app.project (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  name varchar(200) not null,
  code varchar(20) not null,
  status app.project_status not null default 'planned',
  priority app.priority not null default 'medium',
  client_id uuid,
  department_id uuid,
  manager_id uuid,
  start_on date,
  end_on date,
  budget numeric(14, 2) not null default 0,
  currency varchar(3) not null default 'EUR',
  progress_percent integer not null default 0,
  description text,
  is_private boolean not null default false,
  created_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (organization_id, code),
  foreign key (client_id, organization_id) references app.client (id, organization_id) on delete restrict,
  foreign key (department_id, organization_id) references app.department (id, organization_id) on delete set null (department_id),
  foreign key (manager_id, organization_id) references app.employee (id, organization_id) on delete set null (manager_id),
  check (length(btrim(name)) > 0),
  check (code ~ '^[A-Z0-9-]+$'),
  check (end_on >= start_on),
  check (budget >= 0),
  check (currency ~ '^[A-Z]{3}$'),
  check (progress_percent between 0 and 100)
);

create index idx_project_client on app.project (client_id, organization_id);
create index idx_project_department on app.project (department_id, organization_id);
create index idx_project_manager on app.project (manager_id, organization_id);
create index idx_project_status on app.project (organization_id, status);
create index idx_project_name on app.project (organization_id, name, id);

comment on table app.project is 'A piece of work with a goal, a budget and an end; holds milestones and tasks.';
comment on column app.project.code is 'Short name used in conversation and on time sheets, unique in the organization.';
comment on column app.project.client_id is 'Who ordered it; empty for internal projects.';
comment on column app.project.is_private is 'Visible only to administrators and to people with a grant.';


-- XIX_milestone.ddl

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
  unique (id, organization_id),
  foreign key (project_id, organization_id) references app.project (id, organization_id) on delete cascade,
  check (length(btrim(name)) > 0),
  check (status = 'reached' or reached_on is null)
);

create index idx_milestone_project on app.milestone (project_id, organization_id);
create index idx_milestone_due on app.milestone (organization_id, due_on, id);

comment on table app.milestone is 'A dated result that a project promises on its way.';
comment on column app.milestone.reached_on is 'Day on which it was reached; only set when it was.';
comment on column app.milestone.is_private is 'Visible only to administrators and to people with a grant.';


-- XX_task.ddl

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

comment on table app.task is 'A unit of work inside a project, done by one employee; may be split into sub-tasks.';
comment on column app.task.parent_task_id is 'The task of which this one is a part; deleted together with it.';
comment on column app.task.assignee_id is 'The employee who does it.';
comment on column app.task.reporter_id is 'The employee who asked for it.';
comment on column app.task.is_private is 'Visible only to administrators and to people with a grant.';


-- XXI_task_comment.ddl

create table app.task_comment (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  title varchar(80) generated always as (case when length(body) > 80 then left(body, 79) || '…' else body end) stored,
  task_id uuid not null,
  author_id uuid,
  body text not null,
  is_private boolean not null default false,
  created_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  foreign key (task_id, organization_id) references app.task (id, organization_id) on delete cascade,
  foreign key (author_id, organization_id) references app.employee (id, organization_id) on delete set null (author_id),
  check (length(body) between 1 and 10000)
);

create index idx_task_comment_task on app.task_comment (task_id, organization_id);
create index idx_task_comment_author on app.task_comment (author_id, organization_id);

comment on table app.task_comment is 'A remark on a task.';
comment on column app.task_comment.title is 'The beginning of the text, computed, for lists.';
comment on column app.task_comment.is_private is 'An internal remark, visible only to administrators and to people with a grant.';


-- XXII_time_entry.ddl

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

comment on table app.time_entry is 'Working time of one employee on one task on one day.';
comment on column app.time_entry.title is 'What was done, as it appears on the invoice.';
comment on column app.time_entry.amount is 'Hours times rate, 0 when not billable; computed.';


-- XXIII_document.ddl

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

comment on table app.document is 'A text or file that a project or the organization keeps: specification, report, policy.';
comment on column app.document.revision is 'Edition of the document, counted by its author; not the version of the row.';
comment on column app.document.file_size is 'Bytes.';
comment on column app.document.is_private is 'Visible only to administrators and to people with a grant.';


-- XXIV_meeting.ddl

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

comment on table app.meeting is 'An appointment, of a project or of the organization.';
comment on column app.meeting.room is 'Room in the office; empty for a video call.';
comment on column app.meeting.is_private is 'Visible only to administrators and to people with a grant.';


-- XXV_vendor.ddl

create type app.vendor_status as enum ('prospective', 'approved', 'blocked');

create table app.vendor (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  name varchar(200) not null,
  vendor_number varchar(20) not null,
  status app.vendor_status not null default 'prospective',
  category varchar(100),
  website varchar(200),
  email varchar(254),
  phone varchar(40),
  city varchar(100),
  country varchar(2),
  iban varchar(34),
  payment_terms_days integer not null default 30,
  rating integer,
  notes text,
  created_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (organization_id, vendor_number),
  check (length(btrim(name)) > 0),
  check (email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'),
  check (country ~ '^[A-Z]{2}$'),
  check (iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'),
  check (payment_terms_days between 0 and 365),
  check (rating between 1 and 5)
);

create index idx_vendor_name on app.vendor (organization_id, name, id);

comment on table app.vendor is 'A company from which the organization buys.';
comment on column app.vendor.iban is 'Bank account. Never part of an answer of the API or of the change log.';
comment on column app.vendor.rating is '1 (poor) to 5 (excellent).';


-- XXVI_purchase_order.ddl

create type app.purchase_order_status as enum ('draft', 'approved', 'ordered', 'received', 'cancelled');

create table app.purchase_order (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  title varchar(200) not null,
  order_number varchar(30) not null,
  status app.purchase_order_status not null default 'draft',
  vendor_id uuid not null,
  project_id uuid,
  requested_by_id uuid,
  ordered_on date,
  expected_on date,
  total_amount numeric(14, 2) not null default 0,
  currency varchar(3) not null default 'EUR',
  notes text,
  created_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (organization_id, order_number),
  foreign key (vendor_id, organization_id) references app.vendor (id, organization_id) on delete restrict,
  foreign key (project_id, organization_id) references app.project (id, organization_id) on delete set null (project_id),
  foreign key (requested_by_id, organization_id) references app.employee (id, organization_id) on delete set null (requested_by_id),
  check (length(btrim(title)) > 0),
  check (expected_on >= ordered_on),
  check (total_amount >= 0),
  check (currency ~ '^[A-Z]{3}$')
);

create index idx_purchase_order_vendor on app.purchase_order (vendor_id, organization_id);
create index idx_purchase_order_project on app.purchase_order (project_id, organization_id);
create index idx_purchase_order_requested_by on app.purchase_order (requested_by_id, organization_id);

comment on table app.purchase_order is 'An order to a vendor.';
comment on column app.purchase_order.total_amount is 'Sum of the lines as agreed with the vendor, without tax.';


-- XXVII_purchase_order_line.ddl

create table app.purchase_order_line (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  description varchar(300) not null,
  purchase_order_id uuid not null,
  line_number integer not null,
  quantity numeric(12, 2) not null default 1,
  unit_price numeric(14, 2) not null default 0,
  amount numeric(14, 2) generated always as (round(quantity * unit_price, 2)) stored,
  received_quantity numeric(12, 2) not null default 0,
  created_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (purchase_order_id, line_number),
  foreign key (purchase_order_id, organization_id) references app.purchase_order (id, organization_id) on delete cascade,
  check (length(btrim(description)) > 0),
  check (line_number >= 1),
  check (quantity > 0),
  check (unit_price >= 0),
  check (received_quantity between 0 and quantity)
);

create index idx_purchase_order_line_order on app.purchase_order_line (purchase_order_id, organization_id);

comment on table app.purchase_order_line is 'One item of a purchase order.';
comment on column app.purchase_order_line.amount is 'Quantity times unit price, computed.';


-- XXVIII_quote.ddl

create type app.quote_status as enum ('draft', 'sent', 'accepted', 'declined', 'expired');

create table app.quote (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  title varchar(200) not null,
  quote_number varchar(30) not null,
  status app.quote_status not null default 'draft',
  client_id uuid not null,
  opportunity_id uuid,
  contact_id uuid,
  issued_on date,
  valid_until date,
  amount numeric(14, 2) not null default 0,
  discount_percent numeric(5, 2) not null default 0,
  net_amount numeric(14, 2) generated always as (round(amount * (100 - discount_percent) / 100, 2)) stored,
  currency varchar(3) not null default 'EUR',
  introduction text,
  created_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (organization_id, quote_number),
  foreign key (client_id, organization_id) references app.client (id, organization_id) on delete restrict,
  foreign key (opportunity_id, organization_id) references app.opportunity (id, organization_id) on delete set null (opportunity_id),
  foreign key (contact_id, organization_id) references app.contact (id, organization_id) on delete set null (contact_id),
  check (length(btrim(title)) > 0),
  check (valid_until >= issued_on),
  check (amount >= 0),
  check (discount_percent between 0 and 100),
  check (currency ~ '^[A-Z]{3}$')
);

create index idx_quote_client on app.quote (client_id, organization_id);
create index idx_quote_opportunity on app.quote (opportunity_id, organization_id);
create index idx_quote_contact on app.quote (contact_id, organization_id);

comment on table app.quote is 'A priced offer to a client.';
comment on column app.quote.net_amount is 'Amount after discount, without tax; computed.';


-- XXIX_contract.ddl

create type app.contract_type as enum ('framework', 'maintenance', 'project', 'licence', 'nda');
create type app.contract_status as enum ('draft', 'in_negotiation', 'signed', 'expired', 'terminated');

create table app.contract (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  title varchar(200) not null,
  contract_number varchar(30) not null,
  contract_type app.contract_type not null,
  status app.contract_status not null default 'draft',
  client_id uuid not null,
  quote_id uuid,
  owner_id uuid,
  signed_on date,
  start_on date,
  end_on date,
  notice_period_days integer not null default 30,
  auto_renew boolean not null default false,
  annual_value numeric(14, 2) not null default 0,
  currency varchar(3) not null default 'EUR',
  is_private boolean not null default false,
  created_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (organization_id, contract_number),
  foreign key (client_id, organization_id) references app.client (id, organization_id) on delete restrict,
  foreign key (quote_id, organization_id) references app.quote (id, organization_id) on delete set null (quote_id),
  foreign key (owner_id, organization_id) references app.employee (id, organization_id) on delete set null (owner_id),
  check (length(btrim(title)) > 0),
  check (end_on >= start_on),
  check (notice_period_days >= 0),
  check (annual_value >= 0),
  check (currency ~ '^[A-Z]{3}$'),
  check (signed_on is not null or status not in ('signed', 'expired', 'terminated'))
);

create index idx_contract_client on app.contract (client_id, organization_id);
create index idx_contract_quote on app.contract (quote_id, organization_id);
create index idx_contract_owner on app.contract (owner_id, organization_id);
create index idx_contract_end on app.contract (organization_id, end_on, id);

comment on table app.contract is 'An agreement with a client, with its term and its value per year.';
comment on column app.contract.quote_id is 'The accepted quote on which it rests.';
comment on column app.contract.is_private is 'Visible only to administrators and to people with a grant.';


-- XXX_invoice.ddl

create type app.invoice_status as enum ('draft', 'sent', 'partially_paid', 'paid', 'overdue', 'void');

create table app.invoice (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  title varchar(200) not null,
  invoice_number varchar(30) not null,
  status app.invoice_status not null default 'draft',
  client_id uuid not null,
  project_id uuid,
  contract_id uuid,
  issued_on date,
  due_on date,
  net_amount numeric(14, 2) not null default 0,
  tax_rate numeric(5, 2) not null default 20,
  gross_amount numeric(14, 2) generated always as (round(net_amount * (100 + tax_rate) / 100, 2)) stored,
  currency varchar(3) not null default 'EUR',
  notes text,
  created_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (organization_id, invoice_number),
  foreign key (client_id, organization_id) references app.client (id, organization_id) on delete restrict,
  foreign key (project_id, organization_id) references app.project (id, organization_id) on delete set null (project_id),
  foreign key (contract_id, organization_id) references app.contract (id, organization_id) on delete set null (contract_id),
  check (length(btrim(title)) > 0),
  check (due_on >= issued_on),
  check (net_amount >= 0),
  check (tax_rate between 0 and 100),
  check (currency ~ '^[A-Z]{3}$'),
  check (issued_on is not null or status = 'draft')
);

create index idx_invoice_client on app.invoice (client_id, organization_id);
create index idx_invoice_project on app.invoice (project_id, organization_id);
create index idx_invoice_contract on app.invoice (contract_id, organization_id);
create index idx_invoice_due on app.invoice (organization_id, status, due_on);

comment on table app.invoice is 'A bill to a client.';
comment on column app.invoice.net_amount is 'Sum of the lines, without tax.';
comment on column app.invoice.gross_amount is 'Net amount with tax, computed.';


-- XXXI_invoice_line.ddl

create table app.invoice_line (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  description varchar(300) not null,
  invoice_id uuid not null,
  line_number integer not null,
  product_id uuid,
  quantity numeric(12, 2) not null default 1,
  unit app.product_unit not null default 'piece',
  unit_price numeric(14, 2) not null default 0,
  amount numeric(14, 2) generated always as (round(quantity * unit_price, 2)) stored,
  created_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (invoice_id, line_number),
  foreign key (invoice_id, organization_id) references app.invoice (id, organization_id) on delete cascade,
  foreign key (product_id, organization_id) references app.product (id, organization_id) on delete set null (product_id),
  check (length(btrim(description)) > 0),
  check (line_number >= 1),
  check (quantity > 0),
  check (unit_price >= 0)
);

create index idx_invoice_line_invoice on app.invoice_line (invoice_id, organization_id);
create index idx_invoice_line_product on app.invoice_line (product_id, organization_id);

comment on table app.invoice_line is 'One item of an invoice.';
comment on column app.invoice_line.amount is 'Quantity times unit price, computed.';


-- XXXII_payment.ddl

create type app.payment_method as enum ('bank_transfer', 'direct_debit', 'card', 'cash');
create type app.payment_status as enum ('pending', 'cleared', 'failed', 'refunded');

create table app.payment (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  title varchar(200) not null,
  invoice_id uuid not null,
  status app.payment_status not null default 'pending',
  method app.payment_method not null default 'bank_transfer',
  paid_on date not null default current_date,
  amount numeric(14, 2) not null,
  currency varchar(3) not null default 'EUR',
  reference varchar(140),
  created_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  foreign key (invoice_id, organization_id) references app.invoice (id, organization_id) on delete restrict,
  check (length(btrim(title)) > 0),
  check (amount > 0),
  check (currency ~ '^[A-Z]{3}$')
);

create index idx_payment_invoice on app.payment (invoice_id, organization_id);
create index idx_payment_paid on app.payment (organization_id, paid_on, id);

comment on table app.payment is 'Money received for an invoice.';
comment on column app.payment.reference is 'Text that the payer gave with the transfer.';


-- XXXIII_expense.ddl

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

comment on table app.expense is 'Money that an employee spent for the organization and claims back.';
comment on column app.expense.approved_by_id is 'Who approved it; never the employee who claims it.';
comment on column app.expense.is_billable is 'Passed on to the client of the project.';
comment on column app.expense.is_private is 'Visible only to administrators and to people with a grant.';


-- XXXIV_ticket.ddl

create type app.ticket_status as enum ('new', 'open', 'waiting', 'resolved', 'closed');
create type app.ticket_channel as enum ('email', 'phone', 'portal', 'chat');

create table app.ticket (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references app.organization (id),
  title varchar(200) not null,
  ticket_number varchar(30) not null,
  status app.ticket_status not null default 'new',
  priority app.priority not null default 'medium',
  channel app.ticket_channel not null default 'portal',
  client_id uuid not null,
  contact_id uuid,
  product_id uuid,
  project_id uuid,
  assignee_id uuid,
  description text,
  due_ts timestamptz,
  resolved_ts timestamptz,
  satisfaction integer,
  is_private boolean not null default false,
  created_ts timestamptz not null default clock_timestamp(),
  unique (id, organization_id),
  unique (organization_id, ticket_number),
  foreign key (client_id, organization_id) references app.client (id, organization_id) on delete restrict,
  foreign key (contact_id, organization_id) references app.contact (id, organization_id) on delete set null (contact_id),
  foreign key (product_id, organization_id) references app.product (id, organization_id) on delete set null (product_id),
  foreign key (project_id, organization_id) references app.project (id, organization_id) on delete set null (project_id),
  foreign key (assignee_id, organization_id) references app.employee (id, organization_id) on delete set null (assignee_id),
  check (length(btrim(title)) > 0),
  check (satisfaction between 1 and 5)
);

create index idx_ticket_client on app.ticket (client_id, organization_id);
create index idx_ticket_contact on app.ticket (contact_id, organization_id);
create index idx_ticket_product on app.ticket (product_id, organization_id);
create index idx_ticket_project on app.ticket (project_id, organization_id);
create index idx_ticket_assignee on app.ticket (assignee_id, organization_id);
create index idx_ticket_status on app.ticket (organization_id, status, priority);

comment on table app.ticket is 'A question or a fault that a client reported.';
comment on column app.ticket.due_ts is 'Time by which the client was promised an answer.';
comment on column app.ticket.satisfaction is 'Rating by the client after the end, 1 to 5.';
comment on column app.ticket.is_private is 'Visible only to administrators and to people with a grant.';


-- XXXV_logging.ddl

-- The log: what changed (app.logging) and by whom, from what, to what (app.logging_detail).
--
-- app.logging is change log, queue and sequenced feed in one, and narrow because the claim rewrites each of its
-- rows once: with snapshots in the row that costs four times the WAL. Nothing but the two partial indexes: each
-- further one is paid again at every claim (160 B of WAL a row), so look-ups for the audit use the indexes of
-- app.logging_detail, which no claim touches.
--
-- Both tables have one partition per UTC day, made by app.ensure_partitions. There is no default partition: once
-- it held a row of a day, the partition of that day could no longer be attached.

create table app.logging (
  id uuid not null default gen_random_uuid(),
  entity_code varchar(100) not null,
  entity_id uuid not null,
  action smallint not null check (action between 0 and 5),
  entity_version bigint not null,
  container_ids uuid[] not null default '{}',
  restricted boolean not null default false,
  recheck boolean not null default false,
  created_ts timestamptz not null default clock_timestamp(),
  sync_status varchar(20) not null default 'pending' check (sync_status in ('pending', 'sent')),
  sync_processed_ts timestamptz,
  sync_seq bigint
) partition by range (created_ts);

create index idx_logging_sync_pending on app.logging (created_ts, entity_version)
  where sync_status = 'pending' and action <> 0;
create index idx_logging_sync_seq on app.logging (sync_seq)
  where sync_seq is not null;

comment on table app.logging is 'Every change of a live row, in commit order once claimed.';
comment on column app.logging.action is '0 VIEW, 1 CREATE, 2 UPDATE, 3 DELETE, 4 GRANT, 5 REVOKE.';
comment on column app.logging.entity_version is 'Microseconds since 1970, never decreasing for a row; only to be compared.';
comment on column app.logging.container_ids is 'Values of the container columns before and after the change.';
comment on column app.logging.restricted is 'The row is, or was, not readable by every member of its tenant.';
comment on column app.logging.recheck is 'Somebody may have lost or gained the right to read the row.';
comment on column app.logging.created_ts is 'When the trigger ran, after the row was locked: not the start of the transaction.';
comment on column app.logging.sync_seq is 'Gapless number in order of claims; null until claimed.';

create table app.logging_detail (
  id uuid not null,
  created_ts timestamptz not null,
  entity_code varchar(100) not null,
  entity_id uuid not null,
  action smallint not null,
  entity_version bigint not null,
  actor jsonb,
  request jsonb,
  ip inet,
  user_agent text,
  entity_from_version jsonb,
  entity_to_version jsonb
) partition by range (created_ts);

create index idx_logging_detail_entity on app.logging_detail (entity_id, created_ts);

comment on table app.logging_detail is 'Append-only audit half of the log, with its own retention.';
comment on column app.logging_detail.id is 'That of the row in app.logging.';
comment on column app.logging_detail.actor is 'person_id, fname, lname, username, person_type as the writer set them; null for a write from psql.';
comment on column app.logging_detail.request is 'api_endpoint, http_method, request_id.';

create view app.audit as
select
  d.id,
  -- a service may have put something else there, and one such row must not make the view unreadable
  case when d.actor ->> 'person_id' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (d.actor ->> 'person_id')::uuid end as person_id,
  d.actor ->> 'fname' as fname,
  d.actor ->> 'lname' as lname,
  d.actor ->> 'username' as username,
  d.actor ->> 'person_type' as person_type,
  d.request ->> 'api_endpoint' as api_endpoint,
  d.request ->> 'http_method' as http_method,
  d.request ->> 'request_id' as request_id,
  d.entity_code,
  d.entity_id,
  d.action,
  d.entity_version,
  d.entity_from_version,
  d.entity_to_version,
  d.user_agent,
  d.ip,
  d.created_ts,
  l.sync_status,
  l.sync_processed_ts,
  l.sync_seq
from app.logging_detail d
left join app.logging l on l.created_ts = d.created_ts and l.id = d.id;

comment on view app.audit is 'Both halves of the log in one row; the sync columns are null once the day has left app.logging.';

-- See the role. CREATE is needed for the moment in which a role is given a table.
grant create on schema app to heliograph_log;
alter table app.logging owner to heliograph_log;
alter table app.logging_detail owner to heliograph_log;
revoke create on schema app from heliograph_log;


-- XXXVI_rxdb_subscription.ddl

-- What each connection holds. Pods match changes in memory; these rows let another pod resume the connection and
-- let an operator ask who holds a row. Keyed by connection, not by user: with a key by user a second tab would
-- take over the first one's subscriptions, and closing it would silence both.

create table app.rxdb_subscription (
  connection_id uuid not null,
  user_id uuid not null,
  entity_code varchar(100) not null,
  entity_id uuid not null,
  is_container boolean not null default false,
  dormant boolean not null default false,
  subscribed_at timestamptz not null default now(),
  constraint idx_rxdb_sub_connection primary key (connection_id, entity_code, entity_id, is_container)
);

create index idx_rxdb_sub_entity on app.rxdb_subscription (entity_code, entity_id);

comment on table app.rxdb_subscription is 'One row per entity, or per container, that a connection holds.';
comment on column app.rxdb_subscription.dormant is 'Refused, for want of the row or of the right to read it, which is not told apart: nothing is delivered until a read finds it.';
comment on column app.rxdb_subscription.is_container is 'entity_id is a container: every row of the type inside it is held.';


-- XXXVII_sync_state.ddl

-- One row: who leads, until when, how far the sequence got, and which history it belongs to. It is updated with
-- every claim, hence the free space on the page and the eager vacuum.

create table app.sync_state (
  one boolean primary key default true check (one),
  leader_id uuid,
  lease_until timestamptz not null default '-infinity',
  head_seq bigint not null default 0,
  min_seq bigint not null default 0,
  log_epoch uuid not null default gen_random_uuid(),
  system_identifier bigint,
  timeline text
) with (fillfactor = 10, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);

insert into app.sync_state default values;

comment on table app.sync_state is 'Leader election, fence and head of the sequence at once.';
comment on column app.sync_state.head_seq is 'The highest sequence number given out.';
comment on column app.sync_state.min_seq is 'The lowest sequence number that the log still holds completely from; a cursor below min_seq - 1 is too old.';
comment on column app.sync_state.log_epoch is 'Replaced whenever the history may have been rewritten; clients then compare versions afresh.';
comment on column app.sync_state.timeline is 'Of the server that wrote this row; another one means a failover or a restore.';


-- XXXVIII_gateway.ddl

-- The gateways that are alive. A heartbeat that finds no row tells the pod that it was given up.

create table app.gateway (
  id uuid primary key,
  address text not null,
  started_ts timestamptz not null default clock_timestamp(),
  heartbeat_ts timestamptz not null default clock_timestamp()
) with (fillfactor = 50);

comment on table app.gateway is 'One row per running gateway process; the id is random per process.';


-- XXXIX_rxdb_session.ddl

-- A connection outlives its socket: (gateway_id, generation) says which socket of which pod owns it now, and
-- every write of a pod is conditional on both, so a slow pod cannot undo what the next owner did.

create table app.rxdb_session (
  connection_id uuid primary key,
  user_id uuid not null,
  organization_id uuid,
  gateway_id uuid not null,
  generation bigint not null default 1,
  connected_ts timestamptz not null default clock_timestamp(),
  disconnected_ts timestamptz,
  expires_ts timestamptz
);

create index idx_rxdb_session_gateway on app.rxdb_session (gateway_id);
create index idx_rxdb_session_expiry on app.rxdb_session (expires_ts) where expires_ts is not null;

comment on table app.rxdb_session is 'One row per connection that has subscribed.';
comment on column app.rxdb_session.expires_ts is 'Set when the socket is gone: until then the connection may be resumed.';
comment on column app.rxdb_session.organization_id is 'The organization the subscriptions were read in: a token of the same person for another one cannot resume them.';


-- XL_mutation.ddl

-- Which writes have taken effect, so that a retried one acts once. Written in the transaction of the effect.

create table app.mutation (
  person_id uuid not null,
  key varchar(200) not null,
  request_hash bytea not null,
  entity_code varchar(100) not null,
  entity_id uuid not null,
  entity_version bigint,
  status smallint not null,
  created_ts timestamptz not null default clock_timestamp(),
  primary key (person_id, key)
);

create index idx_mutation_created on app.mutation (created_ts);

alter table app.mutation enable row level security;
alter table app.mutation force row level security;

comment on table app.mutation is 'Idempotency keys of committed writes, kept for 90 days.';
comment on column app.mutation.request_hash is 'SHA-256 of the request: the same key with another body is refused.';
comment on column app.mutation.status is 'HTTP status that the first answer carried.';


-- XLI_job.ddl

-- How the recurring jobs of the watchers went, whichever watcher ran them and whatever triggered it. The queue forgets
-- when Redis is emptied; by this table a leader sees which job is overdue and runs it itself.

create table app.job (
  name varchar(100) primary key,
  attempted_ts timestamptz not null default clock_timestamp(),
  succeeded_ts timestamptz,
  failures int not null default 0,
  duration_ms double precision,
  result jsonb,
  error text
) with (fillfactor = 50);

comment on table app.job is 'One row per recurring job: its last attempt and its last success.';
comment on column app.job.failures is 'Attempts since the last success that failed.';
comment on column app.job.result is 'Numbers that the last success reported.';
comment on column app.job.error is 'Of the last attempt, if it failed.';


-- XLII_erasure.ddl

-- Persons whose data is to leave the log. A row is written by app.request_erasure and worked off by a job of the watchers,
-- so that a request survives every process. Rows stay when they are done: after a restore from a backup they say whom to
-- erase again (update app.erasure set erased_ts = null).

create table app.erasure (
  person_id uuid primary key,
  requested_ts timestamptz not null default clock_timestamp(),
  erased_ts timestamptz,
  markers text[] not null default '{}',
  entity_ids uuid[] not null default '{}',
  rows bigint not null default 0
);

comment on table app.erasure is 'Requests to erase a person from accounts and log.';
comment on column app.erasure.markers is 'What names the person beside the id (addresses); emptied when the erasure is done.';
comment on column app.erasure.entity_ids is 'Rows about the person, whose snapshots go as well; emptied when the erasure is done.';
comment on column app.erasure.rows is 'How many rows of the log were changed.';


-- functions/check_sync.sql

-- What is wrong with the sync of which type. Empty when all is well.
create or replace function app.check_sync()
returns table (code text, problem text, remedy text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  e app.entity_type;
  v_name text;
  v_state "char";
  c pg_class;
begin
  for e in select t.* from app.entity_type t order by t.code loop
    code := e.code;
    remedy := format('Run again: select app.enable_sync(%L, %L, …)', e.table_name, e.code);

    select * into c from pg_class where oid = e.table_name;
    if not found then
      problem := 'the table does not exist any more';
      remedy := format('Run: select app.disable_sync(%L)', e.code);
      return next;
      continue;
    end if;

    foreach v_name in array array['zzz_sync_version', 'zzz_sync_truncate', format('log_%s_changes_insert', e.code),
        format('log_%s_changes_update', e.code), format('log_%s_changes_delete', e.code)] loop
      select tgenabled into v_state from pg_trigger where tgrelid = e.table_name and tgname = v_name;
      if not found then
        problem := format('trigger %s is missing: changes are not told', v_name);
        return next;
      elsif v_state not in ('O', 'A') then
        problem := format('trigger %s is disabled: changes are not told', v_name);
        remedy := format('Run: alter table %s enable trigger %I; select app.resync(%L)', e.table_name, v_name, e.code);
        return next;
        remedy := format('Run again: select app.enable_sync(%L, %L, …)', e.table_name, e.code);
      end if;
    end loop;

    for v_name in select tgname from pg_trigger
      where tgrelid = e.table_name and not tgisinternal and tgtype & 3 = 3 and tgtype & 20 <> 0 and tgname > 'zzz_sync_version' loop
      problem := format('BEFORE trigger %s runs after zzz_sync_version: its changes are not told', v_name);
      remedy := format('Run: alter trigger %I on %s rename to …', v_name, e.table_name);
      return next;
      remedy := format('Run again: select app.enable_sync(%L, %L, …)', e.table_name, e.code);
    end loop;

    for v_name in select p.proname from pg_proc p
      where p.pronamespace = 'app'::regnamespace
        and p.proname in ('version_' || e.code, 'sees_' || e.code, format('log_%s_changes_insert', e.code), format('log_%s_changes_update', e.code), format('log_%s_changes_delete', e.code))
        and exists (select 1 from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x where x.grantee = 0 and x.privilege_type = 'EXECUTE') loop
      problem := format('function app.%s may be executed by everybody', v_name);
      return next;
    end loop;

    if not e.public or e.tenant_column is not null then
      if not c.relrowsecurity then
        problem := 'row level security is off: everybody may read every row';
        return next;
      elsif not c.relforcerowsecurity then
        problem := 'row level security is not forced: the owner of the table passes it by';
        return next;
      end if;
      if not exists (select 1 from pg_policy where polrelid = e.table_name and polname <> 'heliograph_owner') then
        problem := 'no policy: the application sees no row';
        return next;
      end if;
      if app.sync_has_standard_policy(e.table_name) is false
         and exists (select 1 from pg_policy where polrelid = e.table_name and polname = 'heliograph_standard') then
        problem := 'policies were added beside the standard one: rows are not marked as restricted by them';
        remedy := format('Drop policy heliograph_standard or the others, then run again: select app.enable_sync(%L, %L, …)', e.table_name, e.code);
        return next;
        remedy := format('Run again: select app.enable_sync(%L, %L, …)', e.table_name, e.code);
      -- The generated function still goes by the standard policy: ids of rows would be told to whoever holds their container.
      elsif not e.public and not app.sync_has_standard_policy(e.table_name) and exists (
        select 1 from pg_proc p where p.pronamespace = 'app'::regnamespace and p.proname = format('log_%s_changes_update', e.code)
           and p.prosrc not like '%true or true as restricted%') then
        problem := 'the table got policies of its own after it went live: rows are not marked as restricted by them';
        return next;
      end if;
    end if;

    for v_name in select u.col from unnest(e.containers || e.rights || e.redact || array[e.key_column, e.tenant_column, 'version', 'updated_ts']) u (col)
      where u.col is not null and not app.sync_has_column(e.table_name, u.col) loop
      problem := format('column %s does not exist any more: writes to the table fail', v_name);
      return next;
    end loop;

    if c.relkind <> 'r' or c.relispartition or c.relpersistence <> 'p'
       or exists (select 1 from pg_inherits where inhparent = e.table_name or inhrelid = e.table_name) then
      problem := 'the table became partitioned, inherited or unlogged: changes may not be told';
      remedy := 'Undo that, or end its sync with app.disable_sync.';
      return next;
    end if;
  end loop;
end $$;

comment on function app.check_sync() is 'What is wrong with the sync of which type, and what to do; no row when all is well.';


-- functions/claim.sql

-- Gives pending rows of the log the next sequence numbers.
--
-- Several statements, not one: the snapshot of a single statement is older than the lock it waits for, so a retry
-- that runs while the first call is still busy would number from an old head and leave a hole. Each statement of a
-- plpgsql function takes a new snapshot under READ COMMITTED, hence the check of the isolation level.
--
-- One call, autocommitted: the lock on the state row is never held across a round trip, so a frozen client cannot
-- keep it. Only (first, last) come back; the rows are read afterwards by sync_seq.
--
-- Join methods are pinned: the statistics of the log swing between "all pending" and "none", and a plan made for
-- the one reads the whole log for the other. Before version 18 PostgreSQL expresses that by a cost so high that it
-- compiles each claim just in time, 55 ms for twenty rows: hence jit off.
create or replace function app.claim(me uuid, n int, expected_head bigint, p_from timestamptz default '-infinity')
returns table (first_seq bigint, last_seq bigint, log_epoch uuid)
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set enable_hashjoin = off
set enable_mergejoin = off
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
#variable_conflict use_column
declare
  v_head bigint;
  v_lease timestamptz;
  v_epoch uuid;
  v_system bigint;
  v_timeline text;
  v_other_history boolean;
  v_count bigint;
  v_last bigint;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'app.claim needs READ COMMITTED, not %', current_setting('transaction_isolation')
      using errcode = '25001', hint = 'Call it outside of any transaction block.';
  end if;

  -- An idle poll ends here: no lock, no WAL.
  perform 1 from app.logging l
    where l.sync_status = 'pending' and l.action <> 0 and l.created_ts >= p_from limit 1;
  if not found then
    return;
  end if;

  perform set_config('synchronous_commit', 'on', true);

  select h.system_identifier, h.timeline into v_system, v_timeline from app.server_history() h;
  select s.head_seq, s.lease_until, s.log_epoch, s.system_identifier <> v_system or s.timeline <> v_timeline
    into v_head, v_lease, v_epoch, v_other_history
    from app.sync_state s where s.leader_id = me for update;
  -- Looked at after the lock was obtained, not in the query: the wait for it may have outlived the lease.
  if not found or v_lease <= clock_timestamp() then
    raise exception 'not the leader' using errcode = 'HG001', hint = 'Take the lease with app.lead first.';
  end if;

  -- The caller has published numbers that this server does not know: it lost them, and will give them out again. Or the
  -- server was promoted since the lease was taken, and the caller may have published others under this epoch before.
  if v_head < expected_head or v_other_history then
    v_epoch := gen_random_uuid();
  end if;

  with picked as materialized (
    select l.created_ts, l.tableoid as part, l.ctid as tid,
           v_head + row_number() over (order by l.created_ts, l.entity_version) as seq
      from app.logging l
     where l.sync_status = 'pending' and l.action <> 0 and l.created_ts >= p_from
     order by l.created_ts, l.entity_version
     limit n),
  marked as (
    update app.logging l
       set sync_status = 'sent', sync_processed_ts = clock_timestamp(), sync_seq = picked.seq
      from picked
     where l.created_ts = picked.created_ts and l.tableoid = picked.part and l.ctid = picked.tid
    returning l.sync_seq)
  select count(*), max(sync_seq) into v_count, v_last from marked;

  if v_count = 0 then
    return;
  end if;
  -- Somebody else changed one of the rows in the same moment (an operator queueing rows again): its number would
  -- be a hole in the sequence. Nothing has been published, so the claim is simply tried again.
  if v_last <> v_head + v_count then
    raise exception 'a pending row changed during the claim' using errcode = '40001', hint = 'Claim again.';
  end if;

  update app.sync_state s
     set head_seq = v_last, log_epoch = v_epoch, lease_until = greatest(s.lease_until, clock_timestamp() + interval '3 s'),
         system_identifier = coalesce(v_system, s.system_identifier), timeline = coalesce(v_timeline, s.timeline)
   where s.leader_id = me;

  first_seq := v_head + 1;
  last_seq := v_last;
  log_epoch := v_epoch;
  return next;
end $$;

comment on function app.claim(uuid, int, bigint, timestamptz) is 'Numbers up to n pending rows created since p_from and marks them sent. No row: nothing is pending. HG001: the lease is lost.';


-- functions/context.sql

-- Who is asking. The gateway sets app.person_id and app.organization_id for the length of one transaction; policies
-- use these functions as `(select …)`, so that they run once per statement and not once per row.

create or replace function app.current_person_id() returns uuid
language sql stable parallel safe
return nullif(pg_catalog.current_setting('app.person_id', true), '')::uuid;

comment on function app.current_person_id() is 'The person of this transaction; null outside a request.';

-- The setting counts only with a membership behind it: a token outlives a membership, a right must not.
create or replace function app.current_organization_id() returns uuid
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select m.organization_id from app.membership m
   where m.person_id = app.current_person_id()
     and m.organization_id = nullif(current_setting('app.organization_id', true), '')::uuid
$$;

comment on function app.current_organization_id() is 'The organization of this transaction, if its person is a member; else null.';

create or replace function app.is_admin() returns boolean
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select 1 from app.membership m
     where m.person_id = app.current_person_id()
       and m.organization_id = nullif(current_setting('app.organization_id', true), '')::uuid
       and m.role = 'admin'::app.membership_role)
$$;

comment on function app.is_admin() is 'Whether the person of this transaction administers its organization.';

-- Expiry is left to app.expire_grants on purpose: a policy that looks at the clock changes rights without a signal.
create or replace function app.granted_ids(code text) returns uuid[]
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(array_agg(g.entity_id), '{}') from app.entity_grant g
   where g.person_id = app.current_person_id()
     and g.organization_id = app.current_organization_id()
     and g.entity_code = code
$$;

comment on function app.granted_ids(text) is 'Rows of a type that the person of this transaction was granted in its organization.';

-- A policy of the owner admits it only while this is on. FORCE ROW LEVEL SECURITY holds for an owner that is not a
-- superuser, so maintenance that must see all rows says so; the setting means nothing to any other role.
create or replace function app.in_maintenance() returns boolean
language sql stable parallel safe
return pg_catalog.current_setting('app.maintenance', true) is not distinct from 'on';

comment on function app.in_maintenance() is 'Whether app.maintenance is on: then the owner of the tables sees every row.';


-- functions/entity_catalog.sql

-- The one description of live types: the REST API, its OpenAPI document and the generated TypeScript types come
-- from it. One row per type, columns in the order of the table.

-- The type behind domains.
create or replace function app.base_type(type oid) returns oid
language sql stable strict
set search_path = pg_catalog, pg_temp
as $$
  with recursive t as (
    select p.oid, p.typtype, p.typbasetype from pg_type p where p.oid = $1
    union all
    select p.oid, p.typtype, p.typbasetype from t join pg_type p on p.oid = t.typbasetype where t.typtype = 'd')
  select t.oid from t where t.typtype <> 'd'
$$;

-- One name per kind of value, whatever spelling the table used.
create or replace function app.base_type_name(type oid) returns text
language sql stable strict
set search_path = pg_catalog, pg_temp
as $$
  select case
    when p.typelem <> 0 and p.typlen = -1 and p.typcategory = 'A' then app.base_type_name(p.typelem) || '[]'
    when p.typtype = 'e' then 'enum'
    else case p.typname
      when 'varchar' then 'text' when 'bpchar' then 'text' when 'name' then 'text'
      when 'int2' then 'int' when 'int4' then 'int' when 'int8' then 'bigint'
      when 'float4' then 'float' when 'float8' then 'float'
      when 'bool' then 'boolean' when 'jsonb' then 'json'
      else p.typname end
  end
  from pg_type p where p.oid = app.base_type($1)
$$;

create or replace view app.entity_catalog as
select
  e.code,
  n.nspname::text as schema_name,
  c.relname::text as table_name,
  e.key_column,
  e.tenant_column,
  e.containers,
  e.rights,
  e.redact,
  e.snapshots,
  e.views,
  e.public,
  -- Policies that the gateways cannot predict: who could read a row before it changed is not known.
  exists (select 1 from pg_policy p where p.polrelid = c.oid and p.polname not in ('heliograph_standard', 'heliograph_owner')) as own_policy,
  obj_description(c.oid, 'pg_class') as comment,
  (
    select jsonb_agg(
             jsonb_build_object(
               'name', a.attname,
               'type', format_type(a.atttypid, a.atttypmod),
               'baseType', app.base_type_name(a.atttypid),
               'notNull', a.attnotnull,
               'hasDefault', a.atthasdef and a.attgenerated = '',
               'generated', a.attgenerated <> '' or a.attidentity = 'a',
               'maxLength', case when t.typname in ('varchar', 'bpchar') and m.typmod > 4 then m.typmod - 4 end,
               'enumValues', (select jsonb_agg(v.enumlabel order by v.enumsortorder) from pg_enum v
                               where v.enumtypid = coalesce(nullif(t.typelem, 0), t.oid)),
               -- The column of a foreign key that points at the key of another live type, also within a composite one.
               'references', (select min(p.code)
                                from pg_constraint k
                                join app.entity_type p on p.table_name = k.confrelid
                                cross join lateral unnest(k.conkey, k.confkey) as pair (child, parent)
                                join pg_attribute pa on pa.attrelid = k.confrelid and pa.attnum = pair.parent and pa.attname = p.key_column
                               where k.conrelid = c.oid and k.contype = 'f' and pair.child = a.attnum),
               'comment', col_description(c.oid, a.attnum))
             order by a.attnum)
      from pg_attribute a
      join pg_type t on t.oid = app.base_type(a.atttypid)
      -- the length stands at the column, or at its domain
      cross join lateral (select greatest(a.atttypmod, d.typtypmod) as typmod from pg_type d where d.oid = a.atttypid) m
     where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  ) as columns
from app.entity_type e
join pg_class c on c.oid = e.table_name
join pg_namespace n on n.oid = c.relnamespace;

comment on view app.entity_catalog is 'One row per live type with everything that is known of its columns.';


-- functions/erasure.sql

-- Erasure of a person: the account, what ties it to organizations, and every trace in the audit half of the log. Rows of
-- live tables are the organization's own data: whoever may do so changes or deletes them first, by the ordinary way; their
-- history is erased here. app.logging holds ids only and leaves with its days; so do backups.
--
-- In steps, each a short transaction that can be repeated: begin, then for each day find, then for each day erase, then
-- finish. The days are read one by one because the log has no index by person.

create or replace function app.request_erasure(person uuid) returns void
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into app.erasure (person_id) values (person)
  on conflict (person_id) do update set requested_ts = clock_timestamp(), erased_ts = null
$$;

comment on function app.request_erasure(uuid) is 'Asks the watchers to erase a person: the account and every trace in the audit log. Change or delete the rows about that person first.';

-- Notes what names the person, then deletes the account. First of all steps: deletions are logged too.
create or replace function app.begin_erasure(person uuid) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_maintenance text := current_setting('app.maintenance', true);
  e record;
  v_ids uuid[];
begin
  perform set_config('app.maintenance', 'on', true);
  update app.erasure r
     set markers = (select array_agg(distinct m) from unnest(r.markers || coalesce((select array[lower(p.email)] from app.person p where p.id = person), '{}')) m)
   where r.person_id = person and exists (select from app.person p where p.id = person);
  -- Rows that say they are this person, as app.employee does.
  for e in
    select t.code, t.table_name, t.key_column
      from app.entity_type t join pg_attribute a on a.attrelid = t.table_name and a.attname = 'person_id' and a.atttypid = 'uuid'::regtype and not a.attisdropped
  loop
    execute format('select coalesce(array_agg(x.%I), ''{}'') from %s x where x.person_id = $1', e.key_column, e.table_name) into v_ids using person;
    update app.erasure r set entity_ids = (select coalesce(array_agg(distinct i), '{}') from unnest(r.entity_ids || v_ids) i) where r.person_id = person;
  end loop;
  -- Memberships and grants go with the account and are logged as revoked: that ends what is open in browsers.
  delete from app.mutation m where m.person_id = person;
  delete from app.rxdb_subscription s where s.user_id = person;
  delete from app.rxdb_session s where s.user_id = person;
  delete from app.person p where p.id = person;
  perform set_config('app.maintenance', coalesce(v_maintenance, ''), true);
end $$;

comment on function app.begin_erasure(uuid) is 'First step of an erasure: notes what names the person and deletes the account.';

-- Whether a snapshot names the person. By its text: a name may stand anywhere in a row.
create or replace function app.names_subject(snapshot jsonb, person uuid, markers text[]) returns boolean
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select exists (select from unnest(array[person::text] || markers) m where strpos(lower(snapshot::text), m) > 0)
$$;

create or replace function app.find_subject(person uuid, day date) returns void
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
  update app.erasure r
     set entity_ids = (select coalesce(array_agg(distinct i), '{}') from (
           select unnest(r.entity_ids) as i
           union
           select d.entity_id from app.logging_detail d
            where d.created_ts >= day::timestamp at time zone 'UTC' and d.created_ts < (day + 1)::timestamp at time zone 'UTC'
              and d.entity_code <> 'person'
              and exists (select from app.entity_type t join pg_attribute a on a.attrelid = t.table_name and a.attname = 'person_id' and not a.attisdropped where t.code = d.entity_code)
              and (app.names_subject(d.entity_from_version, person, r.markers) or app.names_subject(d.entity_to_version, person, r.markers))) f)
   where r.person_id = person
$$;

comment on function app.find_subject(uuid, date) is 'Second step of an erasure, for each day: notes rows about the person that exist no more.';

-- What the person did loses who did it and from where; snapshots of rows about the person, or naming the person, are dropped.
create or replace function app.erase_subject(person uuid, day date) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  r app.erasure;
  v_count bigint;
begin
  select x.* into r from app.erasure x where x.person_id = person;
  if not found then
    raise exception 'nobody asked to erase %', person using errcode = '22023', hint = format('Run: select app.request_erasure(%L)', person);
  end if;
  with found as (
    select d.tableoid as part, d.ctid as tid,
           d.actor ->> 'person_id' = person::text as own,
           d.entity_id = person or d.entity_id = any (r.entity_ids)
             or app.names_subject(d.entity_from_version, person, r.markers) or app.names_subject(d.entity_to_version, person, r.markers) as about
      from app.logging_detail d
     where d.created_ts >= day::timestamp at time zone 'UTC' and d.created_ts < (day + 1)::timestamp at time zone 'UTC')
  update app.logging_detail d
     set actor = case when f.own then '{"person_type": "erased"}'::jsonb else d.actor end,
         request = case when f.own then null else d.request end,
         ip = case when f.own then null else d.ip end,
         user_agent = case when f.own then null else d.user_agent end,
         entity_from_version = case when f.about then null else d.entity_from_version end,
         entity_to_version = case when f.about then null else d.entity_to_version end
    from found f
   where d.tableoid = f.part and d.ctid = f.tid
     and d.created_ts >= day::timestamp at time zone 'UTC' and d.created_ts < (day + 1)::timestamp at time zone 'UTC'
     and (f.own or f.about and (d.entity_from_version is not null or d.entity_to_version is not null));
  get diagnostics v_count = row_count;
  update app.erasure x set rows = x.rows + v_count where x.person_id = person;
  return v_count;
end $$;

comment on function app.erase_subject(uuid, date) is 'Third step of an erasure, for each day of app.logging_detail; returns how many rows it changed.';

create or replace function app.finish_erasure(person uuid) returns void
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
  update app.erasure set erased_ts = clock_timestamp(), markers = '{}', entity_ids = '{}' where person_id = person
$$;

comment on function app.finish_erasure(uuid) is 'Last step of an erasure: forgets what named the person.';

create or replace function app.audit_days() returns setof date
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select to_date(right(c.relname, 8), 'YYYYMMDD') from pg_inherits i join pg_class c on c.oid = i.inhrelid
   where i.inhparent = 'app.logging_detail'::regclass and c.relname ~ '_[0-9]{8}$'
     and to_date(right(c.relname, 8), 'YYYYMMDD') <= (clock_timestamp() at time zone 'UTC')::date
   order by 1
$$;

comment on function app.audit_days() is 'Days that app.logging_detail holds, up to today.';


-- functions/history.sql

-- What users see of the audit log. Whether the row may be read is checked by the caller under its own row level
-- security, before; address, agent and redacted columns never leave this function.
create or replace function app.entity_history(code text, id uuid, max_rows int default 50)
returns table (at timestamptz, actor text, action smallint, version bigint, columns text[])
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select d.created_ts,
         nullif(coalesce(nullif(btrim(concat_ws(' ', d.actor ->> 'fname', d.actor ->> 'lname')), ''), d.actor ->> 'username'), ''),
         d.action,
         d.entity_version,
         case
           when d.action <> 2 then '{}'
           when d.entity_to_version is null then null -- no snapshots were kept
           else array(
             select k.key
               from jsonb_object_keys(d.entity_from_version || d.entity_to_version) as k (key)
              where d.entity_from_version -> k.key is distinct from d.entity_to_version -> k.key
                and k.key <> all (e.redact || '{version,updated_ts}'::text[])
              order by k.key)
         end
    from app.logging_detail d join app.entity_type e on e.code = d.entity_code
   where d.entity_code = $1 and d.entity_id = $2 and d.action in (1, 2, 3)
   order by d.created_ts desc, d.entity_version desc
   limit max_rows
$$;

comment on function app.entity_history(text, uuid, int) is 'Changes of one row, newest first: time, name of the actor, action, version, changed columns (null where no snapshots are kept).';

-- Reads are audited only for types that ask for it. Written as sent and without a number: nobody is to be told.
create or replace function app.log_view(code text, ids uuid[]) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ts timestamptz := clock_timestamp();
  v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
  v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
  v_count bigint;
begin
  if not exists (select 1 from app.entity_type e where e.code = $1 and e.views) then
    return 0;
  end if;
  with seen as materialized (select gen_random_uuid() as log_id, u.id from unnest(ids) as u (id)),
  logged as (
    insert into app.logging (id, entity_code, entity_id, action, entity_version, created_ts, sync_status, sync_processed_ts)
    select s.log_id, $1, s.id, 0, 0, v_ts, 'sent', v_ts from seen s)
  insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent)
  select s.log_id, v_ts, $1, s.id, 0, 0, v_actor, v_request - '{ip,user_agent}'::text[],
         app.inet_or_null(v_request ->> 'ip'), v_request ->> 'user_agent'
    from seen s;
  get diagnostics v_count = row_count;
  return v_count;
end $$;

comment on function app.log_view(text, uuid[]) is 'Logs that rows were read (action 0), for types with views; returns how many rows it logged.';

-- An address that is no inet (a zone, a proxy's "unknown") must not fail the user's write.
create or replace function app.inet_or_null(address text) returns inet
language plpgsql immutable strict
set search_path = pg_catalog, pg_temp
as $$
begin
  return split_part(address, '%', 1)::inet;
exception when others then
  return null;
end $$;


-- functions/lead.sql

-- Leader election: a lease in app.sync_state on the clock of the database. Not an advisory lock: a holder that is
-- frozen keeps that for ever.

-- Which history the server is on. Null where a managed service does not let us look; then only the head of the
-- sequence and app.new_log_epoch tell of a restore.
create or replace function app.server_history(out system_identifier bigint, out timeline text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  select c.system_identifier into system_identifier from pg_control_system() c;
  -- Not pg_control_checkpoint(): after a promotion that still shows the old timeline until the first checkpoint.
  timeline := left(pg_walfile_name(pg_current_wal_lsn()), 8);
exception when others then
  system_identifier := null;
  timeline := null;
end $$;

-- Takes or renews the lease. No row: somebody else leads. clock_timestamp(), never now(): the statement may have
-- waited for the row, and now() would be the time before the wait.
create or replace function app.lead(me uuid, ttl interval default '3 s')
returns table (head_seq bigint, log_epoch uuid)
language plpgsql strict security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_system bigint;
  v_timeline text;
begin
  -- A lease or a head that a crash takes back would let two leaders give out the same numbers.
  perform set_config('synchronous_commit', 'on', true);
  select h.system_identifier, h.timeline into v_system, v_timeline from app.server_history() h;
  return query
    update app.sync_state s
       set leader_id = me,
           lease_until = clock_timestamp() + ttl,
           log_epoch = case when s.system_identifier <> v_system or s.timeline <> v_timeline then gen_random_uuid() else s.log_epoch end,
           system_identifier = coalesce(v_system, s.system_identifier),
           timeline = coalesce(v_timeline, s.timeline)
     where s.leader_id = me or s.leader_id is null or s.lease_until < clock_timestamp()
    returning s.head_seq, s.log_epoch;
end $$;

comment on function app.lead(uuid, interval) is 'Takes or renews the lease; no row when somebody else leads. A server on another timeline starts a new log_epoch.';

create or replace function app.resign(me uuid) returns void
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
  update app.sync_state set lease_until = '-infinity' where leader_id = me
$$;

comment on function app.resign(uuid) is 'Gives the lease up at once, so that another watcher need not wait for its end.';

create or replace function app.new_log_epoch() returns uuid
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
  update app.sync_state set log_epoch = gen_random_uuid() returning log_epoch
$$;

comment on function app.new_log_epoch() is 'Declares the history rewritten (after a restore, or a load with triggers off): every client compares its versions afresh.';


-- functions/login.sql

-- Sign in. The gateway has no right to read people or hashes; it may ask for one account by its address.

create or replace function app.login(address text)
returns table (person_id uuid, email text, fname text, lname text, person_type text, password_hash text, memberships jsonb)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select p.id, p.email, p.fname, p.lname, p.person_type, c.password_hash,
         coalesce((select jsonb_agg(jsonb_build_object('organization_id', m.organization_id, 'role', m.role) order by m.created_ts, m.organization_id)
                     from app.membership m where m.person_id = p.id), '[]')
    from app.person p join app.credential c on c.person_id = p.id
   where lower(p.email) = lower($1)
$$;

comment on function app.login(text) is 'Account, argon2id hash and memberships of an address; no row when there is none.';

create or replace function app.person_in_organization(person uuid, organization uuid)
returns table (person_id uuid, email text, fname text, lname text, person_type text, organization_id uuid, role text)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select p.id, p.email, p.fname, p.lname, p.person_type, m.organization_id, m.role::text
    from app.person p join app.membership m on m.person_id = p.id
   where p.id = person and m.organization_id = organization
$$;

comment on function app.person_in_organization(uuid, uuid) is 'Who a token speaks for; no row when the membership has ended.';


-- functions/mutations.sql

-- A bounded number at a time: after a long pause the first run would hold its transaction open for minutes.
create or replace function app.expire_mutations(keep interval default '90 days', max_rows int default 5000) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_maintenance text := current_setting('app.maintenance', true);
  v_count bigint;
begin
  perform set_config('app.maintenance', 'on', true);
  delete from app.mutation
   where ctid = any (array(select m.ctid from app.mutation m where m.created_ts < clock_timestamp() - keep order by m.created_ts limit max_rows));
  get diagnostics v_count = row_count;
  perform set_config('app.maintenance', coalesce(v_maintenance, ''), true);
  return v_count;
end $$;

comment on function app.expire_mutations(interval, int) is 'Forgets idempotency keys that are older, so many at most; returns how many.';


-- functions/partitions.sql

-- Daily partitions of the log. A missing one stops the users' own writes, hence two weeks ahead.

-- CREATE and ATTACH instead of CREATE … PARTITION OF: the latter needs an ACCESS EXCLUSIVE lock on the log, would
-- wait behind one open reader and make every writer wait behind itself.
create or replace function app.ensure_partitions(days int default 14) returns int
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '1s'
as $$
declare
  v_today date := (clock_timestamp() at time zone 'UTC')::date;
  v_day date;
  v_table text;
  v_part text;
  -- The zone is written out: else the TimeZone of this session would decide where a day begins.
  v_from text;
  v_to text;
  v_made int := 0;
begin
  foreach v_table in array array['logging', 'logging_detail'] loop
    -- Two watchers may both find it due. This mode conflicts with itself, and with no reader or writer.
    execute format('lock table only app.%I in share update exclusive mode', v_table);
    -- From yesterday on: a clock may be stepped back over midnight.
    for v_day in select generate_series(v_today - 1, v_today + days, interval '1 day')::date loop
      v_part := v_table || '_' || to_char(v_day, 'YYYYMMDD');
      continue when to_regclass('app.' || v_part) is not null;
      v_from := v_day || ' 00:00+00';
      v_to := (v_day + 1) || ' 00:00+00';
      -- The check lets ATTACH skip its scan. Claims rewrite each row of the log once: half-filled pages keep the
      -- new tuple beside the old one, which costs a third less WAL.
      execute format(
        'create table app.%I (like app.%I including defaults including constraints, constraint %I check (created_ts >= %L and created_ts < %L)) '
        'with (fillfactor = %s, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)',
        v_part, v_table, v_part || '_range', v_from, v_to, case v_table when 'logging' then 50 else 100 end);
      execute format('alter table app.%I attach partition app.%I for values from (%L) to (%L)', v_table, v_part, v_from, v_to);
      v_made := v_made + 1;
    end loop;
  end loop;
  return v_made;
end $$;

comment on function app.ensure_partitions(int) is 'Makes the partitions of yesterday up to so many days ahead, where they are missing; returns how many it made.';

-- How a day leaves the log, each step in a transaction of its own so that no lock is held for the next one:
--
--   1. app.retire_log_day: no claimable row is left, and min_seq is raised, so that no cursor is served from what follows
--   2. alter table app.logging detach partition … concurrently, by the watcher: it cannot run inside a function. A plain
--      DETACH wants an ACCESS EXCLUSIVE lock on the log: it would wait for one open transaction, and every writer for it
--   3. app.drop_log_day
--
-- Step 2 waits for every transaction that has used the log, gives up after 200 ms, and then leaves the day half detached:
-- invisible already, and to be finished with FINALIZE. app.expired_log_days says which step is due.
create or replace function app.retire_log_day(day date) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '200ms'
as $$
declare
  v_part text := 'logging_' || to_char(day, 'YYYYMMDD');
  v_pending boolean;
  v_max bigint;
  v_min bigint;
begin
  if day > (clock_timestamp() at time zone 'UTC')::date - 2 then
    raise exception 'the log of % may still be written', day using errcode = '55000', hint = 'Drop a day that is at least two days old.';
  end if;
  if to_regclass('app.' || v_part) is null then
    return null;
  end if;
  -- The order of a claim: state, then log. While this row is locked nobody claims, so whoever holds a lock that conflicts
  -- with SHARE is a transaction whose rows of that day are still to be committed. Not waited for: they would come too late.
  perform 1 from app.sync_state for update;
  execute format('lock table only app.%I in share mode nowait', v_part);
  -- By the partial indexes: counting a whole day would keep the leader from its claims for seconds.
  execute format('select exists (select from app.%1$I where sync_status = ''pending'' and action <> 0), (select max(sync_seq) from app.%1$I where sync_seq is not null)', v_part)
    into v_pending, v_max;
  if v_pending then
    raise exception 'rows of % were not claimed yet', day using errcode = '55000', hint = 'Start a watcher and try again.';
  end if;
  update app.sync_state set min_seq = greatest(min_seq, coalesce(v_max + 1, 0)) returning min_seq into v_min;
  return v_min;
end $$;

comment on function app.retire_log_day(date) is 'Raises min_seq above a day of app.logging that is to go, and returns it; null when there is no such day. Refuses while a row of it is to be claimed.';

create or replace function app.drop_log_day(part_of text, day date) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '200ms'
as $$
declare
  v_part text := part_of || '_' || to_char(day, 'YYYYMMDD');
  v_max bigint;
begin
  if part_of is null or part_of not in ('logging', 'logging_detail') then
    raise exception 'there is no log "%"', part_of using errcode = '22023', hint = 'Use logging or logging_detail.';
  end if;
  if to_regclass('app.' || v_part) is null then
    return false;
  end if;
  if exists (select from pg_inherits where inhrelid = to_regclass('app.' || v_part)) then
    raise exception '% is part of the log', v_part
      using errcode = '55000', hint = format('Run first: alter table app.%I detach partition app.%I concurrently', part_of, v_part);
  end if;
  if part_of = 'logging' then
    perform 1 from app.sync_state for update;
    execute format('lock table app.%I in access exclusive mode', v_part);
    -- An operator may have queued rows again while the day was on its way out: they must still be told.
    execute format(
      'insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck) '
      'select id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck '
      'from app.%I where sync_status = ''pending'' and action <> 0 order by created_ts, entity_version', v_part);
    execute format('select max(sync_seq) from app.%I where sync_seq is not null', v_part) into v_max;
    update app.sync_state set min_seq = v_max + 1 where min_seq <= v_max;
  end if;
  execute format('drop table app.%I', v_part);
  return true;
end $$;

comment on function app.drop_log_day(text, date) is 'Drops a detached day of app.logging or app.logging_detail; false when there is none.';

-- Days whose retention is over, and how far they have got. A half detached one first: PostgreSQL allows one at a time.
create or replace function app.expired_log_days(keep_log int, keep_detail int) returns table (part_of text, day date, state text)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select d.part_of, d.day, d.state
    from (select left(c.relname, -9) as part_of, to_date(right(c.relname, 8), 'YYYYMMDD') as day,
                 case when i.inhrelid is null then 'detached' when i.inhdetachpending then 'detaching' else 'attached' end as state
            from pg_class c left join pg_inherits i on i.inhrelid = c.oid
           where c.relnamespace = 'app'::regnamespace and c.relkind = 'r' and c.relname ~ '^logging(_detail)?_[0-9]{8}$') d
   where d.day < (clock_timestamp() at time zone 'UTC')::date - greatest(2, case d.part_of when 'logging' then keep_log else keep_detail end)
   order by d.state = 'detaching' desc, d.day, d.part_of
$$;

comment on function app.expired_log_days(int, int) is 'Days of app.logging and app.logging_detail that are older than so many days (two at least), oldest first; state is attached, detaching or detached.';


-- functions/resync.sql

-- For loads with triggers off: every row gets a new version, and a new epoch makes every client compare. Nothing is
-- logged: the epoch reaches all, rows that were deleted included.
create or replace function app.resync(code text) returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  e app.entity_type;
  v_triggers jsonb;
  v_trigger record;
  v_maintenance text := current_setting('app.maintenance', true);
  v_count bigint;
begin
  select t.* into e from app.entity_type t where t.code = resync.code;
  if not found then
    raise exception 'no live type "%"', code using errcode = '22023', hint = 'Run: select code from app.entity_type';
  end if;
  perform set_config('app.maintenance', 'on', true);
  -- Our triggers would call this no change, the table's own must not act on it. Held until the end of the
  -- transaction, so no writer slips in between.
  execute format('lock table %s in share row exclusive mode', e.table_name);
  select coalesce(jsonb_object_agg(tgname, case tgenabled when 'A' then 'enable always' when 'R' then 'enable replica' else 'enable' end), '{}')
    into v_triggers from pg_trigger where tgrelid = e.table_name and not tgisinternal and tgenabled <> 'D';
  for v_trigger in select t.name, t.mode from jsonb_each_text(v_triggers) t (name, mode) loop
    execute format('alter table %s disable trigger %I', e.table_name, v_trigger.name);
  end loop;
  execute format('update %s set version = greatest(version + 1, (extract(epoch from clock_timestamp()) * 1000000)::bigint), updated_ts = clock_timestamp()', e.table_name);
  get diagnostics v_count = row_count;
  for v_trigger in select t.name, t.mode from jsonb_each_text(v_triggers) t (name, mode) loop
    execute format('alter table %s %s trigger %I', e.table_name, v_trigger.mode, v_trigger.name);
  end loop;
  perform set_config('app.maintenance', coalesce(v_maintenance, ''), true);
  perform app.new_log_epoch();
  return v_count;
end $$;


-- functions/sessions.sql

-- Sessions, their subscriptions, and what is left behind by pods and sockets that died.

-- A pod passes itself and the generation it knows: then it deletes nothing that another pod has taken over.
create or replace function app.cleanup_connection(connection uuid, gateway uuid default null, session_generation bigint default null)
returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count bigint;
begin
  delete from app.rxdb_session s
   where s.connection_id = connection
     and (gateway is null or s.gateway_id = gateway)
     and (session_generation is null or s.generation = session_generation);
  if not found and gateway is not null then
    return 0;
  end if;
  delete from app.rxdb_subscription s where s.connection_id = connection;
  get diagnostics v_count = row_count;
  return v_count;
end $$;

comment on function app.cleanup_connection(uuid, uuid, bigint) is 'Ends a connection; returns how many subscriptions it held.';

-- Takes connections over, for the sockets of a pod that resume together. A row comes back for each connection that is the
-- person's own, read in the same organization, and not expired; nothing tells the other cases apart. Two statements, so
-- that the second has a snapshot of its own: the first may wait for a writer of the last owner, whose rows must be seen.
create or replace function app.resume_sessions(connections uuid[], users uuid[], organizations uuid[], gateway uuid)
returns table (connection_id uuid, user_id uuid, organization_id uuid, generation bigint, entity_codes text[], entity_ids uuid[], containers boolean[], dormants boolean[])
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_ids uuid[];
  v_generations bigint[];
begin
  -- Locked in one order: pods that take over the sockets of a third one would otherwise wait for each other.
  with locked as materialized (
    select s.connection_id
      from unnest(connections, users, organizations) as wanted (connection_id, user_id, organization_id)
      join app.rxdb_session s using (connection_id, user_id, organization_id)
     where s.expires_ts is null or s.expires_ts > clock_timestamp()
     order by s.connection_id
       for update of s),
  taken as (
    update app.rxdb_session s
       set gateway_id = gateway, generation = s.generation + 1,
           connected_ts = clock_timestamp(), disconnected_ts = null, expires_ts = null
      from locked
     where s.connection_id = locked.connection_id
    returning s.connection_id, s.generation)
  select array_agg(connection_id), array_agg(generation) into v_ids, v_generations from taken;

  return query
    select t.id, s.user_id, s.organization_id, t.generation,
           coalesce(array_agg(b.entity_code::text) filter (where b.entity_id is not null), '{}'),
           coalesce(array_agg(b.entity_id) filter (where b.entity_id is not null), '{}'),
           coalesce(array_agg(b.is_container) filter (where b.entity_id is not null), '{}'),
           coalesce(array_agg(b.dormant) filter (where b.entity_id is not null), '{}')
      from unnest(v_ids, v_generations) as t (id, generation)
      join app.rxdb_session s on s.connection_id = t.id
      left join app.rxdb_subscription b on b.connection_id = t.id
     group by t.id, s.user_id, s.organization_id, t.generation;
end $$;

comment on function app.resume_sessions(uuid[], uuid[], uuid[], uuid) is 'Gives connections a new owner and returns what they hold; connections that are unknown, expired or somebody else''s are left out.';

create or replace function app.batch_subscribers(code text, ids uuid[])
returns table (entity_id uuid, user_id uuid, connection_id uuid, gateway_id uuid, is_container boolean)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select b.entity_id, b.user_id, b.connection_id, s.gateway_id, b.is_container
    from app.rxdb_subscription b left join app.rxdb_session s on s.connection_id = b.connection_id
   where b.entity_code = code and b.entity_id = any (ids) and not b.dormant
   order by b.entity_id, b.user_id, b.connection_id
$$;

comment on function app.batch_subscribers(text, uuid[]) is 'Who holds these rows, or everything of the type inside these containers: for operators, not for delivery.';

-- A gateway without a heartbeat for dead_after is given up: its sockets are gone, so its sessions begin to expire.
-- If it was merely frozen, its next heartbeat finds no row and it closes its sockets itself.
create or replace function app.reap_sessions(dead_after interval default '15 s', grace interval default '2 min')
returns table (gateways int, sessions int, subscriptions int)
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_gone uuid[];
begin
  with dead as (delete from app.gateway g where g.heartbeat_ts < v_now - dead_after returning 1)
  select count(*) into gateways from dead;

  update app.rxdb_session s
     set disconnected_ts = coalesce(s.disconnected_ts, v_now), expires_ts = v_now + grace
   where s.expires_ts is null
     and not exists (select 1 from app.gateway g where g.id = s.gateway_id);

  with gone as (delete from app.rxdb_session s where s.expires_ts < v_now returning s.connection_id)
  select coalesce(array_agg(connection_id), '{}') into v_gone from gone;
  sessions := cardinality(v_gone);

  delete from app.rxdb_subscription s where s.connection_id = any (v_gone);
  get diagnostics subscriptions = row_count;
  return next;
end $$;

comment on function app.reap_sessions(interval, interval) is 'Gives up dead gateways and deletes expired sessions with their subscriptions; returns how many of each.';

create or replace function app.delete_orphan_subscriptions() returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count bigint;
begin
  delete from app.rxdb_subscription b
   where not exists (select 1 from app.rxdb_session s where s.connection_id = b.connection_id)
     and b.subscribed_at < now() - interval '1 min'; -- a session may be committed just after its first rows
  get diagnostics v_count = row_count;
  return v_count;
end $$;

comment on function app.delete_orphan_subscriptions() is 'Deletes subscriptions whose connection is unknown; returns how many.';


-- functions/statistics.sql

-- What the watchers look at from time to time, and nobody else.

-- Autovacuum analyzes the days but never the partitioned table above them, from whose statistics the history of a row is planned.
create or replace function app.refresh_statistics() returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '200ms'
as $$
begin
  analyze app.logging_detail;
end $$;

comment on function app.refresh_statistics() is 'Analyzes what autovacuum does not.';

create or replace function app.table_sizes() returns table (name text, bytes bigint, live bigint, dead bigint)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(p.relname, c.relname)::text, sum(pg_total_relation_size(c.oid))::bigint,
         sum(pg_stat_get_live_tuples(c.oid))::bigint, sum(pg_stat_get_dead_tuples(c.oid))::bigint
    from pg_class c left join pg_inherits i on i.inhrelid = c.oid left join pg_class p on p.oid = i.inhparent
   where c.relnamespace = 'app'::regnamespace and c.relkind = 'r'
   group by 1 order by 1
$$;

comment on function app.table_sizes() is 'Bytes with indexes, live and dead rows of each table; partitions count for the table above them.';

-- A grant names its row without a foreign key (a pause of the sync keeps the grants), so one may outlive its row, and would
-- count again for a row that somebody creates under the same id. A day's grace: a grant may come before its row.
create or replace function app.delete_orphan_grants() returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_maintenance text := current_setting('app.maintenance', true);
  e app.entity_type;
  v_count bigint;
  v_all bigint := 0;
begin
  perform set_config('app.maintenance', 'on', true);
  for e in select t.* from app.entity_type t where exists (select from app.entity_grant g where g.entity_code = t.code) loop
    execute format(
      'delete from app.entity_grant g where g.entity_code = $1 and g.created_ts < clock_timestamp() - interval ''1 day'' '
      'and not exists (select from %s t where t.%I = g.entity_id)', e.table_name, e.key_column) using e.code;
    get diagnostics v_count = row_count;
    v_all := v_all + v_count;
  end loop;
  perform set_config('app.maintenance', coalesce(v_maintenance, ''), true);
  return v_all;
end $$;

comment on function app.delete_orphan_grants() is 'Deletes grants whose row has been gone for a day; returns how many.';


-- functions/sync_policy.sql

-- The standard policy: rows of the own organization; private ones for admins and persons with a grant; and no row
-- below a parent that the writer cannot see, since foreign keys look past row level security.

-- Whether the rights of a live table are exactly the standard ones (or there is no policy at all yet).
create or replace function app.sync_has_standard_policy(tab regclass) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select not exists (select 1 from pg_policy where polrelid = tab and polname not in ('heliograph_standard', 'heliograph_owner'))
$$;

create or replace function app.sync_has_column(tab regclass, col text) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select exists (select 1 from pg_attribute where attrelid = tab and attname = col and attnum > 0 and not attisdropped)
$$;

-- One condition per foreign key to a live table whose rows a member may be unable to read. A composite key to a
-- table with nothing but tenant rights needs none: same organization is same visibility.
create or replace function app.sync_parent_conditions(tab regclass) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select string_agg(
           case when k.confrelid = tab
             -- A policy that reads its own table is an endless recursion to PostgreSQL, a function is not.
             then format(' and (%1$s.%2$I is null or app.%3$I(%1$s.%2$I))', c.relname_q, ca.attname, 'sees_' || p.code)
             else format(' and (%1$s.%2$I is null or exists (select 1 from %3$s heliograph_parent where heliograph_parent.%4$I = %1$s.%2$I))',
                         c.relname_q, ca.attname, p.table_name, p.key_column)
           end, '' order by ca.attnum)
    from (select quote_ident(relname) as relname_q from pg_class where oid = tab) c,
         pg_constraint k
         join app.entity_type p on p.table_name = k.confrelid
         cross join lateral unnest(k.conkey, k.confkey) as pair (child, parent)
         join pg_attribute ca on ca.attrelid = k.conrelid and ca.attnum = pair.child
         join pg_attribute pa on pa.attrelid = k.confrelid and pa.attnum = pair.parent and pa.attname = p.key_column
   where k.conrelid = tab and k.contype = 'f'
     -- The organization itself: the tenant condition says the same.
     and not exists (select 1 from app.entity_type e where e.table_name = tab and e.tenant_column = ca.attname)
     and not p.public
     and (app.sync_has_column(k.confrelid, 'is_private')
          or not app.sync_has_standard_policy(k.confrelid)
          or cardinality(k.conkey) = 1)
$$;

create or replace function app.sync_set_standard_policy(e app.entity_type) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_using text;
  v_check text;
begin
  if e.tenant_column is null then
    v_using := 'true';
  else
    v_using := format('%I = (select app.current_organization_id())', e.tenant_column);
    if app.sync_has_column(e.table_name, 'is_private') then
      v_using := v_using || format(
        ' and (not is_private or (select app.is_admin()) or %I = any ((select app.granted_ids(%L))::uuid[]))', e.key_column, e.code);
    end if;
  end if;

  -- Runs as the writer, so under his policies; volatile, so that it sees rows of the same statement.
  execute format(
    'create or replace function app.%I(id uuid) returns boolean language plpgsql volatile set search_path = pg_catalog, pg_temp as '
    '$b$ begin return exists (select 1 from %s t where t.%I = $1); end $b$', 'sees_' || e.code, e.table_name, e.key_column);
  execute format('revoke execute on function app.%I(uuid) from public', 'sees_' || e.code);
  execute format('grant execute on function app.%I(uuid) to heliograph_app', 'sees_' || e.code);

  v_check := v_using || coalesce(app.sync_parent_conditions(e.table_name), '');
  execute format('drop policy if exists heliograph_standard on %s', e.table_name);
  if e.tenant_column is null then
    execute format('create policy heliograph_standard on %s for select to heliograph_app using (true)', e.table_name);
    execute format('grant select on %s to heliograph_app', e.table_name);
  else
    execute format('create policy heliograph_standard on %s to heliograph_app using (%s) with check (%s)', e.table_name, v_using, v_check);
    execute format('grant select, insert, update, delete on %s to heliograph_app', e.table_name);
  end if;
end $$;

-- Row level security for a live table: the standard policy where there is none of its own, forced, and a door for
-- maintenance by the owner.
create or replace function app.sync_secure(e app.entity_type) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_owner text := (select pg_get_userbyid(relowner) from pg_class where oid = e.table_name);
  child app.entity_type;
begin
  if app.sync_has_standard_policy(e.table_name) then
    perform app.sync_set_standard_policy(e);
  end if;
  execute format('drop policy if exists heliograph_owner on %s', e.table_name);
  execute format('create policy heliograph_owner on %s to %I using (app.in_maintenance()) with check (app.in_maintenance())', e.table_name, v_owner);
  execute format('alter table %s enable row level security, force row level security', e.table_name);

  -- Children that went live before their parent did not know that they have one.
  for child in
    select distinct on (c.code) c.* from app.entity_type c join pg_constraint k on k.conrelid = c.table_name and k.contype = 'f'
     where k.confrelid = e.table_name and c.code <> e.code and c.tenant_column is not null
       and app.sync_has_standard_policy(c.table_name)
  loop
    perform app.sync_set_standard_policy(child);
  end loop;
end $$;


-- functions/sync_table.sql

-- What a table must be to go live. Every refusal says what to do.

-- The single-column unique index that makes a column usable as the key of a live table.
create or replace function app.sync_is_key(tab regclass, col text) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select 1
      from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
     where i.indrelid = tab and i.indisunique and i.indimmediate and i.indpred is null
       and i.indnkeyatts = 1 and a.attname = col and a.attnotnull and a.atttypid = 'uuid'::regtype)
$$;

create or replace function app.sync_check_table(tab regclass) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  c pg_class;
begin
  select * into c from pg_class where oid = tab;
  if c.relkind = 'p' or c.relispartition then
    raise exception '% is partitioned: a row that moves between partitions would be logged wrongly or not at all', tab
      using errcode = '0A000', hint = 'Use an ordinary table for live rows and move old rows to a partitioned archive.';
  elsif c.relkind = 'f' then
    raise exception '% is a foreign table: changes made on the other server run no trigger', tab
      using errcode = '0A000', hint = 'Call app.enable_sync in the database that owns the rows.';
  elsif c.relkind <> 'r' then
    raise exception '% is not a table', tab
      using errcode = '42809', hint = 'Call app.enable_sync for the tables below it.';
  elsif c.relpersistence = 't' then
    raise exception '% is a temporary table: nobody else can read its rows', tab
      using errcode = '0A000', hint = 'Create it without TEMPORARY.';
  elsif c.relpersistence = 'u' then
    raise exception '% is unlogged: a crash empties it without a trigger', tab
      using errcode = '0A000', hint = format('Run: alter table %s set logged', tab);
  elsif exists (select 1 from pg_inherits where inhparent = tab or inhrelid = tab) then
    raise exception '% inherits or is inherited: statements on the parent run no triggers of the children', tab
      using errcode = '0A000', hint = format('Run: alter table … no inherit …, and give %s its own columns.', tab);
  end if;
end $$;

-- The key: given, or the primary key.
create or replace function app.sync_key_of(tab regclass, wanted text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key text;
begin
  if wanted is not null then
    if not app.sync_is_key(tab, wanted) then
      raise exception '%.% cannot be the key: it is not a uuid column, not null, with its own unique constraint', tab, wanted
        using errcode = '42P17', hint = format('Run: alter table %s alter %I set not null, add unique (%I)', tab, wanted, wanted);
    end if;
    return wanted;
  end if;
  select a.attname into v_key
    from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
   where i.indrelid = tab and i.indisprimary and i.indnkeyatts = 1 and a.atttypid = 'uuid'::regtype;
  if not found then
    raise exception '% has no primary key of one uuid column', tab
      using errcode = '42P17',
            hint = format('Run: alter table %s add column sync_id uuid not null default gen_random_uuid() unique, and pass key => ''sync_id''.', tab);
  end if;
  return v_key;
end $$;

-- Columns named by the caller: they exist, and containers are uuids.
create or replace function app.sync_check_columns(tab regclass, e app.entity_type) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_col text;
begin
  foreach v_col in array e.containers || e.rights || e.redact loop
    if not exists (select 1 from pg_attribute where attrelid = tab and attname = v_col and attnum > 0 and not attisdropped) then
      raise exception '% has no column %', tab, v_col
        using errcode = '42703', hint = 'Name existing columns as containers, rights and redact.';
    end if;
  end loop;
  foreach v_col in array e.containers loop
    if not exists (select 1 from pg_attribute where attrelid = tab and attname = v_col and atttypid = 'uuid'::regtype) then
      raise exception 'container column %.% is not a uuid', tab, v_col
        using errcode = '42804', hint = 'A container is named by the uuid of the row that contains: use that foreign key column.';
    end if;
  end loop;
  if e.redact && (e.containers || e.rights || array[e.key_column, coalesce(e.tenant_column, e.key_column), 'version', 'updated_ts', 'is_private']) then
    raise exception 'a key, tenant, container or rights column of % cannot be redacted: signals are routed by it', tab
      using errcode = '42P17', hint = 'Leave it out of redact.';
  end if;
end $$;

-- Adds version and updated_ts. Ours is told from a column of the same name by its comment.
-- Returns whether the columns had been there before, that is, whether the table was live once.
create or replace function app.sync_add_columns(tab regclass) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  c_mark constant text := 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.';
  a pg_attribute;
begin
  select * into a from pg_attribute where attrelid = tab and attname = 'updated_ts' and not attisdropped;
  if found and a.atttypid <> 'timestamptz'::regtype then
    raise exception '%.updated_ts is not a timestamptz, and the sync keeps the time of the last change there', tab
      using errcode = '42804', hint = format('Run: alter table %s rename updated_ts to …', tab);
  end if;
  select * into a from pg_attribute where attrelid = tab and attname = 'version' and not attisdropped;
  if found then
    if a.atttypid <> 'bigint'::regtype or col_description(tab, a.attnum) is distinct from c_mark then
      raise exception '% has a column "version" of its own, and the sync keeps its version there', tab
        using errcode = '42701', hint = format('Run: alter table %s rename version to …', tab);
    end if;
    return true;
  end if;
  -- A constant, so that a large table is not rewritten. The trigger overrides the default; it is 0 afterwards, which
  -- only a load with triggers off ever writes.
  execute format('alter table %s add column version bigint not null default %s', tab, (extract(epoch from clock_timestamp()) * 1000000)::bigint);
  execute format('alter table %s alter column version set default 0', tab);
  execute format('alter table %s add column if not exists updated_ts timestamptz not null default clock_timestamp()', tab);
  execute format('comment on column %s.version is %L', tab, c_mark);
  return false;
end $$;


-- triggers/entity_logging.sql

-- The triggers of live tables. Their functions are generated per table: for one row a generated function takes
-- 0.3 ms where dynamic SQL takes 0.8, and a thousand rows without snapshots twice as fast.

-- Dotted list: prefix.a, prefix.b
create or replace function app.sync_columns(prefix text, cols text[]) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select string_agg(format('%s.%I', prefix, c), ', ' order by n) from unnest(cols) with ordinality as u (c, n)
$$;

-- The row trigger that keeps version and updated_ts, whatever the writer sent.
--
-- "Changed" is decided here, on the image of the row (=, unlike *<>, does not exist for every type and calls rows
-- equal that print differently), without version, updated_ts and generated columns, which are not computed yet.
-- No SET clause: this runs per row, so instead every name and operator is qualified.
create or replace function app.sync_version_function(e app.entity_type) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_generated text := coalesce((
    select string_agg(format('new.%1$I := old.%1$I;', attname), ' ' order by attnum)
      from pg_attribute where attrelid = e.table_name and attgenerated = 's' and not attisdropped), '');
begin
  execute format($q$
    create or replace function app.%1$I() returns trigger language plpgsql as $b$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.%2$I operator(pg_catalog.<>) old.%2$I then
        raise exception 'the key of a live row cannot change (%%.%%)', tg_table_name, %2$L
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; %3$s
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
      end if;
      return new;
    end $b$ $q$, 'version_' || e.code, e.key_column, v_generated);
  execute format('revoke execute on function app.%I() from public', 'version_' || e.code);
  -- zzz: after the table's own BEFORE triggers, whose changes count too
  execute format('create or replace trigger zzz_sync_version before insert or update on %s for each row execute function app.%I()',
                 e.table_name, 'version_' || e.code);
end $$;

create or replace function app.sync_refuse_truncate() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'TRUNCATE of live table %.% would tell nobody that its rows are gone', tg_table_schema, tg_table_name
    using errcode = '55000', hint = format('Run: delete from %I.%I', tg_table_schema, tg_table_name);
end $$;

-- Expression that keeps one row in the log, for alias a; the other alias is needed for what changed.
create or replace function app.sync_snapshot(e app.entity_type, a text, other text) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when e.snapshots = 'none' then 'null::jsonb'
    when e.snapshots = 'changed' and other is not null then format(
      '(select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(%1$s.*)) k where k.value is distinct from to_jsonb(%2$s.*) -> k.key)%3$s',
      a, other, r.minus)
    else format('to_jsonb(%s.*)%s', a, r.minus)
  end
  -- to_jsonb(x.*), not to_jsonb(x): that would mean a column of this name, if there is one
  from (select case when e.redact = '{}' then '' else ' - ' || quote_literal(e.redact) || '::text[]' end as minus) r
$$;

-- The three statement triggers that write the log.
--
-- SECURITY DEFINER, since writers have no right on the log; EXECUTE is taken from PUBLIC, or any role could attach
-- the function to a table of its own and forge signals. enable_nestloop off: the estimate of a transition table is
-- fixed when the trigger first runs in a session, and a nested loop planned for one row takes minutes for 20 000.
-- jit off: where a nested loop is the only way, its prohibitive cost would have the statement compiled first.
create or replace function app.sync_log_functions(e app.entity_type) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_new text := coalesce('array_remove(array[' || app.sync_columns('n', e.containers) || '], null)', '''{}''::uuid[]');
  v_old text := coalesce('array_remove(array[' || app.sync_columns('o', e.containers) || '], null)', '''{}''::uuid[]');
  v_private boolean := app.sync_has_column(e.table_name, 'is_private');
  v_own_policy boolean := not app.sync_has_standard_policy(e.table_name);
  -- Restricted: not readable by every member. With policies of its own that is unknown, so every row counts as it.
  v_new_restricted text := case when e.public then 'false' when v_own_policy then 'true' when v_private then 'coalesce(n.is_private, true)' else 'false' end;
  v_old_restricted text := replace(v_new_restricted, 'n.is_private', 'o.is_private');
  -- Whoever was granted a private row is named by its deletion, as by a revocation: its grants may go with it, and then
  -- nothing else says who could read it.
  v_granted text := case when v_private and not v_own_policy and not e.public then format(
    ' || case when o.is_private then array(select g.person_id from app.entity_grant g where g.entity_code = %L and g.entity_id = o.%I) else ''{}''::uuid[] end',
    e.code, e.key_column) else '' end;
  -- A container decides who may read a row only under policies of its own. Else a private row that merely moves would
  -- look like one that was just made private, and its id be told (GONE) to holders of the container who never saw it.
  v_rights text[] := array(select distinct c from unnest(e.rights || case when v_own_policy then e.containers end || array[e.tenant_column, case when v_private then 'is_private' end]) c
                            where c is not null and c <> e.key_column order by c);
  v_recheck text := coalesce(
    -- By image, since = does not exist for every type. The function and not its operator *<>, which PostgreSQL
    -- would take apart into one comparison per column.
    'record_image_ne(row(' || app.sync_columns('n', v_rights) || '), row(' || app.sync_columns('o', v_rights) || '))', 'false');
  v_op text;
  v_source text;
  v_name text;
begin
  foreach v_op in array array['insert', 'update', 'delete'] loop
    v_name := format('log_%s_changes_%s', e.code, v_op);
    v_source := case v_op
      when 'insert' then format(
        'n.%1$I as entity_id, 1 as action, n.version, %2$s as containers, %3$s as restricted, false as recheck, null::jsonb as before, %4$s as after from newt n',
        e.key_column, v_new, v_new_restricted, app.sync_snapshot(e, 'n', null))
      when 'update' then format(
        'n.%1$I as entity_id, 2 as action, n.version, '
        'case when %2$s = %3$s then %2$s else %3$s || %2$s end as containers, %4$s or %5$s as restricted, %6$s as recheck, '
        '%7$s as before, %8$s as after from newt n join oldt o on o.%1$I = n.%1$I where n.version <> o.version',
        e.key_column, v_new, v_old, v_new_restricted, v_old_restricted, v_recheck, app.sync_snapshot(e, 'o', 'n'), app.sync_snapshot(e, 'n', 'o'))
      -- Above the version that was deleted, and above one lost in a failover; the time of the statement, not of
      -- this trigger, so that a row inserted again by the same statement is newer than its deletion.
      else format(
        'o.%1$I as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, '
        '%2$s as containers, %3$s as restricted, false as recheck, %4$s as before, null::jsonb as after from oldt o',
        e.key_column, v_old || v_granted, v_old_restricted, app.sync_snapshot(e, 'o', null)) end;
    execute format($q$
      create or replace function app.%1$I() returns trigger
      language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_nestloop = off set jit = off as $b$
      declare
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, %2$s),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, %3$L, c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, %3$L, c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $b$ $q$, v_name, v_source, e.code);
    execute format('revoke execute on function app.%I() from public', v_name);
    execute format('create or replace trigger %1$I after %2$s on %3$s referencing %4$s for each statement execute function app.%1$I()',
      v_name, v_op, e.table_name,
      case v_op when 'insert' then 'new table as newt' when 'update' then 'old table as oldt new table as newt' else 'old table as oldt' end);
  end loop;
end $$;

-- Makes a table live, or brings a live one up to date after a migration changed its columns. Idempotent.
--
--   containers  uuid columns whose value is the row that contains this one
--   rights      columns, besides those, that decide who may read the row (policies of your own)
--   redact      columns that no answer, snapshot or history shows
--   snapshots   'full' | 'changed' | 'none': what the audit keeps of rows ('none' for import tables: a third of the WAL)
--   views       also log reads
--   public      every member may read every row; without tenant column: every user, read only
--   key         another not-null unique uuid column, when the primary key is none
--   tenant      the column with the organization; default organization_id, for app.organization its key
create or replace function app.enable_sync(
  "table" regclass, code text, containers text[] default '{}', rights text[] default '{}', redact text[] default '{}',
  snapshots text default 'full', views boolean default false, public boolean default false,
  key text default null, tenant text default null) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
  e app.entity_type;
  v_had_columns boolean;
  v_was_live boolean;
  v_other text;
begin
  perform app.sync_check_table("table");
  if enable_sync.code is null or enable_sync.code !~ '^[a-z][a-z0-9_]{0,40}$' or enable_sync.code = 'person' then
    raise exception '"%" cannot be the code of a type', enable_sync.code
      using errcode = '22023', hint = 'Lower case letters, digits and _, 41 at most; "person" is taken by changes of memberships.';
  end if;
  if snapshots is null or snapshots not in ('full', 'changed', 'none') then
    raise exception 'snapshots cannot be "%"', snapshots using errcode = '22023', hint = 'Use full, changed or none.';
  end if;
  select t.table_name::text into v_other from app.entity_type t where t.code = enable_sync.code and t.table_name <> "table";
  if found then
    raise exception 'code "%" belongs to %', enable_sync.code, v_other
      using errcode = '42710', hint = format('Choose another code, or run: select app.disable_sync(%L)', enable_sync.code);
  end if;
  select t.code into v_other from app.entity_type t where t.table_name = "table" and t.code <> enable_sync.code;
  if found then
    raise exception '% is live as "%"', "table", v_other
      using errcode = '42710', hint = format('Keep that code, or run first: select app.disable_sync(%L)', v_other);
  end if;

  e.code := enable_sync.code;
  e.table_name := "table";
  e.key_column := app.sync_key_of("table", key);
  e.tenant_column := coalesce(tenant,
    case when app.sync_has_column("table", 'organization_id') then 'organization_id'
         when "table" = to_regclass('app.organization') then e.key_column end);
  e.containers := coalesce(enable_sync.containers, '{}');
  e.rights := coalesce(enable_sync.rights, '{}');
  e.redact := coalesce(enable_sync.redact, '{}');
  e.snapshots := enable_sync.snapshots;
  e.views := coalesce(enable_sync.views, false);
  e.public := coalesce(enable_sync.public, false);
  if e.tenant_column is not null and not exists (
    select 1 from pg_attribute where attrelid = "table" and attname = e.tenant_column and atttypid = 'uuid'::regtype and attnotnull and not attisdropped) then
    raise exception 'tenant column %.% must be a uuid that is not null: a row without organization belongs to nobody', "table", e.tenant_column
      using errcode = '42804', hint = format('Run: alter table %s alter %I set not null', "table", e.tenant_column);
  end if;
  if e.tenant_column is null and not e.public and not (select relrowsecurity from pg_class where oid = "table") then
    raise exception '% has neither a tenant column nor row level security: everybody could read every row', "table"
      using errcode = '42P17',
            hint = 'Add organization_id uuid not null, or policies of your own with row level security enabled, or pass public => true if that is meant.';
  end if;
  perform app.sync_check_columns("table", e);
  select tgname into v_other from pg_trigger
   where tgrelid = "table" and not tgisinternal and tgtype & 3 = 3 and tgtype & 20 <> 0 and tgname > 'zzz_sync_version';
  if found then
    raise exception 'BEFORE trigger % of % runs after the one that decides whether a row changed', v_other, "table"
      using errcode = '42P17', hint = format('Run: alter trigger %I on %s rename to …, with a name that sorts before zzz_sync_version', v_other, "table");
  end if;

  v_had_columns := app.sync_add_columns("table");
  v_was_live := exists (select 1 from app.entity_type t where t.code = e.code);
  insert into app.entity_type select e.*
    on conflict on constraint entity_type_pkey do update
    set table_name = excluded.table_name, key_column = excluded.key_column, tenant_column = excluded.tenant_column,
        containers = excluded.containers, rights = excluded.rights, redact = excluded.redact,
        snapshots = excluded.snapshots, views = excluded.views, public = excluded.public;

  perform app.sync_secure(e);
  perform app.sync_version_function(e);
  perform app.sync_log_functions(e);
  execute format('create or replace trigger zzz_sync_truncate before truncate on %s for each statement execute function app.sync_refuse_truncate()', "table");

  -- Live once, then not: rows may have changed under an old version, and deletions were told to nobody.
  if v_had_columns and not v_was_live then
    perform app.resync(e.code);
  end if;
end $$;

comment on function app.enable_sync(regclass, text, text[], text[], text[], text, boolean, boolean, text, text) is 'Makes a table live, or brings it up to date after its columns changed.';

-- Undoes enable_sync but for the columns, so that versions go on where they were, and for row level security,
-- without which the table would lie open.
create or replace function app.disable_sync(code text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
  e app.entity_type;
  v_trigger text;
begin
  delete from app.entity_type t where t.code = disable_sync.code returning * into e;
  if not found then
    return;
  end if;
  if exists (select 1 from pg_class where oid = e.table_name) then
    foreach v_trigger in array array['zzz_sync_version', 'zzz_sync_truncate',
      format('log_%s_changes_insert', code), format('log_%s_changes_update', code), format('log_%s_changes_delete', code)] loop
      execute format('drop trigger if exists %I on %s', v_trigger, e.table_name);
    end loop;
  else
    execute format('drop function if exists app.%I(uuid)', 'sees_' || code);
  end if;
  execute format('drop function if exists app.%I(), app.%I(), app.%I(), app.%I()', 'version_' || code,
    format('log_%s_changes_insert', code), format('log_%s_changes_update', code), format('log_%s_changes_delete', code));
end $$;

comment on function app.disable_sync(text) is 'Ends the sync of a type; the table keeps its columns, policies and rights.';


-- triggers/rights_logging.sql

-- Changes of memberships and grants are changes of what persons may read: they go through the log like any other,
-- marked for a recheck. A membership is logged under the code "person" and the id of the person.

-- Writes one row of the log by hand, for what no generated trigger of a live table sees.
create or replace function app.log_entity_change(entity_code text, entity_id uuid, grants boolean, container_ids uuid[], before jsonb, after jsonb) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id uuid := gen_random_uuid();
  v_ts timestamptz := clock_timestamp();
  v_action smallint := case when grants then 4 else 5 end;
  v_version bigint := (extract(epoch from v_ts) * 1000000)::bigint;
  v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
  v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
begin
  insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
  values (v_id, $1, $2, v_action, v_version, $4, true, true, v_ts);
  insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
  values (v_id, v_ts, $1, $2, v_action, v_version, v_actor, v_request - '{ip,user_agent}'::text[],
          app.inet_or_null(v_request ->> 'ip'), v_request ->> 'user_agent', before, after);
end $$;

create or replace function app.log_membership_changes() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'UPDATE' and new.person_id = old.person_id and new.organization_id = old.organization_id then
    if new.role <> old.role then
      perform app.log_entity_change('person', new.person_id, new.role = 'admin'::app.membership_role, array[new.organization_id], to_jsonb(old.*), to_jsonb(new.*));
    end if;
    return null;
  end if;
  if tg_op in ('UPDATE', 'DELETE') then
    perform app.log_entity_change('person', old.person_id, false, array[old.organization_id], to_jsonb(old.*), null);
  end if;
  if tg_op in ('UPDATE', 'INSERT') then
    perform app.log_entity_change('person', new.person_id, true, array[new.organization_id], null, to_jsonb(new.*));
  end if;
  return null;
end $$;

create or replace trigger log_membership_changes
  after insert or update or delete on app.membership
  for each row execute function app.log_membership_changes();

-- The containers of the row, before the reader's rights: whoever holds a container must hear that a row in it
-- became readable, or ceased to be. Null when there is no such row.
create or replace function app.containers_of(code text, id uuid) returns uuid[]
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  e app.entity_type;
  v_maintenance text := current_setting('app.maintenance', true);
  v_ids uuid[];
begin
  select t.* into e from app.entity_type t where t.code = containers_of.code;
  if not found then
    return null;
  end if;
  perform set_config('app.maintenance', 'on', true);
  execute format('select %s from %s t where t.%I = $1',
                 coalesce('array_remove(array[' || app.sync_columns('t', e.containers) || '], null)', '''{}''::uuid[]'), e.table_name, e.key_column)
    into v_ids using id;
  perform set_config('app.maintenance', coalesce(v_maintenance, ''), true);
  return v_ids;
end $$;

create or replace function app.check_entity_grant() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select 1 from app.entity_type e where e.code = new.entity_code) then
    raise exception 'no live type "%"', new.entity_code using errcode = '23503', hint = 'Run: select code from app.entity_type';
  end if;
  return new;
end $$;

create or replace trigger check_entity_grant
  before insert or update of entity_code on app.entity_grant
  for each row execute function app.check_entity_grant();

-- Among the containers stands the person, too: so a gateway knows whose right it was. Holders of the row's container who
-- cannot read the row are told nothing then, or they would learn that it exists; who has lost the right is told of it.
create or replace function app.log_grant_changes() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'UPDATE' and (new.entity_code, new.entity_id, new.person_id, new.organization_id)
                        = (old.entity_code, old.entity_id, old.person_id, old.organization_id) then
    return null; -- another expiry changes no right now
  end if;
  if tg_op in ('UPDATE', 'DELETE') then
    perform app.log_entity_change(old.entity_code, old.entity_id, false,
      coalesce(app.containers_of(old.entity_code, old.entity_id), '{}') || old.person_id, to_jsonb(old.*), null);
  end if;
  if tg_op in ('UPDATE', 'INSERT') then
    perform app.log_entity_change(new.entity_code, new.entity_id, true,
      coalesce(app.containers_of(new.entity_code, new.entity_id), '{}') || new.person_id, null, to_jsonb(new.*));
  end if;
  return null;
end $$;

create or replace trigger log_grant_changes
  after insert or update or delete on app.entity_grant
  for each row execute function app.log_grant_changes();

create or replace function app.expire_grants() returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count bigint;
begin
  delete from app.entity_grant where expires_ts <= clock_timestamp();
  get diagnostics v_count = row_count;
  return v_count;
end $$;

comment on function app.expire_grants() is 'Deletes grants whose time is over, which makes the gateways check; returns how many.';


-- grants.sql

-- Who may do what outside of live tables, whose rights app.enable_sync gives. PostgreSQL lets everybody execute a
-- new function, and many here act with the rights of their owner: so first nobody may, then each by name.

revoke execute on all functions in schema app from public;

grant execute on function
  app.current_person_id(), app.current_organization_id(), app.is_admin(), app.granted_ids(text), app.in_maintenance(),
  app.entity_history(text, uuid, int), app.log_view(text, uuid[])
to heliograph_app;

grant select on app.entity_type, app.entity_catalog, app.sync_state, app.logging to heliograph_gateway;
grant select, insert, update, delete on app.gateway, app.rxdb_session, app.rxdb_subscription to heliograph_gateway;
grant execute on function
  app.login(text), app.person_in_organization(uuid, uuid), app.entity_history(text, uuid, int),
  app.cleanup_connection(uuid, uuid, bigint), app.batch_subscribers(text, uuid[]),
  app.resume_sessions(uuid[], uuid[], uuid[], uuid),
  app.base_type(oid), app.base_type_name(oid), app.in_maintenance()
to heliograph_gateway;

grant select on app.logging, app.sync_state, app.entity_type, app.gateway, app.erasure to heliograph_watcher;
grant select, insert, update on app.job to heliograph_watcher;
grant execute on function
  app.lead(uuid, interval), app.resign(uuid), app.claim(uuid, int, bigint, timestamptz), app.new_log_epoch(),
  app.ensure_partitions(int), app.retire_log_day(date), app.drop_log_day(text, date), app.expired_log_days(int, int),
  app.reap_sessions(interval, interval), app.delete_orphan_subscriptions(), app.expire_grants(), app.expire_mutations(interval, int), app.check_sync(),
  app.delete_orphan_grants(), app.refresh_statistics(), app.table_sizes(),
  app.begin_erasure(uuid), app.find_subject(uuid, date), app.erase_subject(uuid, date), app.finish_erasure(uuid), app.audit_days()
to heliograph_watcher;

-- A person's idempotency keys are nobody else's business.
grant select, insert, update on app.mutation to heliograph_app, heliograph_gateway;
create policy mutation_own on app.mutation to heliograph_app
  using (person_id = (select app.current_person_id())) with check (person_id = (select app.current_person_id()));
create policy mutation_gateway on app.mutation to heliograph_gateway using (true) with check (true);
create policy mutation_owner on app.mutation to current_user using (app.in_maintenance()) with check (app.in_maintenance());


-- sync.sql

-- Makes the suite live. Parents stand before their children; the order is that of the table files. Safe to run again.

-- The organization has no tenant column, its key is the tenant, and the standard policy would let its members insert
-- and delete organizations. So it brings policies of its own, which must exist before it goes live.
alter table app.organization enable row level security;
drop policy if exists organization_read on app.organization;
create policy organization_read on app.organization for select to heliograph_app
  using (id = (select app.current_organization_id()));
drop policy if exists organization_update on app.organization;
create policy organization_update on app.organization for update to heliograph_app
  using (id = (select app.current_organization_id()) and (select app.is_admin()))
  with check (id = (select app.current_organization_id()) and (select app.is_admin()));
grant select, update on app.organization to heliograph_app;

select app.enable_sync('app.organization', 'organization', containers => '{id}');
select app.enable_sync('app.office', 'office', containers => '{organization_id}');
select app.enable_sync('app.department', 'department', containers => '{parent_department_id,organization_id}');
select app.enable_sync('app.employee', 'employee', containers => '{department_id,organization_id}', redact => '{salary}');
select app.enable_sync('app.team', 'team', containers => '{department_id,organization_id}');
select app.enable_sync('app.team_member', 'team_member', containers => '{team_id,organization_id}');
select app.enable_sync('app.asset', 'asset', containers => '{organization_id}', snapshots => 'changed');
select app.enable_sync('app.client', 'client', containers => '{organization_id}');
select app.enable_sync('app.contact', 'contact', containers => '{client_id,organization_id}');
select app.enable_sync('app.product', 'product', containers => '{organization_id}', snapshots => 'changed');
select app.enable_sync('app.opportunity', 'opportunity', containers => '{client_id,organization_id}', rights => '{is_private}');
select app.enable_sync('app.project', 'project', containers => '{client_id,organization_id}', rights => '{is_private}');
select app.enable_sync('app.milestone', 'milestone', containers => '{project_id,organization_id}', rights => '{is_private}');
select app.enable_sync('app.task', 'task', containers => '{project_id,parent_task_id,organization_id}', rights => '{is_private}');
select app.enable_sync('app.task_comment', 'task_comment', containers => '{task_id,organization_id}', rights => '{is_private}');
select app.enable_sync('app.time_entry', 'time_entry', containers => '{task_id,organization_id}', snapshots => 'changed');
select app.enable_sync('app.document', 'document', containers => '{project_id,organization_id}', rights => '{is_private}');
select app.enable_sync('app.meeting', 'meeting', containers => '{project_id,organization_id}', rights => '{is_private}');
select app.enable_sync('app.vendor', 'vendor', containers => '{organization_id}', redact => '{iban}');
select app.enable_sync('app.purchase_order', 'purchase_order', containers => '{vendor_id,organization_id}');
select app.enable_sync('app.purchase_order_line', 'purchase_order_line', containers => '{purchase_order_id,organization_id}', snapshots => 'changed');
select app.enable_sync('app.quote', 'quote', containers => '{client_id,organization_id}');
select app.enable_sync('app.contract', 'contract', containers => '{client_id,organization_id}', rights => '{is_private}');
select app.enable_sync('app.invoice', 'invoice', containers => '{client_id,organization_id}');
select app.enable_sync('app.invoice_line', 'invoice_line', containers => '{invoice_id,organization_id}', snapshots => 'changed');
select app.enable_sync('app.payment', 'payment', containers => '{invoice_id,organization_id}');
select app.enable_sync('app.expense', 'expense', containers => '{project_id,organization_id}', rights => '{is_private}');
select app.enable_sync('app.ticket', 'ticket', containers => '{client_id,organization_id}', rights => '{is_private}');

-- The order in which lists are shown unless the user asks for another. Here and not in the table files, because
-- updated_ts comes with the sync. It also serves the foreign key to the organization.
do $$
declare
  t text;
begin
  for t in
    select c.relname from app.entity_type e join pg_catalog.pg_class c on c.oid = e.table_name
     where e.tenant_column = 'organization_id' and c.relnamespace = 'app'::regnamespace order by e.code
  loop
    execute format('create index if not exists %I on app.%I (organization_id, updated_ts desc, id)', 'idx_' || t || '_updated', t);
  end loop;
end $$;


-- finish.sql

-- The log needs its first partitions before anybody can write.
select app.ensure_partitions();
