-- What the suite adds to the core, or replaces in it; written by `npm run generate`, checked by `npm run check`.
-- For reading: the definitions are the files beside it.

-- 4 type: asset_status
enum ('in_stock', 'in_use', 'in_repair', 'retired')

-- 4 type: asset_type
enum ('laptop', 'monitor', 'phone', 'vehicle', 'furniture', 'licence', 'network')

-- 4 type: client_status
enum ('lead', 'active', 'paused', 'former')

-- 4 type: contract_status
enum ('draft', 'in_negotiation', 'signed', 'expired', 'terminated')

-- 4 type: contract_type
enum ('framework', 'maintenance', 'project', 'licence', 'nda')

-- 4 type: document_status
enum ('draft', 'in_review', 'approved', 'archived')

-- 4 type: document_type
enum ('specification', 'report', 'proposal', 'policy', 'minutes', 'design', 'manual')

-- 4 type: employment_status
enum ('active', 'on_leave', 'left')

-- 4 type: employment_type
enum ('full_time', 'part_time', 'contractor', 'intern')

-- 4 type: expense_category
enum ('travel', 'accommodation', 'meals', 'equipment', 'software', 'training', 'other')

-- 4 type: expense_status
enum ('draft', 'submitted', 'approved', 'rejected', 'reimbursed')

-- 4 type: invoice_status
enum ('draft', 'sent', 'partially_paid', 'paid', 'overdue', 'void')

-- 4 type: meeting_status
enum ('scheduled', 'held', 'cancelled')

-- 4 type: membership_role
enum ('admin', 'member', 'guest')

-- 4 type: milestone_status
enum ('open', 'reached', 'missed')

-- 4 type: office_status
enum ('planned', 'open', 'closed')

-- 4 type: opportunity_stage
enum ('qualification', 'discovery', 'proposal', 'negotiation', 'won', 'lost')

-- 4 type: organization_plan
enum ('trial', 'standard', 'enterprise')

-- 4 type: payment_method
enum ('bank_transfer', 'direct_debit', 'card', 'cash')

-- 4 type: payment_status
enum ('pending', 'cleared', 'failed', 'refunded')

-- 4 type: priority
enum ('low', 'medium', 'high', 'urgent')

-- 4 type: product_type
enum ('service', 'subscription', 'licence', 'hardware')

-- 4 type: product_unit
enum ('hour', 'day', 'month', 'piece', 'user')

-- 4 type: project_status
enum ('planned', 'active', 'on_hold', 'completed', 'cancelled')

-- 4 type: purchase_order_status
enum ('draft', 'approved', 'ordered', 'received', 'cancelled')

-- 4 type: quote_status
enum ('draft', 'sent', 'accepted', 'declined', 'expired')

-- 4 type: task_status
enum ('backlog', 'todo', 'in_progress', 'in_review', 'done', 'cancelled')

-- 4 type: ticket_channel
enum ('email', 'phone', 'portal', 'chat')

-- 4 type: ticket_status
enum ('new', 'open', 'waiting', 'resolved', 'closed')

-- 4 type: vendor_status
enum ('prospective', 'approved', 'blocked')

-- 5 table: asset
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  name character varying(200) not null
  asset_tag character varying(40) not null
  asset_type app.asset_type not null
  status app.asset_status not null default 'in_stock'::app.asset_status
  serial_number character varying(80)
  office_id uuid
  employee_id uuid
  purchased_on date
  warranty_until date
  purchase_price numeric(14,2) not null default 0
  currency character varying(3) not null default 'EUR'::character varying
  specification jsonb not null default '{}'::jsonb
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint asset_check CHECK ((warranty_until >= purchased_on))
  constraint asset_currency_check CHECK (((currency)::text ~ '^[A-Z]{3}$'::text))
  constraint asset_employee_id_organization_id_fkey FOREIGN KEY (employee_id, organization_id) REFERENCES app.employee(id, organization_id) ON DELETE SET NULL (employee_id)
  constraint asset_id_organization_id_key UNIQUE (id, organization_id)
  constraint asset_name_check CHECK ((length(btrim((name)::text)) > 0))
  constraint asset_office_id_organization_id_fkey FOREIGN KEY (office_id, organization_id) REFERENCES app.office(id, organization_id) ON DELETE SET NULL (office_id)
  constraint asset_organization_id_asset_tag_key UNIQUE (organization_id, asset_tag)
  constraint asset_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint asset_pkey PRIMARY KEY (id)
  constraint asset_purchase_price_check CHECK ((purchase_price >= (0)::numeric))
  constraint asset_specification_check CHECK ((jsonb_typeof(specification) = 'object'::text))
  CREATE INDEX idx_asset_employee ON app.asset USING btree (employee_id, organization_id)
  CREATE INDEX idx_asset_name ON app.asset USING btree (organization_id, name, id)
  CREATE INDEX idx_asset_office ON app.asset USING btree (office_id, organization_id)
  CREATE INDEX idx_asset_updated ON app.asset USING btree (organization_id, updated_ts DESC, id)
  CREATE TRIGGER log_asset_changes_delete AFTER DELETE ON app.asset REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_asset_changes_delete()
  CREATE TRIGGER log_asset_changes_insert AFTER INSERT ON app.asset REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_asset_changes_insert()
  CREATE TRIGGER log_asset_changes_update AFTER UPDATE ON app.asset REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_asset_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.asset FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.asset FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.asset FOR EACH ROW EXECUTE FUNCTION app.version_asset()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_asset(asset.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
    with check app.readable_asset(asset.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
  grant delete, insert, select, update to heliograph_app
  comment 'Equipment or licence that the organization owns, and the employee who uses it.'
  comment on asset_tag 'Inventory number on the label, unique in the organization.'
  comment on employee_id 'Employee who uses this asset; empty while it is in stock.'
  comment on specification 'Technical details as a JSON object of names and values.'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: client
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  name character varying(200) not null
  client_number character varying(20) not null
  status app.client_status not null default 'lead'::app.client_status
  industry character varying(100)
  website character varying(200)
  email character varying(254)
  phone character varying(40)
  street character varying(200)
  postal_code character varying(20)
  city character varying(100)
  country character varying(2)
  vat_number character varying(30)
  account_manager_id uuid
  payment_terms_days integer not null default 30
  credit_limit numeric(14,2) not null default 0
  currency character varying(3) not null default 'EUR'::character varying
  notes text
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint client_account_manager_id_organization_id_fkey FOREIGN KEY (account_manager_id, organization_id) REFERENCES app.employee(id, organization_id) ON DELETE SET NULL (account_manager_id)
  constraint client_country_check CHECK (((country)::text ~ '^[A-Z]{2}$'::text))
  constraint client_credit_limit_check CHECK ((credit_limit >= (0)::numeric))
  constraint client_currency_check CHECK (((currency)::text ~ '^[A-Z]{3}$'::text))
  constraint client_email_check CHECK (((email)::text ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'::text))
  constraint client_id_organization_id_key UNIQUE (id, organization_id)
  constraint client_name_check CHECK ((length(btrim((name)::text)) > 0))
  constraint client_organization_id_client_number_key UNIQUE (organization_id, client_number)
  constraint client_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint client_payment_terms_days_check CHECK (((payment_terms_days >= 0) AND (payment_terms_days <= 365)))
  constraint client_pkey PRIMARY KEY (id)
  CREATE INDEX idx_client_account_manager ON app.client USING btree (account_manager_id, organization_id)
  CREATE INDEX idx_client_name ON app.client USING btree (organization_id, name, id)
  CREATE INDEX idx_client_status ON app.client USING btree (organization_id, status)
  CREATE INDEX idx_client_updated ON app.client USING btree (organization_id, updated_ts DESC, id)
  CREATE TRIGGER log_client_changes_delete AFTER DELETE ON app.client REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_client_changes_delete()
  CREATE TRIGGER log_client_changes_insert AFTER INSERT ON app.client REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_client_changes_insert()
  CREATE TRIGGER log_client_changes_update AFTER UPDATE ON app.client REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_client_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.client FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.client FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.client FOR EACH ROW EXECUTE FUNCTION app.version_client()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_client(client.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
    with check app.readable_client(client.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
  grant delete, insert, select, update to heliograph_app
  comment 'Company that buys from the organization, or may do so.'
  comment on credit_limit 'Unpaid amount above which no further invoices should be sent; 0 if no limit was agreed.'
  comment on payment_terms_days 'Days between invoice date and due date.'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: contact
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  name character varying(201) generated s as (((first_name)::text || ' '::text) || (last_name)::text)
  first_name character varying(100) not null
  last_name character varying(100) not null
  client_id uuid not null
  job_title character varying(150)
  email character varying(254)
  phone character varying(40)
  is_primary boolean not null default false
  newsletter boolean not null default false
  last_contacted_ts timestamp with time zone
  notes text
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint contact_client_id_organization_id_fkey FOREIGN KEY (client_id, organization_id) REFERENCES app.client(id, organization_id) ON DELETE CASCADE
  constraint contact_email_check CHECK (((email)::text ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'::text))
  constraint contact_id_organization_id_key UNIQUE (id, organization_id)
  constraint contact_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint contact_pkey PRIMARY KEY (id)
  CREATE INDEX idx_contact_client ON app.contact USING btree (client_id, organization_id)
  CREATE INDEX idx_contact_name ON app.contact USING btree (organization_id, name, id)
  CREATE INDEX idx_contact_updated ON app.contact USING btree (organization_id, updated_ts DESC, id)
  CREATE UNIQUE INDEX idx_contact_primary ON app.contact USING btree (client_id) WHERE is_primary
  CREATE TRIGGER log_contact_changes_delete AFTER DELETE ON app.contact REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_contact_changes_delete()
  CREATE TRIGGER log_contact_changes_insert AFTER INSERT ON app.contact REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_contact_changes_insert()
  CREATE TRIGGER log_contact_changes_update AFTER UPDATE ON app.contact REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_contact_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.contact FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{"name": null}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.contact FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.contact FOR EACH ROW EXECUTE FUNCTION app.version_contact()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_contact(contact.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
    with check app.readable_contact(contact.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
  grant delete, insert, select, update to heliograph_app
  comment 'Contact person at a client.'
  comment on is_primary 'First person to call. A client has at most one primary contact.'
  comment on name 'First and last name (computed).'
  comment on newsletter 'Has agreed to receive the newsletter.'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: contract
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  title character varying(200) not null
  contract_number character varying(30) not null
  contract_type app.contract_type not null
  status app.contract_status not null default 'draft'::app.contract_status
  client_id uuid not null
  quote_id uuid
  owner_id uuid
  signed_on date
  start_on date
  end_on date
  notice_period_days integer not null default 30
  auto_renew boolean not null default false
  annual_value numeric(14,2) not null default 0
  currency character varying(3) not null default 'EUR'::character varying
  is_private boolean not null default false
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint contract_annual_value_check CHECK ((annual_value >= (0)::numeric))
  constraint contract_check CHECK ((end_on >= start_on))
  constraint contract_check1 CHECK (((signed_on IS NOT NULL) OR (status <> ALL (ARRAY['signed'::app.contract_status, 'expired'::app.contract_status, 'terminated'::app.contract_status]))))
  constraint contract_client_id_organization_id_fkey FOREIGN KEY (client_id, organization_id) REFERENCES app.client(id, organization_id) ON DELETE RESTRICT
  constraint contract_currency_check CHECK (((currency)::text ~ '^[A-Z]{3}$'::text))
  constraint contract_id_organization_id_key UNIQUE (id, organization_id)
  constraint contract_notice_period_days_check CHECK ((notice_period_days >= 0))
  constraint contract_organization_id_contract_number_key UNIQUE (organization_id, contract_number)
  constraint contract_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint contract_owner_id_organization_id_fkey FOREIGN KEY (owner_id, organization_id) REFERENCES app.employee(id, organization_id) ON DELETE SET NULL (owner_id)
  constraint contract_pkey PRIMARY KEY (id)
  constraint contract_quote_id_organization_id_fkey FOREIGN KEY (quote_id, organization_id) REFERENCES app.quote(id, organization_id) ON DELETE SET NULL (quote_id)
  constraint contract_title_check CHECK ((length(btrim((title)::text)) > 0))
  CREATE INDEX idx_contract_client ON app.contract USING btree (client_id, organization_id)
  CREATE INDEX idx_contract_end ON app.contract USING btree (organization_id, end_on, id)
  CREATE INDEX idx_contract_owner ON app.contract USING btree (owner_id, organization_id)
  CREATE INDEX idx_contract_quote ON app.contract USING btree (quote_id, organization_id)
  CREATE INDEX idx_contract_updated ON app.contract USING btree (organization_id, updated_ts DESC, id)
  CREATE TRIGGER log_contract_changes_delete AFTER DELETE ON app.contract REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_contract_changes_delete()
  CREATE TRIGGER log_contract_changes_insert AFTER INSERT ON app.contract REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_contract_changes_insert()
  CREATE TRIGGER log_contract_changes_update AFTER UPDATE ON app.contract REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_contract_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.contract FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.contract FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.contract FOR EACH ROW EXECUTE FUNCTION app.version_contract()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_contract(contract.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null), ( SELECT app.is_tenant_admin() AS is_tenant_admin), ( SELECT app.granted_ids('contract'::text) AS granted_ids))
    with check app.readable_contract(contract.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null), ( SELECT app.is_tenant_admin() AS is_tenant_admin), ( SELECT app.granted_ids('contract'::text) AS granted_ids))
  grant delete, insert, select, update to heliograph_app
  comment 'Agreement with a client, with its term and annual value.'
  comment on is_private 'Only administrators and users with a grant can see this record.'
  comment on quote_id 'Accepted quote that this contract is based on.'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: credential
table
  person_id uuid not null
  password_hash text not null
  changed_ts timestamp with time zone not null default clock_timestamp()
  constraint credential_password_hash_check CHECK ((password_hash ~~ '$argon2id$%'::text))
  constraint credential_person_id_fkey FOREIGN KEY (person_id) REFERENCES app.person(id) ON DELETE CASCADE
  constraint credential_pkey PRIMARY KEY (person_id)
  comment 'argon2id password hash of an account. Only app.login reads it.'

-- 5 table: department
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  name character varying(200) not null
  code character varying(20) not null
  parent_department_id uuid
  office_id uuid
  annual_budget numeric(14,2) not null default 0
  currency character varying(3) not null default 'EUR'::character varying
  description text
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint department_annual_budget_check CHECK ((annual_budget >= (0)::numeric))
  constraint department_check CHECK ((parent_department_id <> id))
  constraint department_code_check CHECK (((code)::text ~ '^[A-Z0-9-]+$'::text))
  constraint department_currency_check CHECK (((currency)::text ~ '^[A-Z]{3}$'::text))
  constraint department_id_organization_id_key UNIQUE (id, organization_id)
  constraint department_name_check CHECK ((length(btrim((name)::text)) > 0))
  constraint department_office_id_organization_id_fkey FOREIGN KEY (office_id, organization_id) REFERENCES app.office(id, organization_id) ON DELETE SET NULL (office_id)
  constraint department_organization_id_code_key UNIQUE (organization_id, code)
  constraint department_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint department_parent_department_id_organization_id_fkey FOREIGN KEY (parent_department_id, organization_id) REFERENCES app.department(id, organization_id) ON DELETE RESTRICT
  constraint department_pkey PRIMARY KEY (id)
  CREATE INDEX idx_department_name ON app.department USING btree (organization_id, name, id)
  CREATE INDEX idx_department_office ON app.department USING btree (office_id, organization_id)
  CREATE INDEX idx_department_parent ON app.department USING btree (parent_department_id, organization_id)
  CREATE INDEX idx_department_updated ON app.department USING btree (organization_id, updated_ts DESC, id)
  CREATE TRIGGER log_department_changes_delete AFTER DELETE ON app.department REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_department_changes_delete()
  CREATE TRIGGER log_department_changes_insert AFTER INSERT ON app.department REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_department_changes_insert()
  CREATE TRIGGER log_department_changes_update AFTER UPDATE ON app.department REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_department_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.department FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.department FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.department FOR EACH ROW EXECUTE FUNCTION app.version_department()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_department(department.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
    with check app.readable_department(department.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
  grant delete, insert, select, update to heliograph_app
  comment 'Organizational unit with a budget. Departments form a tree.'
  comment on code 'Cost centre code, unique in the organization.'
  comment on parent_department_id 'Parent department; empty for a top-level department.'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: document
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  title character varying(200) not null
  document_type app.document_type not null default 'report'::app.document_type
  status app.document_status not null default 'draft'::app.document_status
  project_id uuid
  author_id uuid
  revision integer not null default 1
  file_name character varying(255)
  file_size bigint
  content text
  is_private boolean not null default false
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint document_author_id_organization_id_fkey FOREIGN KEY (author_id, organization_id) REFERENCES app.employee(id, organization_id) ON DELETE SET NULL (author_id)
  constraint document_file_size_check CHECK ((file_size >= 0))
  constraint document_id_organization_id_key UNIQUE (id, organization_id)
  constraint document_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint document_pkey PRIMARY KEY (id)
  constraint document_project_id_organization_id_fkey FOREIGN KEY (project_id, organization_id) REFERENCES app.project(id, organization_id) ON DELETE SET NULL (project_id)
  constraint document_revision_check CHECK ((revision >= 1))
  constraint document_title_check CHECK ((length(btrim((title)::text)) > 0))
  CREATE INDEX idx_document_author ON app.document USING btree (author_id, organization_id)
  CREATE INDEX idx_document_project ON app.document USING btree (project_id, organization_id)
  CREATE INDEX idx_document_title ON app.document USING btree (organization_id, title, id)
  CREATE INDEX idx_document_updated ON app.document USING btree (organization_id, updated_ts DESC, id)
  CREATE TRIGGER log_document_changes_delete AFTER DELETE ON app.document REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_document_changes_delete()
  CREATE TRIGGER log_document_changes_insert AFTER INSERT ON app.document REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_document_changes_insert()
  CREATE TRIGGER log_document_changes_update AFTER UPDATE ON app.document REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_document_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.document FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.document FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.document FOR EACH ROW EXECUTE FUNCTION app.version_document()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_document(document.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null), ( SELECT app.is_tenant_admin() AS is_tenant_admin), ( SELECT app.granted_ids('document'::text) AS granted_ids))
    with check (app.readable_document(document.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null), ( SELECT app.is_tenant_admin() AS is_tenant_admin), ( SELECT app.granted_ids('document'::text) AS granted_ids)) AND app.parents_readable_document(document.*))
  grant delete, insert, select, update to heliograph_app
  comment 'Text or file of a project or of the organization, such as a specification, report or policy.'
  comment on file_size 'Size in bytes.'
  comment on is_private 'Only administrators and users with a grant can see this record.'
  comment on revision 'Edition number set by the author; not the version of the record.'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: employee
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  name character varying(201) generated s as (((first_name)::text || ' '::text) || (last_name)::text)
  first_name character varying(100) not null
  last_name character varying(100) not null
  employee_number character varying(20) not null
  email character varying(254) not null
  phone character varying(40)
  job_title character varying(150) not null
  status app.employment_status not null default 'active'::app.employment_status
  employment_type app.employment_type not null default 'full_time'::app.employment_type
  department_id uuid
  office_id uuid
  manager_id uuid
  person_id uuid
  hired_on date not null default CURRENT_DATE
  left_on date
  salary numeric(14,2)
  currency character varying(3) not null default 'EUR'::character varying
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint employee_check CHECK ((manager_id <> id))
  constraint employee_check1 CHECK ((left_on >= hired_on))
  constraint employee_currency_check CHECK (((currency)::text ~ '^[A-Z]{3}$'::text))
  constraint employee_department_id_organization_id_fkey FOREIGN KEY (department_id, organization_id) REFERENCES app.department(id, organization_id) ON DELETE SET NULL (department_id)
  constraint employee_email_check CHECK (((email)::text ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'::text))
  constraint employee_id_organization_id_key UNIQUE (id, organization_id)
  constraint employee_manager_id_organization_id_fkey FOREIGN KEY (manager_id, organization_id) REFERENCES app.employee(id, organization_id) ON DELETE SET NULL (manager_id)
  constraint employee_office_id_organization_id_fkey FOREIGN KEY (office_id, organization_id) REFERENCES app.office(id, organization_id) ON DELETE SET NULL (office_id)
  constraint employee_organization_id_employee_number_key UNIQUE (organization_id, employee_number)
  constraint employee_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint employee_person_id_organization_id_fkey FOREIGN KEY (person_id, organization_id) REFERENCES app.membership(person_id, organization_id) ON DELETE SET NULL (person_id)
  constraint employee_person_id_organization_id_key UNIQUE (person_id, organization_id)
  constraint employee_pkey PRIMARY KEY (id)
  constraint employee_salary_check CHECK ((salary >= (0)::numeric))
  CREATE INDEX idx_employee_department ON app.employee USING btree (department_id, organization_id)
  CREATE INDEX idx_employee_manager ON app.employee USING btree (manager_id, organization_id)
  CREATE INDEX idx_employee_name ON app.employee USING btree (organization_id, name, id)
  CREATE INDEX idx_employee_office ON app.employee USING btree (office_id, organization_id)
  CREATE INDEX idx_employee_updated ON app.employee USING btree (organization_id, updated_ts DESC, id)
  CREATE UNIQUE INDEX idx_employee_email ON app.employee USING btree (organization_id, lower((email)::text))
  CREATE TRIGGER log_employee_changes_delete AFTER DELETE ON app.employee REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_employee_changes_delete()
  CREATE TRIGGER log_employee_changes_insert AFTER INSERT ON app.employee REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_employee_changes_insert()
  CREATE TRIGGER log_employee_changes_update AFTER UPDATE ON app.employee REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_employee_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.employee FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{"name": null}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.employee FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.employee FOR EACH ROW EXECUTE FUNCTION app.version_employee()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_employee(employee.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
    with check app.readable_employee(employee.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
  grant delete, insert, select, update to heliograph_app
  comment 'Person who works for the organization, with or without an account.'
  comment on manager_id 'Employee to whom this employee reports.'
  comment on name 'First and last name (computed).'
  comment on person_id 'Account that this employee signs in with, if any.'
  comment on salary 'Gross annual salary. Never included in API responses or in the change log.'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: entity_grant
table
  entity_code character varying(100) not null
  entity_id text not null
  person_id uuid not null
  organization_id uuid not null
  created_ts timestamp with time zone not null default clock_timestamp()
  expires_ts timestamp with time zone
  constraint entity_grant_person_id_organization_id_fkey FOREIGN KEY (person_id, organization_id) REFERENCES app.membership(person_id, organization_id) ON DELETE CASCADE
  constraint entity_grant_pkey PRIMARY KEY (person_id, organization_id, entity_code, entity_id)
  CREATE INDEX idx_entity_grant_entity ON app.entity_grant USING btree (entity_code, entity_id)
  CREATE INDEX idx_entity_grant_expiry ON app.entity_grant USING btree (expires_ts) WHERE (expires_ts IS NOT NULL)
  CREATE TRIGGER check_entity_grant BEFORE INSERT OR UPDATE OF entity_code ON app.entity_grant FOR EACH ROW EXECUTE FUNCTION app.check_entity_grant()
  CREATE TRIGGER log_grant_changes AFTER INSERT OR DELETE OR UPDATE ON app.entity_grant FOR EACH ROW EXECUTE FUNCTION app.log_grant_changes()
  comment 'Allows a member to read and write one private row of the organization.'

-- 5 table: expense
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  title character varying(200) not null
  employee_id uuid not null
  project_id uuid
  category app.expense_category not null default 'other'::app.expense_category
  status app.expense_status not null default 'draft'::app.expense_status
  spent_on date not null default CURRENT_DATE
  amount numeric(14,2) not null
  currency character varying(3) not null default 'EUR'::character varying
  is_billable boolean not null default false
  approved_by_id uuid
  notes text
  is_private boolean not null default false
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint expense_amount_check CHECK ((amount >= (0)::numeric))
  constraint expense_approved_by_id_organization_id_fkey FOREIGN KEY (approved_by_id, organization_id) REFERENCES app.employee(id, organization_id) ON DELETE SET NULL (approved_by_id)
  constraint expense_check CHECK ((approved_by_id <> employee_id))
  constraint expense_currency_check CHECK (((currency)::text ~ '^[A-Z]{3}$'::text))
  constraint expense_employee_id_organization_id_fkey FOREIGN KEY (employee_id, organization_id) REFERENCES app.employee(id, organization_id) ON DELETE RESTRICT
  constraint expense_id_organization_id_key UNIQUE (id, organization_id)
  constraint expense_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint expense_pkey PRIMARY KEY (id)
  constraint expense_project_id_organization_id_fkey FOREIGN KEY (project_id, organization_id) REFERENCES app.project(id, organization_id) ON DELETE SET NULL (project_id)
  constraint expense_title_check CHECK ((length(btrim((title)::text)) > 0))
  CREATE INDEX idx_expense_approved_by ON app.expense USING btree (approved_by_id, organization_id)
  CREATE INDEX idx_expense_employee ON app.expense USING btree (employee_id, organization_id)
  CREATE INDEX idx_expense_project ON app.expense USING btree (project_id, organization_id)
  CREATE INDEX idx_expense_spent ON app.expense USING btree (organization_id, spent_on, id)
  CREATE INDEX idx_expense_updated ON app.expense USING btree (organization_id, updated_ts DESC, id)
  CREATE TRIGGER log_expense_changes_delete AFTER DELETE ON app.expense REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_expense_changes_delete()
  CREATE TRIGGER log_expense_changes_insert AFTER INSERT ON app.expense REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_expense_changes_insert()
  CREATE TRIGGER log_expense_changes_update AFTER UPDATE ON app.expense REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_expense_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.expense FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.expense FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.expense FOR EACH ROW EXECUTE FUNCTION app.version_expense()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_expense(expense.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null), ( SELECT app.is_tenant_admin() AS is_tenant_admin), ( SELECT app.granted_ids('expense'::text) AS granted_ids))
    with check (app.readable_expense(expense.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null), ( SELECT app.is_tenant_admin() AS is_tenant_admin), ( SELECT app.granted_ids('expense'::text) AS granted_ids)) AND app.parents_readable_expense(expense.*))
  grant delete, insert, select, update to heliograph_app
  comment 'Amount that an employee spent for the organization and claims back.'
  comment on approved_by_id 'Employee who approved the expense. Employees cannot approve their own expenses.'
  comment on is_billable 'Charged to the client of the project.'
  comment on is_private 'Only administrators and users with a grant can see this record.'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: installation
table
  part text not null
  version text not null
  checksum text not null
  installed_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  constraint installation_part_check CHECK ((part = ANY (ARRAY['core'::text, 'suite'::text])))
  constraint installation_pkey PRIMARY KEY (part)
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.installation FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{}')
  comment 'One row per installed part: core is Heliograph itself, suite the demonstration.'
  comment on checksum 'SHA-256 of the definitions of that version.'
  comment on version 'Release that the part was installed with, or last migrated to.'

-- 5 table: invoice
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  title character varying(200) not null
  invoice_number character varying(30) not null
  status app.invoice_status not null default 'draft'::app.invoice_status
  client_id uuid not null
  project_id uuid
  contract_id uuid
  issued_on date
  due_on date
  net_amount numeric(14,2) not null default 0
  tax_rate numeric(5,2) not null default 20
  gross_amount numeric(14,2) generated s as round(((net_amount * ((100)::numeric + tax_rate)) / (100)::numeric), 2)
  currency character varying(3) not null default 'EUR'::character varying
  notes text
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint invoice_check CHECK ((due_on >= issued_on))
  constraint invoice_check1 CHECK (((issued_on IS NOT NULL) OR (status = 'draft'::app.invoice_status)))
  constraint invoice_client_id_organization_id_fkey FOREIGN KEY (client_id, organization_id) REFERENCES app.client(id, organization_id) ON DELETE RESTRICT
  constraint invoice_contract_id_organization_id_fkey FOREIGN KEY (contract_id, organization_id) REFERENCES app.contract(id, organization_id) ON DELETE SET NULL (contract_id)
  constraint invoice_currency_check CHECK (((currency)::text ~ '^[A-Z]{3}$'::text))
  constraint invoice_id_organization_id_key UNIQUE (id, organization_id)
  constraint invoice_net_amount_check CHECK ((net_amount >= (0)::numeric))
  constraint invoice_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint invoice_organization_id_invoice_number_key UNIQUE (organization_id, invoice_number)
  constraint invoice_pkey PRIMARY KEY (id)
  constraint invoice_project_id_organization_id_fkey FOREIGN KEY (project_id, organization_id) REFERENCES app.project(id, organization_id) ON DELETE SET NULL (project_id)
  constraint invoice_tax_rate_check CHECK (((tax_rate >= (0)::numeric) AND (tax_rate <= (100)::numeric)))
  constraint invoice_title_check CHECK ((length(btrim((title)::text)) > 0))
  CREATE INDEX idx_invoice_client ON app.invoice USING btree (client_id, organization_id)
  CREATE INDEX idx_invoice_contract ON app.invoice USING btree (contract_id, organization_id)
  CREATE INDEX idx_invoice_due ON app.invoice USING btree (organization_id, status, due_on)
  CREATE INDEX idx_invoice_project ON app.invoice USING btree (project_id, organization_id)
  CREATE INDEX idx_invoice_updated ON app.invoice USING btree (organization_id, updated_ts DESC, id)
  CREATE TRIGGER log_invoice_changes_delete AFTER DELETE ON app.invoice REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_invoice_changes_delete()
  CREATE TRIGGER log_invoice_changes_insert AFTER INSERT ON app.invoice REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_invoice_changes_insert()
  CREATE TRIGGER log_invoice_changes_update AFTER UPDATE ON app.invoice REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_invoice_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.invoice FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{"gross_amount": null}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.invoice FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.invoice FOR EACH ROW EXECUTE FUNCTION app.version_invoice()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_invoice(invoice.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
    with check (app.readable_invoice(invoice.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null)) AND app.parents_readable_invoice(invoice.*))
  grant delete, insert, select, update to heliograph_app
  comment 'Bill sent to a client.'
  comment on gross_amount 'Net amount plus tax (computed).'
  comment on net_amount 'Sum of the lines, excluding tax.'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: invoice_line
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  description character varying(300) not null
  invoice_id uuid not null
  line_number integer not null
  product_id uuid
  quantity numeric(12,2) not null default 1
  unit app.product_unit not null default 'piece'::app.product_unit
  unit_price numeric(14,2) not null default 0
  amount numeric(14,2) generated s as round((quantity * unit_price), 2)
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint invoice_line_description_check CHECK ((length(btrim((description)::text)) > 0))
  constraint invoice_line_id_organization_id_key UNIQUE (id, organization_id)
  constraint invoice_line_invoice_id_line_number_key UNIQUE (invoice_id, line_number)
  constraint invoice_line_invoice_id_organization_id_fkey FOREIGN KEY (invoice_id, organization_id) REFERENCES app.invoice(id, organization_id) ON DELETE CASCADE
  constraint invoice_line_line_number_check CHECK ((line_number >= 1))
  constraint invoice_line_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint invoice_line_pkey PRIMARY KEY (id)
  constraint invoice_line_product_id_organization_id_fkey FOREIGN KEY (product_id, organization_id) REFERENCES app.product(id, organization_id) ON DELETE SET NULL (product_id)
  constraint invoice_line_quantity_check CHECK ((quantity > (0)::numeric))
  constraint invoice_line_unit_price_check CHECK ((unit_price >= (0)::numeric))
  CREATE INDEX idx_invoice_line_invoice ON app.invoice_line USING btree (invoice_id, organization_id)
  CREATE INDEX idx_invoice_line_product ON app.invoice_line USING btree (product_id, organization_id)
  CREATE INDEX idx_invoice_line_updated ON app.invoice_line USING btree (organization_id, updated_ts DESC, id)
  CREATE TRIGGER log_invoice_line_changes_delete AFTER DELETE ON app.invoice_line REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_invoice_line_changes_delete()
  CREATE TRIGGER log_invoice_line_changes_insert AFTER INSERT ON app.invoice_line REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_invoice_line_changes_insert()
  CREATE TRIGGER log_invoice_line_changes_update AFTER UPDATE ON app.invoice_line REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_invoice_line_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.invoice_line FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{"amount": null}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.invoice_line FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.invoice_line FOR EACH ROW EXECUTE FUNCTION app.version_invoice_line()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_invoice_line(invoice_line.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
    with check app.readable_invoice_line(invoice_line.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
  grant delete, insert, select, update to heliograph_app
  comment 'Item of an invoice.'
  comment on amount 'Quantity multiplied by the unit price (computed).'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: meeting
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  title character varying(200) not null
  status app.meeting_status not null default 'scheduled'::app.meeting_status
  project_id uuid
  office_id uuid
  organizer_id uuid
  starts_ts timestamp with time zone not null
  ends_ts timestamp with time zone not null
  room character varying(100)
  video_url character varying(300)
  agenda text
  is_private boolean not null default false
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint meeting_check CHECK ((ends_ts > starts_ts))
  constraint meeting_id_organization_id_key UNIQUE (id, organization_id)
  constraint meeting_office_id_organization_id_fkey FOREIGN KEY (office_id, organization_id) REFERENCES app.office(id, organization_id) ON DELETE SET NULL (office_id)
  constraint meeting_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint meeting_organizer_id_organization_id_fkey FOREIGN KEY (organizer_id, organization_id) REFERENCES app.employee(id, organization_id) ON DELETE SET NULL (organizer_id)
  constraint meeting_pkey PRIMARY KEY (id)
  constraint meeting_project_id_organization_id_fkey FOREIGN KEY (project_id, organization_id) REFERENCES app.project(id, organization_id) ON DELETE SET NULL (project_id)
  constraint meeting_title_check CHECK ((length(btrim((title)::text)) > 0))
  constraint meeting_video_url_check CHECK (((video_url)::text ~ '^https://'::text))
  CREATE INDEX idx_meeting_office ON app.meeting USING btree (office_id, organization_id)
  CREATE INDEX idx_meeting_organizer ON app.meeting USING btree (organizer_id, organization_id)
  CREATE INDEX idx_meeting_project ON app.meeting USING btree (project_id, organization_id)
  CREATE INDEX idx_meeting_starts ON app.meeting USING btree (organization_id, starts_ts, id)
  CREATE INDEX idx_meeting_updated ON app.meeting USING btree (organization_id, updated_ts DESC, id)
  CREATE TRIGGER log_meeting_changes_delete AFTER DELETE ON app.meeting REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_meeting_changes_delete()
  CREATE TRIGGER log_meeting_changes_insert AFTER INSERT ON app.meeting REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_meeting_changes_insert()
  CREATE TRIGGER log_meeting_changes_update AFTER UPDATE ON app.meeting REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_meeting_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.meeting FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.meeting FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.meeting FOR EACH ROW EXECUTE FUNCTION app.version_meeting()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_meeting(meeting.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null), ( SELECT app.is_tenant_admin() AS is_tenant_admin), ( SELECT app.granted_ids('meeting'::text) AS granted_ids))
    with check (app.readable_meeting(meeting.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null), ( SELECT app.is_tenant_admin() AS is_tenant_admin), ( SELECT app.granted_ids('meeting'::text) AS granted_ids)) AND app.parents_readable_meeting(meeting.*))
  grant delete, insert, select, update to heliograph_app
  comment 'Meeting of a project or of the organization.'
  comment on is_private 'Only administrators and users with a grant can see this record.'
  comment on room 'Meeting room in the office; empty for a video call.'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: membership
table
  person_id uuid not null
  organization_id uuid not null
  role app.membership_role not null default 'member'::app.membership_role
  created_ts timestamp with time zone not null default clock_timestamp()
  constraint membership_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id) ON DELETE CASCADE
  constraint membership_person_id_fkey FOREIGN KEY (person_id) REFERENCES app.person(id) ON DELETE CASCADE
  constraint membership_pkey PRIMARY KEY (person_id, organization_id)
  CREATE INDEX idx_membership_organization ON app.membership USING btree (organization_id)
  CREATE TRIGGER log_membership_changes AFTER INSERT OR DELETE OR UPDATE ON app.membership FOR EACH ROW EXECUTE FUNCTION app.log_membership_changes()
  comment 'Membership of a person in an organization, with a role.'
  comment on role 'admin: sees all rows. member, guest: see a private row only with a grant.'

-- 5 table: milestone
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  name character varying(200) not null
  project_id uuid not null
  status app.milestone_status not null default 'open'::app.milestone_status
  due_on date not null
  reached_on date
  description text
  is_private boolean not null default false
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint milestone_check CHECK (((status = 'reached'::app.milestone_status) OR (reached_on IS NULL)))
  constraint milestone_id_organization_id_key UNIQUE (id, organization_id)
  constraint milestone_name_check CHECK ((length(btrim((name)::text)) > 0))
  constraint milestone_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint milestone_pkey PRIMARY KEY (id)
  constraint milestone_project_id_organization_id_fkey FOREIGN KEY (project_id, organization_id) REFERENCES app.project(id, organization_id) ON DELETE CASCADE
  CREATE INDEX idx_milestone_due ON app.milestone USING btree (organization_id, due_on, id)
  CREATE INDEX idx_milestone_project ON app.milestone USING btree (project_id, organization_id)
  CREATE INDEX idx_milestone_updated ON app.milestone USING btree (organization_id, updated_ts DESC, id)
  CREATE TRIGGER log_milestone_changes_delete AFTER DELETE ON app.milestone REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_milestone_changes_delete()
  CREATE TRIGGER log_milestone_changes_insert AFTER INSERT ON app.milestone REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_milestone_changes_insert()
  CREATE TRIGGER log_milestone_changes_update AFTER UPDATE ON app.milestone REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_milestone_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.milestone FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.milestone FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.milestone FOR EACH ROW EXECUTE FUNCTION app.version_milestone()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_milestone(milestone.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null), ( SELECT app.is_tenant_admin() AS is_tenant_admin), ( SELECT app.granted_ids('milestone'::text) AS granted_ids))
    with check (app.readable_milestone(milestone.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null), ( SELECT app.is_tenant_admin() AS is_tenant_admin), ( SELECT app.granted_ids('milestone'::text) AS granted_ids)) AND app.parents_readable_milestone(milestone.*))
  grant delete, insert, select, update to heliograph_app
  comment 'Intermediate result that a project promises by a date.'
  comment on is_private 'Only administrators and users with a grant can see this record.'
  comment on reached_on 'Day on which the milestone was reached; empty until then.'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: office
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  name character varying(200) not null
  status app.office_status not null default 'open'::app.office_status
  street character varying(200)
  postal_code character varying(20)
  city character varying(100) not null
  country character varying(2) not null
  phone character varying(40)
  timezone character varying(64) not null default 'UTC'::character varying
  capacity integer not null default 0
  opened_on date
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint office_capacity_check CHECK ((capacity >= 0))
  constraint office_country_check CHECK (((country)::text ~ '^[A-Z]{2}$'::text))
  constraint office_id_organization_id_key UNIQUE (id, organization_id)
  constraint office_name_check CHECK ((length(btrim((name)::text)) > 0))
  constraint office_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint office_pkey PRIMARY KEY (id)
  CREATE INDEX idx_office_updated ON app.office USING btree (organization_id, updated_ts DESC, id)
  CREATE UNIQUE INDEX idx_office_name ON app.office USING btree (organization_id, lower((name)::text))
  CREATE TRIGGER log_office_changes_delete AFTER DELETE ON app.office REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_office_changes_delete()
  CREATE TRIGGER log_office_changes_insert AFTER INSERT ON app.office REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_office_changes_insert()
  CREATE TRIGGER log_office_changes_update AFTER UPDATE ON app.office REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_office_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.office FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.office FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.office FOR EACH ROW EXECUTE FUNCTION app.version_office()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_office(office.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
    with check app.readable_office(office.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
  grant delete, insert, select, update to heliograph_app
  comment 'Workplace of the organization, with address, desks and time zone.'
  comment on capacity 'Number of desks.'
  comment on country 'Two-letter country code (ISO 3166-1 alpha-2).'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: opportunity
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  name character varying(200) not null
  client_id uuid not null
  contact_id uuid
  owner_id uuid
  stage app.opportunity_stage not null default 'qualification'::app.opportunity_stage
  amount numeric(14,2) not null default 0
  currency character varying(3) not null default 'EUR'::character varying
  probability integer not null default 10
  expected_amount numeric(14,2) generated s as round(((amount * (probability)::numeric) / (100)::numeric), 2)
  expected_close_on date
  lost_reason character varying(200)
  notes text
  is_private boolean not null default false
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint opportunity_amount_check CHECK ((amount >= (0)::numeric))
  constraint opportunity_check CHECK (((lost_reason IS NULL) OR (stage = 'lost'::app.opportunity_stage)))
  constraint opportunity_client_id_organization_id_fkey FOREIGN KEY (client_id, organization_id) REFERENCES app.client(id, organization_id) ON DELETE RESTRICT
  constraint opportunity_contact_id_organization_id_fkey FOREIGN KEY (contact_id, organization_id) REFERENCES app.contact(id, organization_id) ON DELETE SET NULL (contact_id)
  constraint opportunity_currency_check CHECK (((currency)::text ~ '^[A-Z]{3}$'::text))
  constraint opportunity_id_organization_id_key UNIQUE (id, organization_id)
  constraint opportunity_name_check CHECK ((length(btrim((name)::text)) > 0))
  constraint opportunity_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint opportunity_owner_id_organization_id_fkey FOREIGN KEY (owner_id, organization_id) REFERENCES app.employee(id, organization_id) ON DELETE SET NULL (owner_id)
  constraint opportunity_pkey PRIMARY KEY (id)
  constraint opportunity_probability_check CHECK (((probability >= 0) AND (probability <= 100)))
  CREATE INDEX idx_opportunity_client ON app.opportunity USING btree (client_id, organization_id)
  CREATE INDEX idx_opportunity_contact ON app.opportunity USING btree (contact_id, organization_id)
  CREATE INDEX idx_opportunity_owner ON app.opportunity USING btree (owner_id, organization_id)
  CREATE INDEX idx_opportunity_stage ON app.opportunity USING btree (organization_id, stage, expected_close_on)
  CREATE INDEX idx_opportunity_updated ON app.opportunity USING btree (organization_id, updated_ts DESC, id)
  CREATE TRIGGER log_opportunity_changes_delete AFTER DELETE ON app.opportunity REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_opportunity_changes_delete()
  CREATE TRIGGER log_opportunity_changes_insert AFTER INSERT ON app.opportunity REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_opportunity_changes_insert()
  CREATE TRIGGER log_opportunity_changes_update AFTER UPDATE ON app.opportunity REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_opportunity_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.opportunity FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{"expected_amount": null}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.opportunity FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.opportunity FOR EACH ROW EXECUTE FUNCTION app.version_opportunity()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_opportunity(opportunity.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null), ( SELECT app.is_tenant_admin() AS is_tenant_admin), ( SELECT app.granted_ids('opportunity'::text) AS granted_ids))
    with check app.readable_opportunity(opportunity.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null), ( SELECT app.is_tenant_admin() AS is_tenant_admin), ( SELECT app.granted_ids('opportunity'::text) AS granted_ids))
  grant delete, insert, select, update to heliograph_app
  comment 'Possible sale, from the first conversation until it is won or lost.'
  comment on expected_amount 'Amount multiplied by the probability (computed).'
  comment on is_private 'Only administrators and users with a grant can see this record.'
  comment on probability 'Chance of winning, in percent.'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: organization
table row-security
  id uuid not null default gen_random_uuid()
  name character varying(200) not null
  legal_name character varying(200)
  plan app.organization_plan not null default 'trial'::app.organization_plan
  industry character varying(100)
  website character varying(200)
  billing_email character varying(254)
  currency character varying(3) not null default 'EUR'::character varying
  timezone character varying(64) not null default 'UTC'::character varying
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint organization_billing_email_check CHECK (((billing_email)::text ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'::text))
  constraint organization_currency_check CHECK (((currency)::text ~ '^[A-Z]{3}$'::text))
  constraint organization_name_check CHECK ((length(btrim((name)::text)) > 0))
  constraint organization_pkey PRIMARY KEY (id)
  CREATE UNIQUE INDEX idx_organization_name ON app.organization USING btree (lower((name)::text))
  CREATE TRIGGER log_organization_changes_delete AFTER DELETE ON app.organization REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_organization_changes_delete()
  CREATE TRIGGER log_organization_changes_insert AFTER INSERT ON app.organization REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_organization_changes_insert()
  CREATE TRIGGER log_organization_changes_update AFTER UPDATE ON app.organization REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_organization_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.organization FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.organization FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.organization FOR EACH ROW EXECUTE FUNCTION app.version_organization()
  policy organization_read for select to heliograph_app
    using (id = ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
  policy organization_update for update to heliograph_app
    using ((id = ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null)) AND ( SELECT app.is_tenant_admin() AS is_tenant_admin))
    with check ((id = ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null)) AND ( SELECT app.is_tenant_admin() AS is_tenant_admin))
  grant select, update to heliograph_app
  comment 'Company that uses the suite. Every other record belongs to exactly one organization; members see only records of their own.'
  comment on currency 'Default currency, as an ISO 4217 code. Individual documents may use another.'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'
  comment on timezone 'IANA time zone name, used for due dates and working hours.'

-- 5 table: payment
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  title character varying(200) not null
  invoice_id uuid not null
  status app.payment_status not null default 'pending'::app.payment_status
  method app.payment_method not null default 'bank_transfer'::app.payment_method
  paid_on date not null default CURRENT_DATE
  amount numeric(14,2) not null
  currency character varying(3) not null default 'EUR'::character varying
  reference character varying(140)
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint payment_amount_check CHECK ((amount > (0)::numeric))
  constraint payment_currency_check CHECK (((currency)::text ~ '^[A-Z]{3}$'::text))
  constraint payment_id_organization_id_key UNIQUE (id, organization_id)
  constraint payment_invoice_id_organization_id_fkey FOREIGN KEY (invoice_id, organization_id) REFERENCES app.invoice(id, organization_id) ON DELETE RESTRICT
  constraint payment_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint payment_pkey PRIMARY KEY (id)
  constraint payment_title_check CHECK ((length(btrim((title)::text)) > 0))
  CREATE INDEX idx_payment_invoice ON app.payment USING btree (invoice_id, organization_id)
  CREATE INDEX idx_payment_paid ON app.payment USING btree (organization_id, paid_on, id)
  CREATE INDEX idx_payment_updated ON app.payment USING btree (organization_id, updated_ts DESC, id)
  CREATE TRIGGER log_payment_changes_delete AFTER DELETE ON app.payment REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_payment_changes_delete()
  CREATE TRIGGER log_payment_changes_insert AFTER INSERT ON app.payment REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_payment_changes_insert()
  CREATE TRIGGER log_payment_changes_update AFTER UPDATE ON app.payment REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_payment_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.payment FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.payment FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.payment FOR EACH ROW EXECUTE FUNCTION app.version_payment()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_payment(payment.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
    with check app.readable_payment(payment.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
  grant delete, insert, select, update to heliograph_app
  comment 'Payment received for an invoice.'
  comment on reference 'Reference text that the payer entered with the transfer.'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: person
table
  id uuid not null default gen_random_uuid()
  email character varying(254) not null
  fname character varying(100) not null
  lname character varying(100) not null
  person_type character varying(50) not null default 'user'::character varying
  created_ts timestamp with time zone not null default clock_timestamp()
  constraint person_email_check CHECK (((email)::text ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'::text))
  constraint person_pkey PRIMARY KEY (id)
  CREATE UNIQUE INDEX idx_person_email ON app.person USING btree (lower((email)::text))
  comment 'User account.'
  comment on person_type 'Kind of account (user, service, …), copied into the audit log.'

-- 5 table: product
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  name character varying(200) not null
  sku character varying(40) not null
  product_type app.product_type not null
  unit app.product_unit not null default 'piece'::app.product_unit
  unit_price numeric(14,2) not null default 0
  currency character varying(3) not null default 'EUR'::character varying
  tax_rate numeric(5,2) not null default 20
  is_active boolean not null default true
  description text
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint product_currency_check CHECK (((currency)::text ~ '^[A-Z]{3}$'::text))
  constraint product_id_organization_id_key UNIQUE (id, organization_id)
  constraint product_name_check CHECK ((length(btrim((name)::text)) > 0))
  constraint product_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint product_organization_id_sku_key UNIQUE (organization_id, sku)
  constraint product_pkey PRIMARY KEY (id)
  constraint product_tax_rate_check CHECK (((tax_rate >= (0)::numeric) AND (tax_rate <= (100)::numeric)))
  constraint product_unit_price_check CHECK ((unit_price >= (0)::numeric))
  CREATE INDEX idx_product_name ON app.product USING btree (organization_id, name, id)
  CREATE INDEX idx_product_updated ON app.product USING btree (organization_id, updated_ts DESC, id)
  CREATE TRIGGER log_product_changes_delete AFTER DELETE ON app.product REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_product_changes_delete()
  CREATE TRIGGER log_product_changes_insert AFTER INSERT ON app.product REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_product_changes_insert()
  CREATE TRIGGER log_product_changes_update AFTER UPDATE ON app.product REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_product_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.product FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.product FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.product FOR EACH ROW EXECUTE FUNCTION app.version_product()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_product(product.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
    with check app.readable_product(product.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
  grant delete, insert, select, update to heliograph_app
  comment 'Service, subscription, licence or device that the organization sells.'
  comment on sku 'Stock keeping unit: article number, unique in the organization.'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'
  comment on tax_rate 'Value added tax, in percent.'

-- 5 table: project
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  name character varying(200) not null
  code character varying(20) not null
  status app.project_status not null default 'planned'::app.project_status
  priority app.priority not null default 'medium'::app.priority
  client_id uuid
  department_id uuid
  manager_id uuid
  start_on date
  end_on date
  budget numeric(14,2) not null default 0
  currency character varying(3) not null default 'EUR'::character varying
  progress_percent integer not null default 0
  description text
  is_private boolean not null default false
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint project_budget_check CHECK ((budget >= (0)::numeric))
  constraint project_check CHECK ((end_on >= start_on))
  constraint project_client_id_organization_id_fkey FOREIGN KEY (client_id, organization_id) REFERENCES app.client(id, organization_id) ON DELETE RESTRICT
  constraint project_code_check CHECK (((code)::text ~ '^[A-Z0-9-]+$'::text))
  constraint project_currency_check CHECK (((currency)::text ~ '^[A-Z]{3}$'::text))
  constraint project_department_id_organization_id_fkey FOREIGN KEY (department_id, organization_id) REFERENCES app.department(id, organization_id) ON DELETE SET NULL (department_id)
  constraint project_id_organization_id_key UNIQUE (id, organization_id)
  constraint project_manager_id_organization_id_fkey FOREIGN KEY (manager_id, organization_id) REFERENCES app.employee(id, organization_id) ON DELETE SET NULL (manager_id)
  constraint project_name_check CHECK ((length(btrim((name)::text)) > 0))
  constraint project_organization_id_code_key UNIQUE (organization_id, code)
  constraint project_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint project_pkey PRIMARY KEY (id)
  constraint project_progress_percent_check CHECK (((progress_percent >= 0) AND (progress_percent <= 100)))
  CREATE INDEX idx_project_client ON app.project USING btree (client_id, organization_id)
  CREATE INDEX idx_project_department ON app.project USING btree (department_id, organization_id)
  CREATE INDEX idx_project_manager ON app.project USING btree (manager_id, organization_id)
  CREATE INDEX idx_project_name ON app.project USING btree (organization_id, name, id)
  CREATE INDEX idx_project_status ON app.project USING btree (organization_id, status)
  CREATE INDEX idx_project_updated ON app.project USING btree (organization_id, updated_ts DESC, id)
  CREATE TRIGGER log_project_changes_delete AFTER DELETE ON app.project REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_project_changes_delete()
  CREATE TRIGGER log_project_changes_insert AFTER INSERT ON app.project REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_project_changes_insert()
  CREATE TRIGGER log_project_changes_update AFTER UPDATE ON app.project REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_project_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.project FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.project FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.project FOR EACH ROW EXECUTE FUNCTION app.version_project()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_project(project.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null), ( SELECT app.is_tenant_admin() AS is_tenant_admin), ( SELECT app.granted_ids('project'::text) AS granted_ids))
    with check app.readable_project(project.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null), ( SELECT app.is_tenant_admin() AS is_tenant_admin), ( SELECT app.granted_ids('project'::text) AS granted_ids))
  grant delete, insert, select, update to heliograph_app
  comment 'Work with a goal, a budget and an end date; contains milestones and tasks.'
  comment on client_id 'Client who ordered the project; empty for internal projects.'
  comment on code 'Short name for conversations and time sheets, unique in the organization.'
  comment on is_private 'Only administrators and users with a grant can see this record.'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: purchase_order
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  title character varying(200) not null
  order_number character varying(30) not null
  status app.purchase_order_status not null default 'draft'::app.purchase_order_status
  vendor_id uuid not null
  project_id uuid
  requested_by_id uuid
  ordered_on date
  expected_on date
  total_amount numeric(14,2) not null default 0
  currency character varying(3) not null default 'EUR'::character varying
  notes text
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint purchase_order_check CHECK ((expected_on >= ordered_on))
  constraint purchase_order_currency_check CHECK (((currency)::text ~ '^[A-Z]{3}$'::text))
  constraint purchase_order_id_organization_id_key UNIQUE (id, organization_id)
  constraint purchase_order_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint purchase_order_organization_id_order_number_key UNIQUE (organization_id, order_number)
  constraint purchase_order_pkey PRIMARY KEY (id)
  constraint purchase_order_project_id_organization_id_fkey FOREIGN KEY (project_id, organization_id) REFERENCES app.project(id, organization_id) ON DELETE SET NULL (project_id)
  constraint purchase_order_requested_by_id_organization_id_fkey FOREIGN KEY (requested_by_id, organization_id) REFERENCES app.employee(id, organization_id) ON DELETE SET NULL (requested_by_id)
  constraint purchase_order_title_check CHECK ((length(btrim((title)::text)) > 0))
  constraint purchase_order_total_amount_check CHECK ((total_amount >= (0)::numeric))
  constraint purchase_order_vendor_id_organization_id_fkey FOREIGN KEY (vendor_id, organization_id) REFERENCES app.vendor(id, organization_id) ON DELETE RESTRICT
  CREATE INDEX idx_purchase_order_project ON app.purchase_order USING btree (project_id, organization_id)
  CREATE INDEX idx_purchase_order_requested_by ON app.purchase_order USING btree (requested_by_id, organization_id)
  CREATE INDEX idx_purchase_order_updated ON app.purchase_order USING btree (organization_id, updated_ts DESC, id)
  CREATE INDEX idx_purchase_order_vendor ON app.purchase_order USING btree (vendor_id, organization_id)
  CREATE TRIGGER log_purchase_order_changes_delete AFTER DELETE ON app.purchase_order REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_purchase_order_changes_delete()
  CREATE TRIGGER log_purchase_order_changes_insert AFTER INSERT ON app.purchase_order REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_purchase_order_changes_insert()
  CREATE TRIGGER log_purchase_order_changes_update AFTER UPDATE ON app.purchase_order REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_purchase_order_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.purchase_order FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.purchase_order FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.purchase_order FOR EACH ROW EXECUTE FUNCTION app.version_purchase_order()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_purchase_order(purchase_order.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
    with check (app.readable_purchase_order(purchase_order.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null)) AND app.parents_readable_purchase_order(purchase_order.*))
  grant delete, insert, select, update to heliograph_app
  comment 'Order placed with a vendor.'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'
  comment on total_amount 'Sum of the lines as agreed with the vendor, excluding tax.'

-- 5 table: purchase_order_line
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  description character varying(300) not null
  purchase_order_id uuid not null
  line_number integer not null
  quantity numeric(12,2) not null default 1
  unit_price numeric(14,2) not null default 0
  amount numeric(14,2) generated s as round((quantity * unit_price), 2)
  received_quantity numeric(12,2) not null default 0
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint purchase_order_line_check CHECK (((received_quantity >= (0)::numeric) AND (received_quantity <= quantity)))
  constraint purchase_order_line_description_check CHECK ((length(btrim((description)::text)) > 0))
  constraint purchase_order_line_id_organization_id_key UNIQUE (id, organization_id)
  constraint purchase_order_line_line_number_check CHECK ((line_number >= 1))
  constraint purchase_order_line_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint purchase_order_line_pkey PRIMARY KEY (id)
  constraint purchase_order_line_purchase_order_id_line_number_key UNIQUE (purchase_order_id, line_number)
  constraint purchase_order_line_purchase_order_id_organization_id_fkey FOREIGN KEY (purchase_order_id, organization_id) REFERENCES app.purchase_order(id, organization_id) ON DELETE CASCADE
  constraint purchase_order_line_quantity_check CHECK ((quantity > (0)::numeric))
  constraint purchase_order_line_unit_price_check CHECK ((unit_price >= (0)::numeric))
  CREATE INDEX idx_purchase_order_line_order ON app.purchase_order_line USING btree (purchase_order_id, organization_id)
  CREATE INDEX idx_purchase_order_line_updated ON app.purchase_order_line USING btree (organization_id, updated_ts DESC, id)
  CREATE TRIGGER log_purchase_order_line_changes_delete AFTER DELETE ON app.purchase_order_line REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_purchase_order_line_changes_delete()
  CREATE TRIGGER log_purchase_order_line_changes_insert AFTER INSERT ON app.purchase_order_line REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_purchase_order_line_changes_insert()
  CREATE TRIGGER log_purchase_order_line_changes_update AFTER UPDATE ON app.purchase_order_line REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_purchase_order_line_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.purchase_order_line FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{"amount": null}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.purchase_order_line FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.purchase_order_line FOR EACH ROW EXECUTE FUNCTION app.version_purchase_order_line()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_purchase_order_line(purchase_order_line.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
    with check app.readable_purchase_order_line(purchase_order_line.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
  grant delete, insert, select, update to heliograph_app
  comment 'Item of a purchase order.'
  comment on amount 'Quantity multiplied by the unit price (computed).'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: quote
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  title character varying(200) not null
  quote_number character varying(30) not null
  status app.quote_status not null default 'draft'::app.quote_status
  client_id uuid not null
  opportunity_id uuid
  contact_id uuid
  issued_on date
  valid_until date
  amount numeric(14,2) not null default 0
  discount_percent numeric(5,2) not null default 0
  net_amount numeric(14,2) generated s as round(((amount * ((100)::numeric - discount_percent)) / (100)::numeric), 2)
  currency character varying(3) not null default 'EUR'::character varying
  introduction text
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint quote_amount_check CHECK ((amount >= (0)::numeric))
  constraint quote_check CHECK ((valid_until >= issued_on))
  constraint quote_client_id_organization_id_fkey FOREIGN KEY (client_id, organization_id) REFERENCES app.client(id, organization_id) ON DELETE RESTRICT
  constraint quote_contact_id_organization_id_fkey FOREIGN KEY (contact_id, organization_id) REFERENCES app.contact(id, organization_id) ON DELETE SET NULL (contact_id)
  constraint quote_currency_check CHECK (((currency)::text ~ '^[A-Z]{3}$'::text))
  constraint quote_discount_percent_check CHECK (((discount_percent >= (0)::numeric) AND (discount_percent <= (100)::numeric)))
  constraint quote_id_organization_id_key UNIQUE (id, organization_id)
  constraint quote_opportunity_id_organization_id_fkey FOREIGN KEY (opportunity_id, organization_id) REFERENCES app.opportunity(id, organization_id) ON DELETE SET NULL (opportunity_id)
  constraint quote_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint quote_organization_id_quote_number_key UNIQUE (organization_id, quote_number)
  constraint quote_pkey PRIMARY KEY (id)
  constraint quote_title_check CHECK ((length(btrim((title)::text)) > 0))
  CREATE INDEX idx_quote_client ON app.quote USING btree (client_id, organization_id)
  CREATE INDEX idx_quote_contact ON app.quote USING btree (contact_id, organization_id)
  CREATE INDEX idx_quote_opportunity ON app.quote USING btree (opportunity_id, organization_id)
  CREATE INDEX idx_quote_updated ON app.quote USING btree (organization_id, updated_ts DESC, id)
  CREATE TRIGGER log_quote_changes_delete AFTER DELETE ON app.quote REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_quote_changes_delete()
  CREATE TRIGGER log_quote_changes_insert AFTER INSERT ON app.quote REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_quote_changes_insert()
  CREATE TRIGGER log_quote_changes_update AFTER UPDATE ON app.quote REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_quote_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.quote FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{"net_amount": null}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.quote FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.quote FOR EACH ROW EXECUTE FUNCTION app.version_quote()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_quote(quote.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
    with check (app.readable_quote(quote.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null)) AND app.parents_readable_quote(quote.*))
  grant delete, insert, select, update to heliograph_app
  comment 'Offer with prices to a client.'
  comment on net_amount 'Amount after discount, excluding tax (computed).'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: task
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  title character varying(200) not null
  project_id uuid not null
  milestone_id uuid
  parent_task_id uuid
  status app.task_status not null default 'backlog'::app.task_status
  priority app.priority not null default 'medium'::app.priority
  assignee_id uuid
  reporter_id uuid
  start_on date
  due_on date
  estimated_hours numeric(6,2)
  completed_ts timestamp with time zone
  description text
  is_private boolean not null default false
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint task_assignee_id_organization_id_fkey FOREIGN KEY (assignee_id, organization_id) REFERENCES app.employee(id, organization_id) ON DELETE SET NULL (assignee_id)
  constraint task_check CHECK ((parent_task_id <> id))
  constraint task_check1 CHECK ((due_on >= start_on))
  constraint task_estimated_hours_check CHECK ((estimated_hours >= (0)::numeric))
  constraint task_id_organization_id_key UNIQUE (id, organization_id)
  constraint task_milestone_id_organization_id_fkey FOREIGN KEY (milestone_id, organization_id) REFERENCES app.milestone(id, organization_id) ON DELETE SET NULL (milestone_id)
  constraint task_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint task_parent_task_id_organization_id_fkey FOREIGN KEY (parent_task_id, organization_id) REFERENCES app.task(id, organization_id) ON DELETE CASCADE
  constraint task_pkey PRIMARY KEY (id)
  constraint task_project_id_organization_id_fkey FOREIGN KEY (project_id, organization_id) REFERENCES app.project(id, organization_id) ON DELETE CASCADE
  constraint task_reporter_id_organization_id_fkey FOREIGN KEY (reporter_id, organization_id) REFERENCES app.employee(id, organization_id) ON DELETE SET NULL (reporter_id)
  constraint task_title_check CHECK ((length(btrim((title)::text)) > 0))
  CREATE INDEX idx_task_assignee ON app.task USING btree (assignee_id, organization_id)
  CREATE INDEX idx_task_milestone ON app.task USING btree (milestone_id, organization_id)
  CREATE INDEX idx_task_parent ON app.task USING btree (parent_task_id, organization_id)
  CREATE INDEX idx_task_project ON app.task USING btree (project_id, organization_id)
  CREATE INDEX idx_task_reporter ON app.task USING btree (reporter_id, organization_id)
  CREATE INDEX idx_task_status ON app.task USING btree (organization_id, status, due_on)
  CREATE INDEX idx_task_updated ON app.task USING btree (organization_id, updated_ts DESC, id)
  CREATE TRIGGER log_task_changes_delete AFTER DELETE ON app.task REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_task_changes_delete()
  CREATE TRIGGER log_task_changes_insert AFTER INSERT ON app.task REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_task_changes_insert()
  CREATE TRIGGER log_task_changes_update AFTER UPDATE ON app.task REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_task_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.task FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.task FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.task FOR EACH ROW EXECUTE FUNCTION app.version_task()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_task(task.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null), ( SELECT app.is_tenant_admin() AS is_tenant_admin), ( SELECT app.granted_ids('task'::text) AS granted_ids))
    with check (app.readable_task(task.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null), ( SELECT app.is_tenant_admin() AS is_tenant_admin), ( SELECT app.granted_ids('task'::text) AS granted_ids)) AND app.parents_readable_task(task.*))
  grant delete, insert, select, update to heliograph_app
  comment 'Unit of work in a project, done by one employee; may have subtasks.'
  comment on assignee_id 'Employee who works on this task.'
  comment on is_private 'Only administrators and users with a grant can see this record.'
  comment on parent_task_id 'Parent task. Deleting the parent deletes this task too.'
  comment on reporter_id 'Employee who requested this task.'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: task_comment
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  title character varying(80) generated s as 
CASE
    WHEN (length(body) > 80) THEN ("left"(body, 79) || '…'::text)
    ELSE body
END
  task_id uuid not null
  author_id uuid
  body text not null
  is_private boolean not null default false
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint task_comment_author_id_organization_id_fkey FOREIGN KEY (author_id, organization_id) REFERENCES app.employee(id, organization_id) ON DELETE SET NULL (author_id)
  constraint task_comment_body_check CHECK (((length(body) >= 1) AND (length(body) <= 10000)))
  constraint task_comment_id_organization_id_key UNIQUE (id, organization_id)
  constraint task_comment_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint task_comment_pkey PRIMARY KEY (id)
  constraint task_comment_task_id_organization_id_fkey FOREIGN KEY (task_id, organization_id) REFERENCES app.task(id, organization_id) ON DELETE CASCADE
  CREATE INDEX idx_task_comment_author ON app.task_comment USING btree (author_id, organization_id)
  CREATE INDEX idx_task_comment_task ON app.task_comment USING btree (task_id, organization_id)
  CREATE INDEX idx_task_comment_updated ON app.task_comment USING btree (organization_id, updated_ts DESC, id)
  CREATE TRIGGER log_task_comment_changes_delete AFTER DELETE ON app.task_comment REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_task_comment_changes_delete()
  CREATE TRIGGER log_task_comment_changes_insert AFTER INSERT ON app.task_comment REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_task_comment_changes_insert()
  CREATE TRIGGER log_task_comment_changes_update AFTER UPDATE ON app.task_comment REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_task_comment_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.task_comment FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{"title": null}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.task_comment FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.task_comment FOR EACH ROW EXECUTE FUNCTION app.version_task_comment()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_task_comment(task_comment.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null), ( SELECT app.is_tenant_admin() AS is_tenant_admin), ( SELECT app.granted_ids('task_comment'::text) AS granted_ids))
    with check (app.readable_task_comment(task_comment.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null), ( SELECT app.is_tenant_admin() AS is_tenant_admin), ( SELECT app.granted_ids('task_comment'::text) AS granted_ids)) AND app.parents_readable_task_comment(task_comment.*))
  grant delete, insert, select, update to heliograph_app
  comment 'Comment on a task.'
  comment on is_private 'Internal comment: only administrators and users with a grant can see it.'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'
  comment on title 'Beginning of the text, shown in lists (computed).'

-- 5 table: team
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  name character varying(200) not null
  department_id uuid
  lead_id uuid
  mission text
  is_active boolean not null default true
  formed_on date
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint team_department_id_organization_id_fkey FOREIGN KEY (department_id, organization_id) REFERENCES app.department(id, organization_id) ON DELETE SET NULL (department_id)
  constraint team_id_organization_id_key UNIQUE (id, organization_id)
  constraint team_lead_id_organization_id_fkey FOREIGN KEY (lead_id, organization_id) REFERENCES app.employee(id, organization_id) ON DELETE SET NULL (lead_id)
  constraint team_name_check CHECK ((length(btrim((name)::text)) > 0))
  constraint team_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint team_pkey PRIMARY KEY (id)
  CREATE INDEX idx_team_department ON app.team USING btree (department_id, organization_id)
  CREATE INDEX idx_team_lead ON app.team USING btree (lead_id, organization_id)
  CREATE INDEX idx_team_updated ON app.team USING btree (organization_id, updated_ts DESC, id)
  CREATE UNIQUE INDEX idx_team_name ON app.team USING btree (organization_id, lower((name)::text))
  CREATE TRIGGER log_team_changes_delete AFTER DELETE ON app.team REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_team_changes_delete()
  CREATE TRIGGER log_team_changes_insert AFTER INSERT ON app.team REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_team_changes_insert()
  CREATE TRIGGER log_team_changes_update AFTER UPDATE ON app.team REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_team_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.team FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.team FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.team FOR EACH ROW EXECUTE FUNCTION app.version_team()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_team(team.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
    with check app.readable_team(team.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
  grant delete, insert, select, update to heliograph_app
  comment 'Group of employees who work together, within a department or across departments.'
  comment on lead_id 'Employee who leads the team.'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: team_member
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  title character varying(200) not null
  team_id uuid not null
  employee_id uuid not null
  allocation_percent integer not null default 100
  joined_on date not null default CURRENT_DATE
  left_on date
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint team_member_allocation_percent_check CHECK (((allocation_percent >= 1) AND (allocation_percent <= 100)))
  constraint team_member_check CHECK ((left_on >= joined_on))
  constraint team_member_employee_id_organization_id_fkey FOREIGN KEY (employee_id, organization_id) REFERENCES app.employee(id, organization_id) ON DELETE CASCADE
  constraint team_member_id_organization_id_key UNIQUE (id, organization_id)
  constraint team_member_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint team_member_pkey PRIMARY KEY (id)
  constraint team_member_team_id_employee_id_joined_on_key UNIQUE (team_id, employee_id, joined_on)
  constraint team_member_team_id_organization_id_fkey FOREIGN KEY (team_id, organization_id) REFERENCES app.team(id, organization_id) ON DELETE CASCADE
  constraint team_member_title_check CHECK ((length(btrim((title)::text)) > 0))
  CREATE INDEX idx_team_member_employee ON app.team_member USING btree (employee_id, organization_id)
  CREATE INDEX idx_team_member_team ON app.team_member USING btree (team_id, organization_id)
  CREATE INDEX idx_team_member_updated ON app.team_member USING btree (organization_id, updated_ts DESC, id)
  CREATE TRIGGER log_team_member_changes_delete AFTER DELETE ON app.team_member REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_team_member_changes_delete()
  CREATE TRIGGER log_team_member_changes_insert AFTER INSERT ON app.team_member REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_team_member_changes_insert()
  CREATE TRIGGER log_team_member_changes_update AFTER UPDATE ON app.team_member REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_team_member_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.team_member FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.team_member FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.team_member FOR EACH ROW EXECUTE FUNCTION app.version_team_member()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_team_member(team_member.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
    with check app.readable_team_member(team_member.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
  grant delete, insert, select, update to heliograph_app
  comment 'Membership of an employee in a team, with role, share of working time and period.'
  comment on allocation_percent 'Percentage of working time spent in this team, from 1 to 100.'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'
  comment on title 'Role in this team, for example "Release manager".'

-- 5 table: ticket
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  title character varying(200) not null
  ticket_number character varying(30) not null
  status app.ticket_status not null default 'new'::app.ticket_status
  priority app.priority not null default 'medium'::app.priority
  channel app.ticket_channel not null default 'portal'::app.ticket_channel
  client_id uuid not null
  contact_id uuid
  product_id uuid
  project_id uuid
  assignee_id uuid
  description text
  due_ts timestamp with time zone
  resolved_ts timestamp with time zone
  satisfaction integer
  is_private boolean not null default false
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint ticket_assignee_id_organization_id_fkey FOREIGN KEY (assignee_id, organization_id) REFERENCES app.employee(id, organization_id) ON DELETE SET NULL (assignee_id)
  constraint ticket_client_id_organization_id_fkey FOREIGN KEY (client_id, organization_id) REFERENCES app.client(id, organization_id) ON DELETE RESTRICT
  constraint ticket_contact_id_organization_id_fkey FOREIGN KEY (contact_id, organization_id) REFERENCES app.contact(id, organization_id) ON DELETE SET NULL (contact_id)
  constraint ticket_id_organization_id_key UNIQUE (id, organization_id)
  constraint ticket_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint ticket_organization_id_ticket_number_key UNIQUE (organization_id, ticket_number)
  constraint ticket_pkey PRIMARY KEY (id)
  constraint ticket_product_id_organization_id_fkey FOREIGN KEY (product_id, organization_id) REFERENCES app.product(id, organization_id) ON DELETE SET NULL (product_id)
  constraint ticket_project_id_organization_id_fkey FOREIGN KEY (project_id, organization_id) REFERENCES app.project(id, organization_id) ON DELETE SET NULL (project_id)
  constraint ticket_satisfaction_check CHECK (((satisfaction >= 1) AND (satisfaction <= 5)))
  constraint ticket_title_check CHECK ((length(btrim((title)::text)) > 0))
  CREATE INDEX idx_ticket_assignee ON app.ticket USING btree (assignee_id, organization_id)
  CREATE INDEX idx_ticket_client ON app.ticket USING btree (client_id, organization_id)
  CREATE INDEX idx_ticket_contact ON app.ticket USING btree (contact_id, organization_id)
  CREATE INDEX idx_ticket_product ON app.ticket USING btree (product_id, organization_id)
  CREATE INDEX idx_ticket_project ON app.ticket USING btree (project_id, organization_id)
  CREATE INDEX idx_ticket_status ON app.ticket USING btree (organization_id, status, priority)
  CREATE INDEX idx_ticket_updated ON app.ticket USING btree (organization_id, updated_ts DESC, id)
  CREATE TRIGGER log_ticket_changes_delete AFTER DELETE ON app.ticket REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_ticket_changes_delete()
  CREATE TRIGGER log_ticket_changes_insert AFTER INSERT ON app.ticket REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_ticket_changes_insert()
  CREATE TRIGGER log_ticket_changes_update AFTER UPDATE ON app.ticket REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_ticket_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.ticket FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.ticket FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.ticket FOR EACH ROW EXECUTE FUNCTION app.version_ticket()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_ticket(ticket.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null), ( SELECT app.is_tenant_admin() AS is_tenant_admin), ( SELECT app.granted_ids('ticket'::text) AS granted_ids))
    with check (app.readable_ticket(ticket.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null), ( SELECT app.is_tenant_admin() AS is_tenant_admin), ( SELECT app.granted_ids('ticket'::text) AS granted_ids)) AND app.parents_readable_ticket(ticket.*))
  grant delete, insert, select, update to heliograph_app
  comment 'Question or problem that a client reported.'
  comment on due_ts 'Deadline promised to the client for an answer.'
  comment on is_private 'Only administrators and users with a grant can see this record.'
  comment on satisfaction 'Client rating after the ticket was closed, from 1 to 5.'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: time_entry
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  title character varying(200) not null
  task_id uuid not null
  employee_id uuid not null
  worked_on date not null default CURRENT_DATE
  hours numeric(5,2) not null
  is_billable boolean not null default true
  hourly_rate numeric(14,2) not null default 0
  currency character varying(3) not null default 'EUR'::character varying
  amount numeric(14,2) generated s as 
CASE
    WHEN is_billable THEN round((hours * hourly_rate), 2)
    ELSE (0)::numeric
END
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint time_entry_currency_check CHECK (((currency)::text ~ '^[A-Z]{3}$'::text))
  constraint time_entry_employee_id_organization_id_fkey FOREIGN KEY (employee_id, organization_id) REFERENCES app.employee(id, organization_id) ON DELETE RESTRICT
  constraint time_entry_hourly_rate_check CHECK ((hourly_rate >= (0)::numeric))
  constraint time_entry_hours_check CHECK (((hours > (0)::numeric) AND (hours <= (24)::numeric)))
  constraint time_entry_id_organization_id_key UNIQUE (id, organization_id)
  constraint time_entry_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint time_entry_pkey PRIMARY KEY (id)
  constraint time_entry_task_id_organization_id_fkey FOREIGN KEY (task_id, organization_id) REFERENCES app.task(id, organization_id) ON DELETE CASCADE
  constraint time_entry_title_check CHECK ((length(btrim((title)::text)) > 0))
  CREATE INDEX idx_time_entry_employee ON app.time_entry USING btree (employee_id, organization_id)
  CREATE INDEX idx_time_entry_task ON app.time_entry USING btree (task_id, organization_id)
  CREATE INDEX idx_time_entry_updated ON app.time_entry USING btree (organization_id, updated_ts DESC, id)
  CREATE INDEX idx_time_entry_worked ON app.time_entry USING btree (organization_id, worked_on, id)
  CREATE TRIGGER log_time_entry_changes_delete AFTER DELETE ON app.time_entry REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_time_entry_changes_delete()
  CREATE TRIGGER log_time_entry_changes_insert AFTER INSERT ON app.time_entry REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_time_entry_changes_insert()
  CREATE TRIGGER log_time_entry_changes_update AFTER UPDATE ON app.time_entry REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_time_entry_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.time_entry FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{"amount": null}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.time_entry FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.time_entry FOR EACH ROW EXECUTE FUNCTION app.version_time_entry()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_time_entry(time_entry.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
    with check (app.readable_time_entry(time_entry.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null)) AND app.parents_readable_time_entry(time_entry.*))
  grant delete, insert, select, update to heliograph_app
  comment 'Time that one employee worked on one task on one day.'
  comment on amount 'Hours multiplied by the rate; 0 if not billable (computed).'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'
  comment on title 'Description of the work, as shown on the invoice.'

-- 5 table: vendor
table row-security
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  name character varying(200) not null
  vendor_number character varying(20) not null
  status app.vendor_status not null default 'prospective'::app.vendor_status
  category character varying(100)
  website character varying(200)
  email character varying(254)
  phone character varying(40)
  city character varying(100)
  country character varying(2)
  iban character varying(34)
  payment_terms_days integer not null default 30
  rating integer
  notes text
  created_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  sync_version bigint not null default 0
  constraint vendor_country_check CHECK (((country)::text ~ '^[A-Z]{2}$'::text))
  constraint vendor_email_check CHECK (((email)::text ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'::text))
  constraint vendor_iban_check CHECK (((iban)::text ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'::text))
  constraint vendor_id_organization_id_key UNIQUE (id, organization_id)
  constraint vendor_name_check CHECK ((length(btrim((name)::text)) > 0))
  constraint vendor_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES app.organization(id)
  constraint vendor_organization_id_vendor_number_key UNIQUE (organization_id, vendor_number)
  constraint vendor_payment_terms_days_check CHECK (((payment_terms_days >= 0) AND (payment_terms_days <= 365)))
  constraint vendor_pkey PRIMARY KEY (id)
  constraint vendor_rating_check CHECK (((rating >= 1) AND (rating <= 5)))
  CREATE INDEX idx_vendor_name ON app.vendor USING btree (organization_id, name, id)
  CREATE INDEX idx_vendor_updated ON app.vendor USING btree (organization_id, updated_ts DESC, id)
  CREATE TRIGGER log_vendor_changes_delete AFTER DELETE ON app.vendor REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_vendor_changes_delete()
  CREATE TRIGGER log_vendor_changes_insert AFTER INSERT ON app.vendor REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_vendor_changes_insert()
  CREATE TRIGGER log_vendor_changes_update AFTER UPDATE ON app.vendor REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_vendor_changes_update()
  CREATE TRIGGER set_updated_ts BEFORE UPDATE ON app.vendor FOR EACH ROW EXECUTE FUNCTION app.set_updated_ts('{}')
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.vendor FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.vendor FOR EACH ROW EXECUTE FUNCTION app.version_vendor()
  policy heliograph_others for all to public
    using true
    with check true
  policy heliograph_standard restrictive for all to heliograph_app
    using app.readable_vendor(vendor.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
    with check app.readable_vendor(vendor.*, ( SELECT app.value_or_null(app.current_tenant_id(), NULL::uuid) AS value_or_null))
  grant delete, insert, select, update to heliograph_app
  comment 'Company that the organization buys from.'
  comment on iban 'Bank account number. Never included in API responses or in the change log.'
  comment on rating 'From 1 (poor) to 5 (excellent).'
  comment on sync_version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 7 function: app.check_entity_grant()
CREATE OR REPLACE FUNCTION app.check_entity_grant()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if not exists (select 1 from app.entity_type e where e.code = new.entity_code) then
    raise exception 'no live type "%"', new.entity_code using errcode = '23503', hint = 'Run: select code from app.entity_type';
  end if;
  return new;
end $function$

-- 7 function: app.current_tenant_id()
CREATE OR REPLACE FUNCTION app.current_tenant_id()
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select m.organization_id::text from app.membership m
   where m.person_id = (select app.value_or_null(app.current_person_id(), null::uuid))
     and m.organization_id = (select app.value_or_null(current_setting('app.organization_id', true), null::uuid))
$function$
grant execute to heliograph_app
comment 'The organization of this transaction, or null if its person is not a member.'

-- 7 function: app.delete_orphan_grants()
CREATE OR REPLACE FUNCTION app.delete_orphan_grants()
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET row_security TO 'off'
AS $function$
declare
  e app.entity_type;
  v_count bigint;
  v_all bigint := 0;
begin
  for e in select t.* from app.entity_type t where exists (select from app.entity_grant g where g.entity_code = t.code) loop
    execute format(
      'delete from app.entity_grant g where g.entity_code = $1 and g.created_ts < clock_timestamp() - interval ''1 day'' '
      'and not exists (select from %s t where %s)', e.table_name, app.sync_key_condition(e, 't', 'g.entity_id')) using e.code;
    get diagnostics v_count = row_count;
    v_all := v_all + v_count;
  end loop;
  return v_all;
end $function$
grant execute to heliograph_watcher
comment 'Deletes grants that are older than a day and whose row does not exist; returns the number deleted.'

-- 7 function: app.erase_person(text)
CREATE OR REPLACE FUNCTION app.erase_person(person text)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  delete from app.person p where p.id = app.value_or_null(person, null::uuid)
$function$
comment 'Deletes the account with its credential, memberships and grants.'

-- 7 function: app.expire_grants()
CREATE OR REPLACE FUNCTION app.expire_grants()
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_count bigint;
begin
  delete from app.entity_grant where expires_ts <= clock_timestamp();
  get diagnostics v_count = row_count;
  return v_count;
end $function$
grant execute to heliograph_watcher
comment 'Deletes expired grants, which makes the gateways recheck subscriptions; returns the number deleted.'

-- 7 function: app.granted_ids(text)
CREATE OR REPLACE FUNCTION app.granted_ids(code text)
 RETURNS text[]
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(array_agg(g.entity_id), '{}') from app.entity_grant g
   where g.person_id = (select app.value_or_null(app.current_person_id(), null::uuid))
     and g.organization_id = (select app.value_or_null(app.current_tenant_id(), null::uuid))
     and g.entity_code = code
$function$
grant execute to heliograph_app
comment 'Ids of the rows of a type that were granted to the person of this transaction in its organization.'

-- 7 function: app.granted_persons(text,text)
CREATE OR REPLACE FUNCTION app.granted_persons(code text, id text)
 RETURNS text[]
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select array(select g.person_id::text from app.entity_grant g where g.entity_code = $1 and g.entity_id = $2)
$function$
comment 'Ids of the persons with a grant for a row.'

-- 7 function: app.identify(text,text)
CREATE OR REPLACE FUNCTION app.identify(person text, organization text)
 RETURNS TABLE(person_id text, email text, fname text, lname text, person_type text, organization_id text, role text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select p.id::text, p.email, p.fname, p.lname, p.person_type, m.organization_id::text, m.role::text
    from app.person p join app.membership m on m.person_id = p.id
   where p.id = app.value_or_null(person, null::uuid) and m.organization_id = app.value_or_null(organization, null::uuid)
$function$
grant execute to heliograph_gateway
comment 'Person and role behind a token; no row if the membership has ended.'

-- 7 function: app.is_tenant_admin()
CREATE OR REPLACE FUNCTION app.is_tenant_admin()
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (
    select 1 from app.membership m
     where m.person_id = (select app.value_or_null(app.current_person_id(), null::uuid))
       and m.organization_id = (select app.value_or_null(current_setting('app.organization_id', true), null::uuid))
       and m.role = 'admin'::app.membership_role)
$function$
grant execute to heliograph_app
comment 'Whether the person of this transaction administers its organization.'

-- 7 function: app.log_asset_changes_delete()
CREATE OR REPLACE FUNCTION app.log_asset_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['tenant/' || o.organization_id::text], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'asset', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'asset', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_asset_changes_insert()
CREATE OR REPLACE FUNCTION app.log_asset_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['tenant/' || n.organization_id::text], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'asset', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'asset', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_asset_changes_update()
CREATE OR REPLACE FUNCTION app.log_asset_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['tenant/' || n.organization_id::text], null) = array_remove(array['tenant/' || o.organization_id::text], null) then array_remove(array['tenant/' || n.organization_id::text], null) else array_remove(array['tenant/' || o.organization_id::text], null) || array_remove(array['tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and false or o.sync_version is not null and false as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, case when o.sync_version is not null then (select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(o.*)) k where k.value is distinct from to_jsonb(n.*) -> k.key) end as before, case when n.sync_version is not null then (select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(n.*)) k where k.value is distinct from to_jsonb(o.*) -> k.key) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'asset', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'asset', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_client_changes_delete()
CREATE OR REPLACE FUNCTION app.log_client_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['tenant/' || o.organization_id::text], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'client', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'client', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_client_changes_insert()
CREATE OR REPLACE FUNCTION app.log_client_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['tenant/' || n.organization_id::text], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'client', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'client', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_client_changes_update()
CREATE OR REPLACE FUNCTION app.log_client_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['tenant/' || n.organization_id::text], null) = array_remove(array['tenant/' || o.organization_id::text], null) then array_remove(array['tenant/' || n.organization_id::text], null) else array_remove(array['tenant/' || o.organization_id::text], null) || array_remove(array['tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and false or o.sync_version is not null and false as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, case when o.sync_version is not null then to_jsonb(o.*) end as before, case when n.sync_version is not null then to_jsonb(n.*) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'client', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'client', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_contact_changes_delete()
CREATE OR REPLACE FUNCTION app.log_contact_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['client/' || o.client_id::text, 'tenant/' || o.organization_id::text], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'contact', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'contact', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_contact_changes_insert()
CREATE OR REPLACE FUNCTION app.log_contact_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'contact', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'contact', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_contact_changes_update()
CREATE OR REPLACE FUNCTION app.log_contact_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) = array_remove(array['client/' || o.client_id::text, 'tenant/' || o.organization_id::text], null) then array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) else array_remove(array['client/' || o.client_id::text, 'tenant/' || o.organization_id::text], null) || array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and false or o.sync_version is not null and false as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, case when o.sync_version is not null then to_jsonb(o.*) end as before, case when n.sync_version is not null then to_jsonb(n.*) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'contact', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'contact', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_contract_changes_delete()
CREATE OR REPLACE FUNCTION app.log_contract_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['client/' || o.client_id::text, 'tenant/' || o.organization_id::text], null) || case when o.is_private then array(select 'person/' || p from unnest(app.granted_persons('contract', o.id::text)) p where p is not null) else '{}'::text[] end as containers, coalesce(o.is_private, true) as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'contract', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'contract', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_contract_changes_insert()
CREATE OR REPLACE FUNCTION app.log_contract_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) as containers, coalesce(n.is_private, true) as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'contract', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'contract', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_contract_changes_update()
CREATE OR REPLACE FUNCTION app.log_contract_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) = array_remove(array['client/' || o.client_id::text, 'tenant/' || o.organization_id::text], null) then array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) else array_remove(array['client/' || o.client_id::text, 'tenant/' || o.organization_id::text], null) || array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and coalesce(n.is_private, true) or o.sync_version is not null and coalesce(o.is_private, true) as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.is_private, n.organization_id), row(o.is_private, o.organization_id)) as recheck, case when o.sync_version is not null then to_jsonb(o.*) end as before, case when n.sync_version is not null then to_jsonb(n.*) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'contract', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'contract', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_department_changes_delete()
CREATE OR REPLACE FUNCTION app.log_department_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['department/' || o.parent_department_id::text, 'tenant/' || o.organization_id::text], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'department', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'department', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_department_changes_insert()
CREATE OR REPLACE FUNCTION app.log_department_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['department/' || n.parent_department_id::text, 'tenant/' || n.organization_id::text], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'department', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'department', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_department_changes_update()
CREATE OR REPLACE FUNCTION app.log_department_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['department/' || n.parent_department_id::text, 'tenant/' || n.organization_id::text], null) = array_remove(array['department/' || o.parent_department_id::text, 'tenant/' || o.organization_id::text], null) then array_remove(array['department/' || n.parent_department_id::text, 'tenant/' || n.organization_id::text], null) else array_remove(array['department/' || o.parent_department_id::text, 'tenant/' || o.organization_id::text], null) || array_remove(array['department/' || n.parent_department_id::text, 'tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and false or o.sync_version is not null and false as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, case when o.sync_version is not null then to_jsonb(o.*) end as before, case when n.sync_version is not null then to_jsonb(n.*) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'department', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'department', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_document_changes_delete()
CREATE OR REPLACE FUNCTION app.log_document_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['project/' || o.project_id::text, 'tenant/' || o.organization_id::text], null) || case when o.is_private then array(select 'person/' || p from unnest(app.granted_persons('document', o.id::text)) p where p is not null) else '{}'::text[] end as containers, coalesce(o.is_private, true) as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'document', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'document', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_document_changes_insert()
CREATE OR REPLACE FUNCTION app.log_document_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['project/' || n.project_id::text, 'tenant/' || n.organization_id::text], null) as containers, coalesce(n.is_private, true) as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'document', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'document', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_document_changes_update()
CREATE OR REPLACE FUNCTION app.log_document_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['project/' || n.project_id::text, 'tenant/' || n.organization_id::text], null) = array_remove(array['project/' || o.project_id::text, 'tenant/' || o.organization_id::text], null) then array_remove(array['project/' || n.project_id::text, 'tenant/' || n.organization_id::text], null) else array_remove(array['project/' || o.project_id::text, 'tenant/' || o.organization_id::text], null) || array_remove(array['project/' || n.project_id::text, 'tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and coalesce(n.is_private, true) or o.sync_version is not null and coalesce(o.is_private, true) as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.is_private, n.organization_id), row(o.is_private, o.organization_id)) as recheck, case when o.sync_version is not null then to_jsonb(o.*) end as before, case when n.sync_version is not null then to_jsonb(n.*) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'document', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'document', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_employee_changes_delete()
CREATE OR REPLACE FUNCTION app.log_employee_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['department/' || o.department_id::text, 'tenant/' || o.organization_id::text], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) - '{salary}'::text[] as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'employee', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'employee', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_employee_changes_insert()
CREATE OR REPLACE FUNCTION app.log_employee_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['department/' || n.department_id::text, 'tenant/' || n.organization_id::text], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) - '{salary}'::text[] as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'employee', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'employee', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_employee_changes_update()
CREATE OR REPLACE FUNCTION app.log_employee_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['department/' || n.department_id::text, 'tenant/' || n.organization_id::text], null) = array_remove(array['department/' || o.department_id::text, 'tenant/' || o.organization_id::text], null) then array_remove(array['department/' || n.department_id::text, 'tenant/' || n.organization_id::text], null) else array_remove(array['department/' || o.department_id::text, 'tenant/' || o.organization_id::text], null) || array_remove(array['department/' || n.department_id::text, 'tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and false or o.sync_version is not null and false as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, case when o.sync_version is not null then to_jsonb(o.*) - '{salary}'::text[] end as before, case when n.sync_version is not null then to_jsonb(n.*) - '{salary}'::text[] end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'employee', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'employee', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_expense_changes_delete()
CREATE OR REPLACE FUNCTION app.log_expense_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['project/' || o.project_id::text, 'tenant/' || o.organization_id::text], null) || case when o.is_private then array(select 'person/' || p from unnest(app.granted_persons('expense', o.id::text)) p where p is not null) else '{}'::text[] end as containers, coalesce(o.is_private, true) as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'expense', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'expense', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_expense_changes_insert()
CREATE OR REPLACE FUNCTION app.log_expense_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['project/' || n.project_id::text, 'tenant/' || n.organization_id::text], null) as containers, coalesce(n.is_private, true) as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'expense', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'expense', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_expense_changes_update()
CREATE OR REPLACE FUNCTION app.log_expense_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['project/' || n.project_id::text, 'tenant/' || n.organization_id::text], null) = array_remove(array['project/' || o.project_id::text, 'tenant/' || o.organization_id::text], null) then array_remove(array['project/' || n.project_id::text, 'tenant/' || n.organization_id::text], null) else array_remove(array['project/' || o.project_id::text, 'tenant/' || o.organization_id::text], null) || array_remove(array['project/' || n.project_id::text, 'tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and coalesce(n.is_private, true) or o.sync_version is not null and coalesce(o.is_private, true) as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.is_private, n.organization_id), row(o.is_private, o.organization_id)) as recheck, case when o.sync_version is not null then to_jsonb(o.*) end as before, case when n.sync_version is not null then to_jsonb(n.*) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'expense', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'expense', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_grant_changes()
CREATE OR REPLACE FUNCTION app.log_grant_changes()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if tg_op = 'UPDATE' and (new.entity_code, new.entity_id, new.person_id, new.organization_id)
                        = (old.entity_code, old.entity_id, old.person_id, old.organization_id) then
    return null; -- a new expiry alone changes no right yet
  end if;
  if tg_op in ('UPDATE', 'DELETE') then
    perform app.log_entity_change(old.entity_code, old.entity_id, false,
      coalesce(app.containers_of(old.entity_code, old.entity_id), '{}') || ('person/' || old.person_id), to_jsonb(old.*), null);
  end if;
  if tg_op in ('UPDATE', 'INSERT') then
    perform app.log_entity_change(new.entity_code, new.entity_id, true,
      coalesce(app.containers_of(new.entity_code, new.entity_id), '{}') || ('person/' || new.person_id), null, to_jsonb(new.*));
  end if;
  return null;
end $function$

-- 7 function: app.log_invoice_changes_delete()
CREATE OR REPLACE FUNCTION app.log_invoice_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['client/' || o.client_id::text, 'tenant/' || o.organization_id::text], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'invoice', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'invoice', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_invoice_changes_insert()
CREATE OR REPLACE FUNCTION app.log_invoice_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'invoice', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'invoice', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_invoice_changes_update()
CREATE OR REPLACE FUNCTION app.log_invoice_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) = array_remove(array['client/' || o.client_id::text, 'tenant/' || o.organization_id::text], null) then array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) else array_remove(array['client/' || o.client_id::text, 'tenant/' || o.organization_id::text], null) || array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and false or o.sync_version is not null and false as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, case when o.sync_version is not null then to_jsonb(o.*) end as before, case when n.sync_version is not null then to_jsonb(n.*) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'invoice', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'invoice', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_invoice_line_changes_delete()
CREATE OR REPLACE FUNCTION app.log_invoice_line_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['invoice/' || o.invoice_id::text, 'tenant/' || o.organization_id::text], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'invoice_line', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'invoice_line', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_invoice_line_changes_insert()
CREATE OR REPLACE FUNCTION app.log_invoice_line_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['invoice/' || n.invoice_id::text, 'tenant/' || n.organization_id::text], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'invoice_line', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'invoice_line', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_invoice_line_changes_update()
CREATE OR REPLACE FUNCTION app.log_invoice_line_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['invoice/' || n.invoice_id::text, 'tenant/' || n.organization_id::text], null) = array_remove(array['invoice/' || o.invoice_id::text, 'tenant/' || o.organization_id::text], null) then array_remove(array['invoice/' || n.invoice_id::text, 'tenant/' || n.organization_id::text], null) else array_remove(array['invoice/' || o.invoice_id::text, 'tenant/' || o.organization_id::text], null) || array_remove(array['invoice/' || n.invoice_id::text, 'tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and false or o.sync_version is not null and false as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, case when o.sync_version is not null then (select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(o.*)) k where k.value is distinct from to_jsonb(n.*) -> k.key) end as before, case when n.sync_version is not null then (select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(n.*)) k where k.value is distinct from to_jsonb(o.*) -> k.key) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'invoice_line', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'invoice_line', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_meeting_changes_delete()
CREATE OR REPLACE FUNCTION app.log_meeting_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['project/' || o.project_id::text, 'tenant/' || o.organization_id::text], null) || case when o.is_private then array(select 'person/' || p from unnest(app.granted_persons('meeting', o.id::text)) p where p is not null) else '{}'::text[] end as containers, coalesce(o.is_private, true) as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'meeting', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'meeting', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_meeting_changes_insert()
CREATE OR REPLACE FUNCTION app.log_meeting_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['project/' || n.project_id::text, 'tenant/' || n.organization_id::text], null) as containers, coalesce(n.is_private, true) as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'meeting', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'meeting', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_meeting_changes_update()
CREATE OR REPLACE FUNCTION app.log_meeting_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['project/' || n.project_id::text, 'tenant/' || n.organization_id::text], null) = array_remove(array['project/' || o.project_id::text, 'tenant/' || o.organization_id::text], null) then array_remove(array['project/' || n.project_id::text, 'tenant/' || n.organization_id::text], null) else array_remove(array['project/' || o.project_id::text, 'tenant/' || o.organization_id::text], null) || array_remove(array['project/' || n.project_id::text, 'tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and coalesce(n.is_private, true) or o.sync_version is not null and coalesce(o.is_private, true) as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.is_private, n.organization_id), row(o.is_private, o.organization_id)) as recheck, case when o.sync_version is not null then to_jsonb(o.*) end as before, case when n.sync_version is not null then to_jsonb(n.*) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'meeting', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'meeting', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_membership_changes()
CREATE OR REPLACE FUNCTION app.log_membership_changes()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if tg_op = 'UPDATE' and new.person_id = old.person_id and new.organization_id = old.organization_id then
    if new.role <> old.role then
      perform app.log_entity_change('person', new.person_id::text, new.role = 'admin'::app.membership_role, array['tenant/' || new.organization_id], to_jsonb(old.*), to_jsonb(new.*));
    end if;
    return null;
  end if;
  if tg_op in ('UPDATE', 'DELETE') then
    perform app.log_entity_change('person', old.person_id::text, false, array['tenant/' || old.organization_id], to_jsonb(old.*), null);
  end if;
  if tg_op in ('UPDATE', 'INSERT') then
    perform app.log_entity_change('person', new.person_id::text, true, array['tenant/' || new.organization_id], null, to_jsonb(new.*));
  end if;
  return null;
end $function$

-- 7 function: app.log_milestone_changes_delete()
CREATE OR REPLACE FUNCTION app.log_milestone_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['project/' || o.project_id::text, 'tenant/' || o.organization_id::text], null) || case when o.is_private then array(select 'person/' || p from unnest(app.granted_persons('milestone', o.id::text)) p where p is not null) else '{}'::text[] end as containers, coalesce(o.is_private, true) as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'milestone', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'milestone', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_milestone_changes_insert()
CREATE OR REPLACE FUNCTION app.log_milestone_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['project/' || n.project_id::text, 'tenant/' || n.organization_id::text], null) as containers, coalesce(n.is_private, true) as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'milestone', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'milestone', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_milestone_changes_update()
CREATE OR REPLACE FUNCTION app.log_milestone_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['project/' || n.project_id::text, 'tenant/' || n.organization_id::text], null) = array_remove(array['project/' || o.project_id::text, 'tenant/' || o.organization_id::text], null) then array_remove(array['project/' || n.project_id::text, 'tenant/' || n.organization_id::text], null) else array_remove(array['project/' || o.project_id::text, 'tenant/' || o.organization_id::text], null) || array_remove(array['project/' || n.project_id::text, 'tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and coalesce(n.is_private, true) or o.sync_version is not null and coalesce(o.is_private, true) as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.is_private, n.organization_id), row(o.is_private, o.organization_id)) as recheck, case when o.sync_version is not null then to_jsonb(o.*) end as before, case when n.sync_version is not null then to_jsonb(n.*) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'milestone', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'milestone', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_office_changes_delete()
CREATE OR REPLACE FUNCTION app.log_office_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['tenant/' || o.organization_id::text], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'office', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'office', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_office_changes_insert()
CREATE OR REPLACE FUNCTION app.log_office_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['tenant/' || n.organization_id::text], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'office', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'office', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_office_changes_update()
CREATE OR REPLACE FUNCTION app.log_office_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['tenant/' || n.organization_id::text], null) = array_remove(array['tenant/' || o.organization_id::text], null) then array_remove(array['tenant/' || n.organization_id::text], null) else array_remove(array['tenant/' || o.organization_id::text], null) || array_remove(array['tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and false or o.sync_version is not null and false as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, case when o.sync_version is not null then to_jsonb(o.*) end as before, case when n.sync_version is not null then to_jsonb(n.*) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'office', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'office', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_opportunity_changes_delete()
CREATE OR REPLACE FUNCTION app.log_opportunity_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['client/' || o.client_id::text, 'tenant/' || o.organization_id::text], null) || case when o.is_private then array(select 'person/' || p from unnest(app.granted_persons('opportunity', o.id::text)) p where p is not null) else '{}'::text[] end as containers, coalesce(o.is_private, true) as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'opportunity', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'opportunity', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_opportunity_changes_insert()
CREATE OR REPLACE FUNCTION app.log_opportunity_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) as containers, coalesce(n.is_private, true) as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'opportunity', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'opportunity', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_opportunity_changes_update()
CREATE OR REPLACE FUNCTION app.log_opportunity_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) = array_remove(array['client/' || o.client_id::text, 'tenant/' || o.organization_id::text], null) then array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) else array_remove(array['client/' || o.client_id::text, 'tenant/' || o.organization_id::text], null) || array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and coalesce(n.is_private, true) or o.sync_version is not null and coalesce(o.is_private, true) as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.is_private, n.organization_id), row(o.is_private, o.organization_id)) as recheck, case when o.sync_version is not null then to_jsonb(o.*) end as before, case when n.sync_version is not null then to_jsonb(n.*) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'opportunity', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'opportunity', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_organization_changes_delete()
CREATE OR REPLACE FUNCTION app.log_organization_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['tenant/' || o.id::text], null) as containers, true as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'organization', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'organization', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_organization_changes_insert()
CREATE OR REPLACE FUNCTION app.log_organization_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['tenant/' || n.id::text], null) as containers, true as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'organization', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'organization', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_organization_changes_update()
CREATE OR REPLACE FUNCTION app.log_organization_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['tenant/' || n.id::text], null) = array_remove(array['tenant/' || o.id::text], null) then array_remove(array['tenant/' || n.id::text], null) else array_remove(array['tenant/' || o.id::text], null) || array_remove(array['tenant/' || n.id::text], null) end as containers, n.sync_version is not null and true or o.sync_version is not null and true as restricted, n.sync_version is not null and o.sync_version is not null and false as recheck, case when o.sync_version is not null then to_jsonb(o.*) end as before, case when n.sync_version is not null then to_jsonb(n.*) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'organization', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'organization', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_payment_changes_delete()
CREATE OR REPLACE FUNCTION app.log_payment_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['invoice/' || o.invoice_id::text, 'tenant/' || o.organization_id::text], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'payment', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'payment', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_payment_changes_insert()
CREATE OR REPLACE FUNCTION app.log_payment_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['invoice/' || n.invoice_id::text, 'tenant/' || n.organization_id::text], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'payment', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'payment', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_payment_changes_update()
CREATE OR REPLACE FUNCTION app.log_payment_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['invoice/' || n.invoice_id::text, 'tenant/' || n.organization_id::text], null) = array_remove(array['invoice/' || o.invoice_id::text, 'tenant/' || o.organization_id::text], null) then array_remove(array['invoice/' || n.invoice_id::text, 'tenant/' || n.organization_id::text], null) else array_remove(array['invoice/' || o.invoice_id::text, 'tenant/' || o.organization_id::text], null) || array_remove(array['invoice/' || n.invoice_id::text, 'tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and false or o.sync_version is not null and false as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, case when o.sync_version is not null then to_jsonb(o.*) end as before, case when n.sync_version is not null then to_jsonb(n.*) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'payment', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'payment', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_product_changes_delete()
CREATE OR REPLACE FUNCTION app.log_product_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['tenant/' || o.organization_id::text], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'product', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'product', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_product_changes_insert()
CREATE OR REPLACE FUNCTION app.log_product_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['tenant/' || n.organization_id::text], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'product', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'product', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_product_changes_update()
CREATE OR REPLACE FUNCTION app.log_product_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['tenant/' || n.organization_id::text], null) = array_remove(array['tenant/' || o.organization_id::text], null) then array_remove(array['tenant/' || n.organization_id::text], null) else array_remove(array['tenant/' || o.organization_id::text], null) || array_remove(array['tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and false or o.sync_version is not null and false as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, case when o.sync_version is not null then (select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(o.*)) k where k.value is distinct from to_jsonb(n.*) -> k.key) end as before, case when n.sync_version is not null then (select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(n.*)) k where k.value is distinct from to_jsonb(o.*) -> k.key) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'product', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'product', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_project_changes_delete()
CREATE OR REPLACE FUNCTION app.log_project_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['client/' || o.client_id::text, 'tenant/' || o.organization_id::text], null) || case when o.is_private then array(select 'person/' || p from unnest(app.granted_persons('project', o.id::text)) p where p is not null) else '{}'::text[] end as containers, coalesce(o.is_private, true) as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'project', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'project', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_project_changes_insert()
CREATE OR REPLACE FUNCTION app.log_project_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) as containers, coalesce(n.is_private, true) as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'project', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'project', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_project_changes_update()
CREATE OR REPLACE FUNCTION app.log_project_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) = array_remove(array['client/' || o.client_id::text, 'tenant/' || o.organization_id::text], null) then array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) else array_remove(array['client/' || o.client_id::text, 'tenant/' || o.organization_id::text], null) || array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and coalesce(n.is_private, true) or o.sync_version is not null and coalesce(o.is_private, true) as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.is_private, n.organization_id), row(o.is_private, o.organization_id)) as recheck, case when o.sync_version is not null then to_jsonb(o.*) end as before, case when n.sync_version is not null then to_jsonb(n.*) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'project', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'project', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_purchase_order_changes_delete()
CREATE OR REPLACE FUNCTION app.log_purchase_order_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['vendor/' || o.vendor_id::text, 'tenant/' || o.organization_id::text], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'purchase_order', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'purchase_order', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_purchase_order_changes_insert()
CREATE OR REPLACE FUNCTION app.log_purchase_order_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['vendor/' || n.vendor_id::text, 'tenant/' || n.organization_id::text], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'purchase_order', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'purchase_order', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_purchase_order_changes_update()
CREATE OR REPLACE FUNCTION app.log_purchase_order_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['vendor/' || n.vendor_id::text, 'tenant/' || n.organization_id::text], null) = array_remove(array['vendor/' || o.vendor_id::text, 'tenant/' || o.organization_id::text], null) then array_remove(array['vendor/' || n.vendor_id::text, 'tenant/' || n.organization_id::text], null) else array_remove(array['vendor/' || o.vendor_id::text, 'tenant/' || o.organization_id::text], null) || array_remove(array['vendor/' || n.vendor_id::text, 'tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and false or o.sync_version is not null and false as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, case when o.sync_version is not null then to_jsonb(o.*) end as before, case when n.sync_version is not null then to_jsonb(n.*) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'purchase_order', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'purchase_order', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_purchase_order_line_changes_delete()
CREATE OR REPLACE FUNCTION app.log_purchase_order_line_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['purchase_order/' || o.purchase_order_id::text, 'tenant/' || o.organization_id::text], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'purchase_order_line', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'purchase_order_line', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_purchase_order_line_changes_insert()
CREATE OR REPLACE FUNCTION app.log_purchase_order_line_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['purchase_order/' || n.purchase_order_id::text, 'tenant/' || n.organization_id::text], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'purchase_order_line', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'purchase_order_line', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_purchase_order_line_changes_update()
CREATE OR REPLACE FUNCTION app.log_purchase_order_line_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['purchase_order/' || n.purchase_order_id::text, 'tenant/' || n.organization_id::text], null) = array_remove(array['purchase_order/' || o.purchase_order_id::text, 'tenant/' || o.organization_id::text], null) then array_remove(array['purchase_order/' || n.purchase_order_id::text, 'tenant/' || n.organization_id::text], null) else array_remove(array['purchase_order/' || o.purchase_order_id::text, 'tenant/' || o.organization_id::text], null) || array_remove(array['purchase_order/' || n.purchase_order_id::text, 'tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and false or o.sync_version is not null and false as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, case when o.sync_version is not null then (select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(o.*)) k where k.value is distinct from to_jsonb(n.*) -> k.key) end as before, case when n.sync_version is not null then (select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(n.*)) k where k.value is distinct from to_jsonb(o.*) -> k.key) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'purchase_order_line', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'purchase_order_line', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_quote_changes_delete()
CREATE OR REPLACE FUNCTION app.log_quote_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['client/' || o.client_id::text, 'tenant/' || o.organization_id::text], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'quote', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'quote', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_quote_changes_insert()
CREATE OR REPLACE FUNCTION app.log_quote_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'quote', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'quote', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_quote_changes_update()
CREATE OR REPLACE FUNCTION app.log_quote_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) = array_remove(array['client/' || o.client_id::text, 'tenant/' || o.organization_id::text], null) then array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) else array_remove(array['client/' || o.client_id::text, 'tenant/' || o.organization_id::text], null) || array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and false or o.sync_version is not null and false as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, case when o.sync_version is not null then to_jsonb(o.*) end as before, case when n.sync_version is not null then to_jsonb(n.*) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'quote', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'quote', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_task_changes_delete()
CREATE OR REPLACE FUNCTION app.log_task_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['project/' || o.project_id::text, 'task/' || o.parent_task_id::text, 'tenant/' || o.organization_id::text], null) || case when o.is_private then array(select 'person/' || p from unnest(app.granted_persons('task', o.id::text)) p where p is not null) else '{}'::text[] end as containers, coalesce(o.is_private, true) as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'task', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'task', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_task_changes_insert()
CREATE OR REPLACE FUNCTION app.log_task_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['project/' || n.project_id::text, 'task/' || n.parent_task_id::text, 'tenant/' || n.organization_id::text], null) as containers, coalesce(n.is_private, true) as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'task', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'task', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_task_changes_update()
CREATE OR REPLACE FUNCTION app.log_task_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['project/' || n.project_id::text, 'task/' || n.parent_task_id::text, 'tenant/' || n.organization_id::text], null) = array_remove(array['project/' || o.project_id::text, 'task/' || o.parent_task_id::text, 'tenant/' || o.organization_id::text], null) then array_remove(array['project/' || n.project_id::text, 'task/' || n.parent_task_id::text, 'tenant/' || n.organization_id::text], null) else array_remove(array['project/' || o.project_id::text, 'task/' || o.parent_task_id::text, 'tenant/' || o.organization_id::text], null) || array_remove(array['project/' || n.project_id::text, 'task/' || n.parent_task_id::text, 'tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and coalesce(n.is_private, true) or o.sync_version is not null and coalesce(o.is_private, true) as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.is_private, n.organization_id), row(o.is_private, o.organization_id)) as recheck, case when o.sync_version is not null then to_jsonb(o.*) end as before, case when n.sync_version is not null then to_jsonb(n.*) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'task', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'task', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_task_comment_changes_delete()
CREATE OR REPLACE FUNCTION app.log_task_comment_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['task/' || o.task_id::text, 'tenant/' || o.organization_id::text], null) || case when o.is_private then array(select 'person/' || p from unnest(app.granted_persons('task_comment', o.id::text)) p where p is not null) else '{}'::text[] end as containers, coalesce(o.is_private, true) as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'task_comment', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'task_comment', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_task_comment_changes_insert()
CREATE OR REPLACE FUNCTION app.log_task_comment_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['task/' || n.task_id::text, 'tenant/' || n.organization_id::text], null) as containers, coalesce(n.is_private, true) as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'task_comment', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'task_comment', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_task_comment_changes_update()
CREATE OR REPLACE FUNCTION app.log_task_comment_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['task/' || n.task_id::text, 'tenant/' || n.organization_id::text], null) = array_remove(array['task/' || o.task_id::text, 'tenant/' || o.organization_id::text], null) then array_remove(array['task/' || n.task_id::text, 'tenant/' || n.organization_id::text], null) else array_remove(array['task/' || o.task_id::text, 'tenant/' || o.organization_id::text], null) || array_remove(array['task/' || n.task_id::text, 'tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and coalesce(n.is_private, true) or o.sync_version is not null and coalesce(o.is_private, true) as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.is_private, n.organization_id), row(o.is_private, o.organization_id)) as recheck, case when o.sync_version is not null then to_jsonb(o.*) end as before, case when n.sync_version is not null then to_jsonb(n.*) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'task_comment', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'task_comment', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_team_changes_delete()
CREATE OR REPLACE FUNCTION app.log_team_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['department/' || o.department_id::text, 'tenant/' || o.organization_id::text], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'team', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'team', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_team_changes_insert()
CREATE OR REPLACE FUNCTION app.log_team_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['department/' || n.department_id::text, 'tenant/' || n.organization_id::text], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'team', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'team', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_team_changes_update()
CREATE OR REPLACE FUNCTION app.log_team_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['department/' || n.department_id::text, 'tenant/' || n.organization_id::text], null) = array_remove(array['department/' || o.department_id::text, 'tenant/' || o.organization_id::text], null) then array_remove(array['department/' || n.department_id::text, 'tenant/' || n.organization_id::text], null) else array_remove(array['department/' || o.department_id::text, 'tenant/' || o.organization_id::text], null) || array_remove(array['department/' || n.department_id::text, 'tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and false or o.sync_version is not null and false as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, case when o.sync_version is not null then to_jsonb(o.*) end as before, case when n.sync_version is not null then to_jsonb(n.*) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'team', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'team', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_team_member_changes_delete()
CREATE OR REPLACE FUNCTION app.log_team_member_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['team/' || o.team_id::text, 'tenant/' || o.organization_id::text], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'team_member', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'team_member', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_team_member_changes_insert()
CREATE OR REPLACE FUNCTION app.log_team_member_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['team/' || n.team_id::text, 'tenant/' || n.organization_id::text], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'team_member', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'team_member', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_team_member_changes_update()
CREATE OR REPLACE FUNCTION app.log_team_member_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['team/' || n.team_id::text, 'tenant/' || n.organization_id::text], null) = array_remove(array['team/' || o.team_id::text, 'tenant/' || o.organization_id::text], null) then array_remove(array['team/' || n.team_id::text, 'tenant/' || n.organization_id::text], null) else array_remove(array['team/' || o.team_id::text, 'tenant/' || o.organization_id::text], null) || array_remove(array['team/' || n.team_id::text, 'tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and false or o.sync_version is not null and false as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, case when o.sync_version is not null then to_jsonb(o.*) end as before, case when n.sync_version is not null then to_jsonb(n.*) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'team_member', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'team_member', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_ticket_changes_delete()
CREATE OR REPLACE FUNCTION app.log_ticket_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['client/' || o.client_id::text, 'tenant/' || o.organization_id::text], null) || case when o.is_private then array(select 'person/' || p from unnest(app.granted_persons('ticket', o.id::text)) p where p is not null) else '{}'::text[] end as containers, coalesce(o.is_private, true) as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'ticket', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'ticket', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_ticket_changes_insert()
CREATE OR REPLACE FUNCTION app.log_ticket_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) as containers, coalesce(n.is_private, true) as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'ticket', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'ticket', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_ticket_changes_update()
CREATE OR REPLACE FUNCTION app.log_ticket_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) = array_remove(array['client/' || o.client_id::text, 'tenant/' || o.organization_id::text], null) then array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) else array_remove(array['client/' || o.client_id::text, 'tenant/' || o.organization_id::text], null) || array_remove(array['client/' || n.client_id::text, 'tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and coalesce(n.is_private, true) or o.sync_version is not null and coalesce(o.is_private, true) as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.is_private, n.organization_id), row(o.is_private, o.organization_id)) as recheck, case when o.sync_version is not null then to_jsonb(o.*) end as before, case when n.sync_version is not null then to_jsonb(n.*) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'ticket', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'ticket', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_time_entry_changes_delete()
CREATE OR REPLACE FUNCTION app.log_time_entry_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['task/' || o.task_id::text, 'tenant/' || o.organization_id::text], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'time_entry', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'time_entry', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_time_entry_changes_insert()
CREATE OR REPLACE FUNCTION app.log_time_entry_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['task/' || n.task_id::text, 'tenant/' || n.organization_id::text], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'time_entry', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'time_entry', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_time_entry_changes_update()
CREATE OR REPLACE FUNCTION app.log_time_entry_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['task/' || n.task_id::text, 'tenant/' || n.organization_id::text], null) = array_remove(array['task/' || o.task_id::text, 'tenant/' || o.organization_id::text], null) then array_remove(array['task/' || n.task_id::text, 'tenant/' || n.organization_id::text], null) else array_remove(array['task/' || o.task_id::text, 'tenant/' || o.organization_id::text], null) || array_remove(array['task/' || n.task_id::text, 'tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and false or o.sync_version is not null and false as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, case when o.sync_version is not null then (select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(o.*)) k where k.value is distinct from to_jsonb(n.*) -> k.key) end as before, case when n.sync_version is not null then (select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(n.*)) k where k.value is distinct from to_jsonb(o.*) -> k.key) end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'time_entry', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'time_entry', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_vendor_changes_delete()
CREATE OR REPLACE FUNCTION app.log_vendor_changes_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id::text as entity_id, 3 as action, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array['tenant/' || o.organization_id::text], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) - '{iban}'::text[] as before, null::jsonb as after from oldt o),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'vendor', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'vendor', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_vendor_changes_insert()
CREATE OR REPLACE FUNCTION app.log_vendor_changes_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id::text as entity_id, 1 as action, n.sync_version as version, array_remove(array['tenant/' || n.organization_id::text], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) - '{iban}'::text[] as after from newt n),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'vendor', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'vendor', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_vendor_changes_update()
CREATE OR REPLACE FUNCTION app.log_vendor_changes_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_nestloop TO 'off'
 SET jit TO 'off'
AS $function$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, case when n.sync_version is null then o.id::text else n.id::text end as entity_id, case when o.sync_version is null then 1 when n.sync_version is null then 3 else 2 end as action, coalesce(n.sync_version, greatest(o.sync_version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, case when array_remove(array['tenant/' || n.organization_id::text], null) = array_remove(array['tenant/' || o.organization_id::text], null) then array_remove(array['tenant/' || n.organization_id::text], null) else array_remove(array['tenant/' || o.organization_id::text], null) || array_remove(array['tenant/' || n.organization_id::text], null) end as containers, n.sync_version is not null and false or o.sync_version is not null and false as restricted, n.sync_version is not null and o.sync_version is not null and record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, case when o.sync_version is not null then to_jsonb(o.*) - '{iban}'::text[] end as before, case when n.sync_version is not null then to_jsonb(n.*) - '{iban}'::text[] end as after from newt n full join oldt o on n.id = o.id where n.sync_version is distinct from o.sync_version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'vendor', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'vendor', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.login(text)
CREATE OR REPLACE FUNCTION app.login(address text)
 RETURNS TABLE(person_id text, email text, fname text, lname text, person_type text, password_hash text, memberships jsonb)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select p.id::text, p.email, p.fname, p.lname, p.person_type, c.password_hash,
         coalesce((select jsonb_agg(jsonb_build_object('organization_id', m.organization_id, 'role', m.role) order by m.created_ts, m.organization_id)
                     from app.membership m where m.person_id = p.id), '[]')
    from app.person p join app.credential c on c.person_id = p.id
   where lower(p.email) = lower($1)
$function$
grant execute to heliograph_gateway
comment 'Account, argon2id hash and memberships of an e-mail address; no row if there is no such account.'

-- 7 function: app.parents_readable_document(anyelement)
CREATE OR REPLACE FUNCTION app.parents_readable_document(r anyelement)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$begin return (r.project_id is null or exists (select 1 from app.project p where p.id = r.project_id)); end$function$
grant execute to heliograph_app

-- 7 function: app.parents_readable_expense(anyelement)
CREATE OR REPLACE FUNCTION app.parents_readable_expense(r anyelement)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$begin return (r.project_id is null or exists (select 1 from app.project p where p.id = r.project_id)); end$function$
grant execute to heliograph_app

-- 7 function: app.parents_readable_invoice(anyelement)
CREATE OR REPLACE FUNCTION app.parents_readable_invoice(r anyelement)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$begin return (r.project_id is null or exists (select 1 from app.project p where p.id = r.project_id)) and (r.contract_id is null or exists (select 1 from app.contract p where p.id = r.contract_id)); end$function$
grant execute to heliograph_app

-- 7 function: app.parents_readable_meeting(anyelement)
CREATE OR REPLACE FUNCTION app.parents_readable_meeting(r anyelement)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$begin return (r.project_id is null or exists (select 1 from app.project p where p.id = r.project_id)); end$function$
grant execute to heliograph_app

-- 7 function: app.parents_readable_milestone(anyelement)
CREATE OR REPLACE FUNCTION app.parents_readable_milestone(r anyelement)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$begin return (r.project_id is null or exists (select 1 from app.project p where p.id = r.project_id)); end$function$
grant execute to heliograph_app

-- 7 function: app.parents_readable_purchase_order(anyelement)
CREATE OR REPLACE FUNCTION app.parents_readable_purchase_order(r anyelement)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$begin return (r.project_id is null or exists (select 1 from app.project p where p.id = r.project_id)); end$function$
grant execute to heliograph_app

-- 7 function: app.parents_readable_quote(anyelement)
CREATE OR REPLACE FUNCTION app.parents_readable_quote(r anyelement)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$begin return (r.opportunity_id is null or exists (select 1 from app.opportunity p where p.id = r.opportunity_id)); end$function$
grant execute to heliograph_app

-- 7 function: app.parents_readable_task(anyelement)
CREATE OR REPLACE FUNCTION app.parents_readable_task(r anyelement)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$begin return (r.project_id is null or exists (select 1 from app.project p where p.id = r.project_id)) and (r.milestone_id is null or exists (select 1 from app.milestone p where p.id = r.milestone_id)) and (r.parent_task_id is null or exists (select 1 from app.task p where p.id = r.parent_task_id)); end$function$
grant execute to heliograph_app

-- 7 function: app.parents_readable_task_comment(anyelement)
CREATE OR REPLACE FUNCTION app.parents_readable_task_comment(r anyelement)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$begin return (r.task_id is null or exists (select 1 from app.task p where p.id = r.task_id)); end$function$
grant execute to heliograph_app

-- 7 function: app.parents_readable_ticket(anyelement)
CREATE OR REPLACE FUNCTION app.parents_readable_ticket(r anyelement)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$begin return (r.project_id is null or exists (select 1 from app.project p where p.id = r.project_id)); end$function$
grant execute to heliograph_app

-- 7 function: app.parents_readable_time_entry(anyelement)
CREATE OR REPLACE FUNCTION app.parents_readable_time_entry(r anyelement)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$begin return (r.task_id is null or exists (select 1 from app.task p where p.id = r.task_id)); end$function$
grant execute to heliograph_app

-- 7 function: app.readable_asset(anyelement,uuid)
CREATE OR REPLACE FUNCTION app.readable_asset(r anyelement, tenant uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant$function$
grant execute to heliograph_app

-- 7 function: app.readable_client(anyelement,uuid)
CREATE OR REPLACE FUNCTION app.readable_client(r anyelement, tenant uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant$function$
grant execute to heliograph_app

-- 7 function: app.readable_contact(anyelement,uuid)
CREATE OR REPLACE FUNCTION app.readable_contact(r anyelement, tenant uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant$function$
grant execute to heliograph_app

-- 7 function: app.readable_contract(anyelement,uuid,boolean,text[])
CREATE OR REPLACE FUNCTION app.readable_contract(r anyelement, tenant uuid, admin boolean, granted text[])
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant and (not (r).is_private or admin or (r).id::text = any (granted))$function$
grant execute to heliograph_app

-- 7 function: app.readable_department(anyelement,uuid)
CREATE OR REPLACE FUNCTION app.readable_department(r anyelement, tenant uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant$function$
grant execute to heliograph_app

-- 7 function: app.readable_document(anyelement,uuid,boolean,text[])
CREATE OR REPLACE FUNCTION app.readable_document(r anyelement, tenant uuid, admin boolean, granted text[])
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant and (not (r).is_private or admin or (r).id::text = any (granted))$function$
grant execute to heliograph_app

-- 7 function: app.readable_employee(anyelement,uuid)
CREATE OR REPLACE FUNCTION app.readable_employee(r anyelement, tenant uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant$function$
grant execute to heliograph_app

-- 7 function: app.readable_expense(anyelement,uuid,boolean,text[])
CREATE OR REPLACE FUNCTION app.readable_expense(r anyelement, tenant uuid, admin boolean, granted text[])
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant and (not (r).is_private or admin or (r).id::text = any (granted))$function$
grant execute to heliograph_app

-- 7 function: app.readable_invoice(anyelement,uuid)
CREATE OR REPLACE FUNCTION app.readable_invoice(r anyelement, tenant uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant$function$
grant execute to heliograph_app

-- 7 function: app.readable_invoice_line(anyelement,uuid)
CREATE OR REPLACE FUNCTION app.readable_invoice_line(r anyelement, tenant uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant$function$
grant execute to heliograph_app

-- 7 function: app.readable_meeting(anyelement,uuid,boolean,text[])
CREATE OR REPLACE FUNCTION app.readable_meeting(r anyelement, tenant uuid, admin boolean, granted text[])
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant and (not (r).is_private or admin or (r).id::text = any (granted))$function$
grant execute to heliograph_app

-- 7 function: app.readable_milestone(anyelement,uuid,boolean,text[])
CREATE OR REPLACE FUNCTION app.readable_milestone(r anyelement, tenant uuid, admin boolean, granted text[])
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant and (not (r).is_private or admin or (r).id::text = any (granted))$function$
grant execute to heliograph_app

-- 7 function: app.readable_office(anyelement,uuid)
CREATE OR REPLACE FUNCTION app.readable_office(r anyelement, tenant uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant$function$
grant execute to heliograph_app

-- 7 function: app.readable_opportunity(anyelement,uuid,boolean,text[])
CREATE OR REPLACE FUNCTION app.readable_opportunity(r anyelement, tenant uuid, admin boolean, granted text[])
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant and (not (r).is_private or admin or (r).id::text = any (granted))$function$
grant execute to heliograph_app

-- 7 function: app.readable_payment(anyelement,uuid)
CREATE OR REPLACE FUNCTION app.readable_payment(r anyelement, tenant uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant$function$
grant execute to heliograph_app

-- 7 function: app.readable_product(anyelement,uuid)
CREATE OR REPLACE FUNCTION app.readable_product(r anyelement, tenant uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant$function$
grant execute to heliograph_app

-- 7 function: app.readable_project(anyelement,uuid,boolean,text[])
CREATE OR REPLACE FUNCTION app.readable_project(r anyelement, tenant uuid, admin boolean, granted text[])
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant and (not (r).is_private or admin or (r).id::text = any (granted))$function$
grant execute to heliograph_app

-- 7 function: app.readable_purchase_order(anyelement,uuid)
CREATE OR REPLACE FUNCTION app.readable_purchase_order(r anyelement, tenant uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant$function$
grant execute to heliograph_app

-- 7 function: app.readable_purchase_order_line(anyelement,uuid)
CREATE OR REPLACE FUNCTION app.readable_purchase_order_line(r anyelement, tenant uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant$function$
grant execute to heliograph_app

-- 7 function: app.readable_quote(anyelement,uuid)
CREATE OR REPLACE FUNCTION app.readable_quote(r anyelement, tenant uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant$function$
grant execute to heliograph_app

-- 7 function: app.readable_task(anyelement,uuid,boolean,text[])
CREATE OR REPLACE FUNCTION app.readable_task(r anyelement, tenant uuid, admin boolean, granted text[])
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant and (not (r).is_private or admin or (r).id::text = any (granted))$function$
grant execute to heliograph_app

-- 7 function: app.readable_task_comment(anyelement,uuid,boolean,text[])
CREATE OR REPLACE FUNCTION app.readable_task_comment(r anyelement, tenant uuid, admin boolean, granted text[])
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant and (not (r).is_private or admin or (r).id::text = any (granted))$function$
grant execute to heliograph_app

-- 7 function: app.readable_team(anyelement,uuid)
CREATE OR REPLACE FUNCTION app.readable_team(r anyelement, tenant uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant$function$
grant execute to heliograph_app

-- 7 function: app.readable_team_member(anyelement,uuid)
CREATE OR REPLACE FUNCTION app.readable_team_member(r anyelement, tenant uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant$function$
grant execute to heliograph_app

-- 7 function: app.readable_ticket(anyelement,uuid,boolean,text[])
CREATE OR REPLACE FUNCTION app.readable_ticket(r anyelement, tenant uuid, admin boolean, granted text[])
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant and (not (r).is_private or admin or (r).id::text = any (granted))$function$
grant execute to heliograph_app

-- 7 function: app.readable_time_entry(anyelement,uuid)
CREATE OR REPLACE FUNCTION app.readable_time_entry(r anyelement, tenant uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant$function$
grant execute to heliograph_app

-- 7 function: app.readable_vendor(anyelement,uuid)
CREATE OR REPLACE FUNCTION app.readable_vendor(r anyelement, tenant uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$select (r).organization_id = tenant$function$
grant execute to heliograph_app

-- 7 function: app.set_updated_ts()
CREATE OR REPLACE FUNCTION app.set_updated_ts()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if new *<> jsonb_populate_record(old, tg_argv[0]::jsonb) then
    new.updated_ts := clock_timestamp();
  end if;
  return new;
end $function$

-- 7 function: app.subject_markers(text)
CREATE OR REPLACE FUNCTION app.subject_markers(person text)
 RETURNS text[]
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select array(select lower(p.email) from app.person p where p.id = app.value_or_null(person, null::uuid))
$function$
comment 'The e-mail address of a person, in lower case.'

-- 7 function: app.version_asset()
CREATE OR REPLACE FUNCTION app.version_asset()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; 
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_client()
CREATE OR REPLACE FUNCTION app.version_client()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; 
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_contact()
CREATE OR REPLACE FUNCTION app.version_contact()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; new.name := old.name;
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_contract()
CREATE OR REPLACE FUNCTION app.version_contract()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; 
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_department()
CREATE OR REPLACE FUNCTION app.version_department()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; 
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_document()
CREATE OR REPLACE FUNCTION app.version_document()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; 
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_employee()
CREATE OR REPLACE FUNCTION app.version_employee()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; new.name := old.name;
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_expense()
CREATE OR REPLACE FUNCTION app.version_expense()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; 
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_invoice()
CREATE OR REPLACE FUNCTION app.version_invoice()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; new.gross_amount := old.gross_amount;
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_invoice_line()
CREATE OR REPLACE FUNCTION app.version_invoice_line()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; new.amount := old.amount;
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_meeting()
CREATE OR REPLACE FUNCTION app.version_meeting()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; 
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_milestone()
CREATE OR REPLACE FUNCTION app.version_milestone()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; 
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_office()
CREATE OR REPLACE FUNCTION app.version_office()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; 
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_opportunity()
CREATE OR REPLACE FUNCTION app.version_opportunity()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; new.expected_amount := old.expected_amount;
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_organization()
CREATE OR REPLACE FUNCTION app.version_organization()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; 
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_payment()
CREATE OR REPLACE FUNCTION app.version_payment()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; 
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_product()
CREATE OR REPLACE FUNCTION app.version_product()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; 
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_project()
CREATE OR REPLACE FUNCTION app.version_project()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; 
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_purchase_order()
CREATE OR REPLACE FUNCTION app.version_purchase_order()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; 
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_purchase_order_line()
CREATE OR REPLACE FUNCTION app.version_purchase_order_line()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; new.amount := old.amount;
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_quote()
CREATE OR REPLACE FUNCTION app.version_quote()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; new.net_amount := old.net_amount;
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_task()
CREATE OR REPLACE FUNCTION app.version_task()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; 
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_task_comment()
CREATE OR REPLACE FUNCTION app.version_task_comment()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; new.title := old.title;
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_team()
CREATE OR REPLACE FUNCTION app.version_team()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; 
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_team_member()
CREATE OR REPLACE FUNCTION app.version_team_member()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; 
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_ticket()
CREATE OR REPLACE FUNCTION app.version_ticket()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; 
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_time_entry()
CREATE OR REPLACE FUNCTION app.version_time_entry()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; new.amount := old.amount;
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 7 function: app.version_vendor()
CREATE OR REPLACE FUNCTION app.version_vendor()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.sync_version := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.sync_version operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.sync_version := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.sync_version := old.sync_version; 
      if new operator(pg_catalog.*<>) old then
        new.sync_version := greatest(old.sync_version operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $function$

-- 9 live type: asset
app.asset key {id} tenant organization_id containers {} of {} version sync_version rights {} redact {} snapshots changed grants {select,insert,update,delete}

-- 9 live type: client
app.client key {id} tenant organization_id containers {} of {} version sync_version rights {} redact {} snapshots full grants {select,insert,update,delete}

-- 9 live type: contact
app.contact key {id} tenant organization_id containers {client_id} of {client} version sync_version rights {} redact {} snapshots full grants {select,insert,update,delete}

-- 9 live type: contract
app.contract key {id} tenant organization_id containers {client_id} of {client} version sync_version rights {is_private} redact {} snapshots full grants {select,insert,update,delete}

-- 9 live type: department
app.department key {id} tenant organization_id containers {parent_department_id} of {department} version sync_version rights {} redact {} snapshots full grants {select,insert,update,delete}

-- 9 live type: document
app.document key {id} tenant organization_id containers {project_id} of {project} version sync_version rights {is_private} redact {} snapshots full grants {select,insert,update,delete}

-- 9 live type: employee
app.employee key {id} tenant organization_id containers {department_id} of {department} version sync_version rights {} redact {salary} snapshots full grants {select,insert,update,delete}

-- 9 live type: expense
app.expense key {id} tenant organization_id containers {project_id} of {project} version sync_version rights {is_private} redact {} snapshots full grants {select,insert,update,delete}

-- 9 live type: invoice
app.invoice key {id} tenant organization_id containers {client_id} of {client} version sync_version rights {} redact {} snapshots full grants {select,insert,update,delete}

-- 9 live type: invoice_line
app.invoice_line key {id} tenant organization_id containers {invoice_id} of {invoice} version sync_version rights {} redact {} snapshots changed grants {select,insert,update,delete}

-- 9 live type: meeting
app.meeting key {id} tenant organization_id containers {project_id} of {project} version sync_version rights {is_private} redact {} snapshots full grants {select,insert,update,delete}

-- 9 live type: milestone
app.milestone key {id} tenant organization_id containers {project_id} of {project} version sync_version rights {is_private} redact {} snapshots full grants {select,insert,update,delete}

-- 9 live type: office
app.office key {id} tenant organization_id containers {} of {} version sync_version rights {} redact {} snapshots full grants {select,insert,update,delete}

-- 9 live type: opportunity
app.opportunity key {id} tenant organization_id containers {client_id} of {client} version sync_version rights {is_private} redact {} snapshots full grants {select,insert,update,delete}

-- 9 live type: organization
app.organization key {id} tenant id containers {} of {} version sync_version rights {} redact {} snapshots full grants {}

-- 9 live type: payment
app.payment key {id} tenant organization_id containers {invoice_id} of {invoice} version sync_version rights {} redact {} snapshots full grants {select,insert,update,delete}

-- 9 live type: product
app.product key {id} tenant organization_id containers {} of {} version sync_version rights {} redact {} snapshots changed grants {select,insert,update,delete}

-- 9 live type: project
app.project key {id} tenant organization_id containers {client_id} of {client} version sync_version rights {is_private} redact {} snapshots full grants {select,insert,update,delete}

-- 9 live type: purchase_order
app.purchase_order key {id} tenant organization_id containers {vendor_id} of {vendor} version sync_version rights {} redact {} snapshots full grants {select,insert,update,delete}

-- 9 live type: purchase_order_line
app.purchase_order_line key {id} tenant organization_id containers {purchase_order_id} of {purchase_order} version sync_version rights {} redact {} snapshots changed grants {select,insert,update,delete}

-- 9 live type: quote
app.quote key {id} tenant organization_id containers {client_id} of {client} version sync_version rights {} redact {} snapshots full grants {select,insert,update,delete}

-- 9 live type: task
app.task key {id} tenant organization_id containers {project_id,parent_task_id} of {project,task} version sync_version rights {is_private} redact {} snapshots full grants {select,insert,update,delete}

-- 9 live type: task_comment
app.task_comment key {id} tenant organization_id containers {task_id} of {task} version sync_version rights {is_private} redact {} snapshots full grants {select,insert,update,delete}

-- 9 live type: team
app.team key {id} tenant organization_id containers {department_id} of {department} version sync_version rights {} redact {} snapshots full grants {select,insert,update,delete}

-- 9 live type: team_member
app.team_member key {id} tenant organization_id containers {team_id} of {team} version sync_version rights {} redact {} snapshots full grants {select,insert,update,delete}

-- 9 live type: ticket
app.ticket key {id} tenant organization_id containers {client_id} of {client} version sync_version rights {is_private} redact {} snapshots full grants {select,insert,update,delete}

-- 9 live type: time_entry
app.time_entry key {id} tenant organization_id containers {task_id} of {task} version sync_version rights {} redact {} snapshots changed grants {select,insert,update,delete}

-- 9 live type: vendor
app.vendor key {id} tenant organization_id containers {} of {} version sync_version rights {} redact {iban} snapshots full grants {select,insert,update,delete}
