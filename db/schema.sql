-- Dump of the schema as it is after an import; written by `npm run generate`, checked by `npm run check`.
-- For reading: the definitions are the files beside it.

-- 1 schema: app
grant create, usage to owner
grant usage to heliograph_app
grant usage to heliograph_gateway
grant usage to heliograph_log
grant usage to heliograph_watcher
comment 'Heliograph: the business suite, its change log and the state of the sync.'

-- 2 role: heliograph_app
nologin inherit

-- 2 role: heliograph_gateway
login noinherit
member of heliograph_app

-- 2 role: heliograph_log
nologin inherit

-- 2 role: heliograph_watcher
login noinherit
member of heliograph_log

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
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.asset FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.asset FOR EACH ROW EXECUTE FUNCTION app.version_asset()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
    with check (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
  grant delete, insert, select, update to heliograph_app
  comment 'Equipment and licences that the organization owns, and who has them.'
  comment on asset_tag 'Number on the sticker, unique in the organization.'
  comment on employee_id 'Who uses it now; empty while it is in stock.'
  comment on specification 'Free technical details, an object of name and value.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: client
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.client FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.client FOR EACH ROW EXECUTE FUNCTION app.version_client()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
    with check (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
  grant delete, insert, select, update to heliograph_app
  comment 'A company that buys, or may buy, from the organization.'
  comment on credit_limit 'Unpaid amount above which no further invoice should be sent; 0 means none was agreed.'
  comment on payment_terms_days 'Days from invoice date to due date.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: contact
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.contact FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.contact FOR EACH ROW EXECUTE FUNCTION app.version_contact()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
    with check (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
  grant delete, insert, select, update to heliograph_app
  comment 'A person at a client with whom the organization talks.'
  comment on is_primary 'The first person to call; at most one per client.'
  comment on name 'First and last name, computed.'
  comment on newsletter 'Agreed to receive the newsletter.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: contract
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.contract FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.contract FOR EACH ROW EXECUTE FUNCTION app.version_contract()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((NOT is_private) OR ( SELECT app.is_admin() AS is_admin) OR (id = ANY (( SELECT app.granted_ids('contract'::text) AS granted_ids)::uuid[]))))
    with check ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((NOT is_private) OR ( SELECT app.is_admin() AS is_admin) OR (id = ANY (( SELECT app.granted_ids('contract'::text) AS granted_ids)::uuid[]))))
  grant delete, insert, select, update to heliograph_app
  comment 'An agreement with a client, with its term and its value per year.'
  comment on is_private 'Visible only to administrators and to people with a grant.'
  comment on quote_id 'The accepted quote on which it rests.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: credential
table
  person_id uuid not null
  password_hash text not null
  changed_ts timestamp with time zone not null default clock_timestamp()
  constraint credential_password_hash_check CHECK ((password_hash ~~ '$argon2id$%'::text))
  constraint credential_person_id_fkey FOREIGN KEY (person_id) REFERENCES app.person(id) ON DELETE CASCADE
  constraint credential_pkey PRIMARY KEY (person_id)
  comment 'argon2id hash of a password; read only by app.login.'

-- 5 table: department
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.department FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.department FOR EACH ROW EXECUTE FUNCTION app.version_department()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
    with check (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
  grant delete, insert, select, update to heliograph_app
  comment 'An organizational unit with a budget; departments form a tree.'
  comment on code 'Cost centre code, unique in the organization.'
  comment on parent_department_id 'The unit above; empty at the top.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: document
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.document FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.document FOR EACH ROW EXECUTE FUNCTION app.version_document()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((NOT is_private) OR ( SELECT app.is_admin() AS is_admin) OR (id = ANY (( SELECT app.granted_ids('document'::text) AS granted_ids)::uuid[]))))
    with check ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((NOT is_private) OR ( SELECT app.is_admin() AS is_admin) OR (id = ANY (( SELECT app.granted_ids('document'::text) AS granted_ids)::uuid[]))) AND ((project_id IS NULL) OR (EXISTS ( SELECT 1
   FROM app.project heliograph_parent
  WHERE (heliograph_parent.id = document.project_id)))))
  grant delete, insert, select, update to heliograph_app
  comment 'A text or file that a project or the organization keeps: specification, report, policy.'
  comment on file_size 'Bytes.'
  comment on is_private 'Visible only to administrators and to people with a grant.'
  comment on revision 'Edition of the document, counted by its author; not the version of the row.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: employee
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.employee FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.employee FOR EACH ROW EXECUTE FUNCTION app.version_employee()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
    with check (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
  grant delete, insert, select, update to heliograph_app
  comment 'Somebody who works for the organization, whether or not they can sign in.'
  comment on manager_id 'The employee to whom this one reports.'
  comment on name 'First and last name, computed.'
  comment on person_id 'The account with which this employee signs in, if any.'
  comment on salary 'Gross per year. Never part of an answer of the API or of the change log.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: entity_grant
table
  entity_code character varying(100) not null
  entity_id uuid not null
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
  comment 'Lets a member read and write one private row of the organization.'

-- 5 table: entity_type
table
  code text not null
  table_name regclass not null
  key_column text not null
  tenant_column text
  containers text[] not null default '{}'::text[]
  rights text[] not null default '{}'::text[]
  redact text[] not null default '{}'::text[]
  snapshots text not null default 'full'::text
  views boolean not null default false
  public boolean not null default false
  constraint entity_type_code_check CHECK ((code ~ '^[a-z][a-z0-9_]{0,40}$'::text))
  constraint entity_type_pkey PRIMARY KEY (code)
  constraint entity_type_snapshots_check CHECK ((snapshots = ANY (ARRAY['full'::text, 'changed'::text, 'none'::text])))
  constraint entity_type_table_name_key UNIQUE (table_name)
  grant select to heliograph_gateway
  grant select to heliograph_watcher
  comment 'One row per live table.'
  comment on containers 'uuid columns whose values are containers: a client may hold every row inside one.'
  comment on key_column 'The uuid column that identifies a row to clients.'
  comment on public 'Every member of the tenant (every user, without tenant) may read every row.'
  comment on redact 'Columns that no answer, snapshot or history shows.'
  comment on rights 'Columns that decide who may read a row, besides tenant, containers and is_private.'
  comment on snapshots 'What logging_detail keeps of a row: all of it, the changed columns, or nothing.'
  comment on tenant_column 'The column that holds the organization of a row; null for public reference data.'
  comment on views 'Whether reads are logged (action 0).'

-- 5 table: erasure
table
  person_id uuid not null
  requested_ts timestamp with time zone not null default clock_timestamp()
  erased_ts timestamp with time zone
  markers text[] not null default '{}'::text[]
  entity_ids uuid[] not null default '{}'::uuid[]
  rows bigint not null default 0
  constraint erasure_pkey PRIMARY KEY (person_id)
  grant select to heliograph_watcher
  comment 'Requests to erase a person from accounts and log.'
  comment on entity_ids 'Rows about the person, whose snapshots go as well; emptied when the erasure is done.'
  comment on markers 'What names the person beside the id (addresses); emptied when the erasure is done.'
  comment on rows 'How many rows of the log were changed.'

-- 5 table: expense
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.expense FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.expense FOR EACH ROW EXECUTE FUNCTION app.version_expense()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((NOT is_private) OR ( SELECT app.is_admin() AS is_admin) OR (id = ANY (( SELECT app.granted_ids('expense'::text) AS granted_ids)::uuid[]))))
    with check ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((NOT is_private) OR ( SELECT app.is_admin() AS is_admin) OR (id = ANY (( SELECT app.granted_ids('expense'::text) AS granted_ids)::uuid[]))) AND ((project_id IS NULL) OR (EXISTS ( SELECT 1
   FROM app.project heliograph_parent
  WHERE (heliograph_parent.id = expense.project_id)))))
  grant delete, insert, select, update to heliograph_app
  comment 'Money that an employee spent for the organization and claims back.'
  comment on approved_by_id 'Who approved it; never the employee who claims it.'
  comment on is_billable 'Passed on to the client of the project.'
  comment on is_private 'Visible only to administrators and to people with a grant.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: gateway
table with (fillfactor=50)
  id uuid not null
  address text not null
  started_ts timestamp with time zone not null default clock_timestamp()
  heartbeat_ts timestamp with time zone not null default clock_timestamp()
  constraint gateway_pkey PRIMARY KEY (id)
  grant delete, insert, select, update to heliograph_gateway
  grant select to heliograph_watcher
  comment 'One row per running gateway process; the id is random per process.'

-- 5 table: invoice
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.invoice FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.invoice FOR EACH ROW EXECUTE FUNCTION app.version_invoice()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
    with check ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((project_id IS NULL) OR (EXISTS ( SELECT 1
   FROM app.project heliograph_parent
  WHERE (heliograph_parent.id = invoice.project_id)))) AND ((contract_id IS NULL) OR (EXISTS ( SELECT 1
   FROM app.contract heliograph_parent
  WHERE (heliograph_parent.id = invoice.contract_id)))))
  grant delete, insert, select, update to heliograph_app
  comment 'A bill to a client.'
  comment on gross_amount 'Net amount with tax, computed.'
  comment on net_amount 'Sum of the lines, without tax.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: invoice_line
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.invoice_line FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.invoice_line FOR EACH ROW EXECUTE FUNCTION app.version_invoice_line()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
    with check (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
  grant delete, insert, select, update to heliograph_app
  comment 'One item of an invoice.'
  comment on amount 'Quantity times unit price, computed.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: job
table with (fillfactor=50)
  name character varying(100) not null
  attempted_ts timestamp with time zone not null default clock_timestamp()
  succeeded_ts timestamp with time zone
  failures integer not null default 0
  duration_ms double precision
  result jsonb
  error text
  constraint job_pkey PRIMARY KEY (name)
  grant insert, select, update to heliograph_watcher
  comment 'One row per recurring job: its last attempt and its last success.'
  comment on error 'Of the last attempt, if it failed.'
  comment on failures 'Attempts since the last success that failed.'
  comment on result 'Numbers that the last success reported.'

-- 5 table: logging
table partition by RANGE (created_ts) owned by heliograph_log
  id uuid not null default gen_random_uuid()
  entity_code character varying(100) not null
  entity_id uuid not null
  action smallint not null
  entity_version bigint not null
  container_ids uuid[] not null default '{}'::uuid[]
  restricted boolean not null default false
  recheck boolean not null default false
  created_ts timestamp with time zone not null default clock_timestamp()
  sync_status character varying(20) not null default 'pending'::character varying
  sync_processed_ts timestamp with time zone
  sync_seq bigint
  constraint logging_action_check CHECK (((action >= 0) AND (action <= 5)))
  constraint logging_sync_status_check CHECK (((sync_status)::text = ANY ((ARRAY['pending'::character varying, 'sent'::character varying])::text[])))
  CREATE INDEX idx_logging_sync_pending ON ONLY app.logging USING btree (created_ts, entity_version) WHERE (((sync_status)::text = 'pending'::text) AND (action <> 0))
  CREATE INDEX idx_logging_sync_seq ON ONLY app.logging USING btree (sync_seq) WHERE (sync_seq IS NOT NULL)
  grant delete, insert, maintain, references, select, trigger, truncate, update to heliograph_log
  grant select to heliograph_gateway
  grant select to heliograph_watcher
  comment 'Every change of a live row, in commit order once claimed.'
  comment on action '0 VIEW, 1 CREATE, 2 UPDATE, 3 DELETE, 4 GRANT, 5 REVOKE.'
  comment on container_ids 'Values of the container columns before and after the change.'
  comment on created_ts 'When the trigger ran, after the row was locked: not the start of the transaction.'
  comment on entity_version 'Microseconds since 1970, never decreasing for a row; only to be compared.'
  comment on recheck 'Somebody may have lost or gained the right to read the row.'
  comment on restricted 'The row is, or was, not readable by every member of its tenant.'
  comment on sync_seq 'Gapless number in order of claims; null until claimed.'

-- 5 table: logging_detail
table partition by RANGE (created_ts) owned by heliograph_log
  id uuid not null
  created_ts timestamp with time zone not null
  entity_code character varying(100) not null
  entity_id uuid not null
  action smallint not null
  entity_version bigint not null
  actor jsonb
  request jsonb
  ip inet
  user_agent text
  entity_from_version jsonb
  entity_to_version jsonb
  CREATE INDEX idx_logging_detail_entity ON ONLY app.logging_detail USING btree (entity_id, created_ts)
  comment 'Append-only audit half of the log, with its own retention.'
  comment on actor 'person_id, fname, lname, username, person_type as the writer set them; null for a write from psql.'
  comment on id 'That of the row in app.logging.'
  comment on request 'api_endpoint, http_method, request_id.'

-- 5 table: meeting
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.meeting FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.meeting FOR EACH ROW EXECUTE FUNCTION app.version_meeting()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((NOT is_private) OR ( SELECT app.is_admin() AS is_admin) OR (id = ANY (( SELECT app.granted_ids('meeting'::text) AS granted_ids)::uuid[]))))
    with check ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((NOT is_private) OR ( SELECT app.is_admin() AS is_admin) OR (id = ANY (( SELECT app.granted_ids('meeting'::text) AS granted_ids)::uuid[]))) AND ((project_id IS NULL) OR (EXISTS ( SELECT 1
   FROM app.project heliograph_parent
  WHERE (heliograph_parent.id = meeting.project_id)))))
  grant delete, insert, select, update to heliograph_app
  comment 'An appointment, of a project or of the organization.'
  comment on is_private 'Visible only to administrators and to people with a grant.'
  comment on room 'Room in the office; empty for a video call.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

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
  comment 'A person in an organization, with a role.'
  comment on role 'admin sees private rows too; member and guest see a private row only with a grant.'

-- 5 table: milestone
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.milestone FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.milestone FOR EACH ROW EXECUTE FUNCTION app.version_milestone()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((NOT is_private) OR ( SELECT app.is_admin() AS is_admin) OR (id = ANY (( SELECT app.granted_ids('milestone'::text) AS granted_ids)::uuid[]))))
    with check ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((NOT is_private) OR ( SELECT app.is_admin() AS is_admin) OR (id = ANY (( SELECT app.granted_ids('milestone'::text) AS granted_ids)::uuid[]))) AND ((project_id IS NULL) OR (EXISTS ( SELECT 1
   FROM app.project heliograph_parent
  WHERE (heliograph_parent.id = milestone.project_id)))))
  grant delete, insert, select, update to heliograph_app
  comment 'A dated result that a project promises on its way.'
  comment on is_private 'Visible only to administrators and to people with a grant.'
  comment on reached_on 'Day on which it was reached; only set when it was.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: mutation
table row-security forced
  person_id uuid not null
  key character varying(200) not null
  request_hash bytea not null
  entity_code character varying(100) not null
  entity_id uuid not null
  entity_version bigint
  status smallint not null
  created_ts timestamp with time zone not null default clock_timestamp()
  constraint mutation_pkey PRIMARY KEY (person_id, key)
  CREATE INDEX idx_mutation_created ON app.mutation USING btree (created_ts)
  policy mutation_gateway for all to heliograph_gateway
    using true
    with check true
  policy mutation_own for all to heliograph_app
    using (person_id = ( SELECT app.current_person_id() AS current_person_id))
    with check (person_id = ( SELECT app.current_person_id() AS current_person_id))
  policy mutation_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  grant insert, select, update to heliograph_app
  grant insert, select, update to heliograph_gateway
  comment 'Idempotency keys of committed writes, kept for 90 days.'
  comment on request_hash 'SHA-256 of the request: the same key with another body is refused.'
  comment on status 'HTTP status that the first answer carried.'

-- 5 table: office
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.office FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.office FOR EACH ROW EXECUTE FUNCTION app.version_office()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
    with check (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
  grant delete, insert, select, update to heliograph_app
  comment 'A place where people of the organization work: address, desks and time zone.'
  comment on capacity 'Number of desks.'
  comment on country 'ISO 3166-1 alpha-2 code.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: opportunity
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.opportunity FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.opportunity FOR EACH ROW EXECUTE FUNCTION app.version_opportunity()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((NOT is_private) OR ( SELECT app.is_admin() AS is_admin) OR (id = ANY (( SELECT app.granted_ids('opportunity'::text) AS granted_ids)::uuid[]))))
    with check ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((NOT is_private) OR ( SELECT app.is_admin() AS is_admin) OR (id = ANY (( SELECT app.granted_ids('opportunity'::text) AS granted_ids)::uuid[]))))
  grant delete, insert, select, update to heliograph_app
  comment 'A possible sale, from first talk to won or lost.'
  comment on expected_amount 'Amount weighted with the probability, computed.'
  comment on is_private 'Visible only to administrators and to people with a grant.'
  comment on probability 'Chance of winning in percent.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: organization
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
  constraint organization_billing_email_check CHECK (((billing_email)::text ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'::text))
  constraint organization_currency_check CHECK (((currency)::text ~ '^[A-Z]{3}$'::text))
  constraint organization_name_check CHECK ((length(btrim((name)::text)) > 0))
  constraint organization_pkey PRIMARY KEY (id)
  CREATE UNIQUE INDEX idx_organization_name ON app.organization USING btree (lower((name)::text))
  CREATE TRIGGER log_organization_changes_delete AFTER DELETE ON app.organization REFERENCING OLD TABLE AS oldt FOR EACH STATEMENT EXECUTE FUNCTION app.log_organization_changes_delete()
  CREATE TRIGGER log_organization_changes_insert AFTER INSERT ON app.organization REFERENCING NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_organization_changes_insert()
  CREATE TRIGGER log_organization_changes_update AFTER UPDATE ON app.organization REFERENCING OLD TABLE AS oldt NEW TABLE AS newt FOR EACH STATEMENT EXECUTE FUNCTION app.log_organization_changes_update()
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.organization FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.organization FOR EACH ROW EXECUTE FUNCTION app.version_organization()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy organization_read for select to heliograph_app
    using (id = ( SELECT app.current_organization_id() AS current_organization_id))
  policy organization_update for update to heliograph_app
    using ((id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ( SELECT app.is_admin() AS is_admin))
    with check ((id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ( SELECT app.is_admin() AS is_admin))
  grant select, update to heliograph_app
  comment 'A company that uses the suite. Every other row belongs to exactly one organization; members see only their own.'
  comment on currency 'ISO 4217 code of the books; single documents may carry another one.'
  comment on timezone 'IANA name, used for due dates and working hours.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: payment
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.payment FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.payment FOR EACH ROW EXECUTE FUNCTION app.version_payment()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
    with check (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
  grant delete, insert, select, update to heliograph_app
  comment 'Money received for an invoice.'
  comment on reference 'Text that the payer gave with the transfer.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

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
  comment 'An account.'
  comment on person_type 'Kind of account, copied into the audit log: user, service, …'

-- 5 table: product
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.product FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.product FOR EACH ROW EXECUTE FUNCTION app.version_product()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
    with check (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
  grant delete, insert, select, update to heliograph_app
  comment 'Something the organization sells: a service, a subscription, a licence or a device.'
  comment on sku 'Article number, unique in the organization.'
  comment on tax_rate 'Value added tax in percent.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: project
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.project FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.project FOR EACH ROW EXECUTE FUNCTION app.version_project()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((NOT is_private) OR ( SELECT app.is_admin() AS is_admin) OR (id = ANY (( SELECT app.granted_ids('project'::text) AS granted_ids)::uuid[]))))
    with check ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((NOT is_private) OR ( SELECT app.is_admin() AS is_admin) OR (id = ANY (( SELECT app.granted_ids('project'::text) AS granted_ids)::uuid[]))))
  grant delete, insert, select, update to heliograph_app
  comment 'A piece of work with a goal, a budget and an end; holds milestones and tasks.'
  comment on client_id 'Who ordered it; empty for internal projects.'
  comment on code 'Short name used in conversation and on time sheets, unique in the organization.'
  comment on is_private 'Visible only to administrators and to people with a grant.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: purchase_order
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.purchase_order FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.purchase_order FOR EACH ROW EXECUTE FUNCTION app.version_purchase_order()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
    with check ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((project_id IS NULL) OR (EXISTS ( SELECT 1
   FROM app.project heliograph_parent
  WHERE (heliograph_parent.id = purchase_order.project_id)))))
  grant delete, insert, select, update to heliograph_app
  comment 'An order to a vendor.'
  comment on total_amount 'Sum of the lines as agreed with the vendor, without tax.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: purchase_order_line
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.purchase_order_line FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.purchase_order_line FOR EACH ROW EXECUTE FUNCTION app.version_purchase_order_line()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
    with check (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
  grant delete, insert, select, update to heliograph_app
  comment 'One item of a purchase order.'
  comment on amount 'Quantity times unit price, computed.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: quote
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.quote FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.quote FOR EACH ROW EXECUTE FUNCTION app.version_quote()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
    with check ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((opportunity_id IS NULL) OR (EXISTS ( SELECT 1
   FROM app.opportunity heliograph_parent
  WHERE (heliograph_parent.id = quote.opportunity_id)))))
  grant delete, insert, select, update to heliograph_app
  comment 'A priced offer to a client.'
  comment on net_amount 'Amount after discount, without tax; computed.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: rxdb_session
table
  connection_id uuid not null
  user_id uuid not null
  organization_id uuid
  gateway_id uuid not null
  generation bigint not null default 1
  connected_ts timestamp with time zone not null default clock_timestamp()
  disconnected_ts timestamp with time zone
  expires_ts timestamp with time zone
  constraint rxdb_session_pkey PRIMARY KEY (connection_id)
  CREATE INDEX idx_rxdb_session_expiry ON app.rxdb_session USING btree (expires_ts) WHERE (expires_ts IS NOT NULL)
  CREATE INDEX idx_rxdb_session_gateway ON app.rxdb_session USING btree (gateway_id)
  grant delete, insert, select, update to heliograph_gateway
  comment 'One row per connection that has subscribed.'
  comment on expires_ts 'Set when the socket is gone: until then the connection may be resumed.'
  comment on organization_id 'The organization the subscriptions were read in: a token of the same person for another one cannot resume them.'

-- 5 table: rxdb_subscription
table
  connection_id uuid not null
  user_id uuid not null
  entity_code character varying(100) not null
  entity_id uuid not null
  is_container boolean not null default false
  dormant boolean not null default false
  subscribed_at timestamp with time zone not null default now()
  constraint idx_rxdb_sub_connection PRIMARY KEY (connection_id, entity_code, entity_id, is_container)
  CREATE INDEX idx_rxdb_sub_entity ON app.rxdb_subscription USING btree (entity_code, entity_id)
  grant delete, insert, select, update to heliograph_gateway
  comment 'One row per entity, or per container, that a connection holds.'
  comment on dormant 'Refused, for want of the row or of the right to read it, which is not told apart: nothing is delivered until a read finds it.'
  comment on is_container 'entity_id is a container: every row of the type inside it is held.'

-- 5 table: sync_state
table with (fillfactor=10, autovacuum_vacuum_threshold=200, autovacuum_vacuum_scale_factor=0)
  one boolean not null default true
  leader_id uuid
  lease_until timestamp with time zone not null default '-infinity'::timestamp with time zone
  head_seq bigint not null default 0
  min_seq bigint not null default 0
  log_epoch uuid not null default gen_random_uuid()
  system_identifier bigint
  timeline text
  constraint sync_state_one_check CHECK (one)
  constraint sync_state_pkey PRIMARY KEY (one)
  grant select to heliograph_gateway
  grant select to heliograph_watcher
  comment 'Leader election, fence and head of the sequence at once.'
  comment on head_seq 'The highest sequence number given out.'
  comment on log_epoch 'Replaced whenever the history may have been rewritten; clients then compare versions afresh.'
  comment on min_seq 'The lowest sequence number that the log still holds completely from; a cursor below min_seq - 1 is too old.'
  comment on timeline 'Of the server that wrote this row; another one means a failover or a restore.'

-- 5 table: task
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.task FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.task FOR EACH ROW EXECUTE FUNCTION app.version_task()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((NOT is_private) OR ( SELECT app.is_admin() AS is_admin) OR (id = ANY (( SELECT app.granted_ids('task'::text) AS granted_ids)::uuid[]))))
    with check ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((NOT is_private) OR ( SELECT app.is_admin() AS is_admin) OR (id = ANY (( SELECT app.granted_ids('task'::text) AS granted_ids)::uuid[]))) AND ((project_id IS NULL) OR (EXISTS ( SELECT 1
   FROM app.project heliograph_parent
  WHERE (heliograph_parent.id = task.project_id)))) AND ((milestone_id IS NULL) OR (EXISTS ( SELECT 1
   FROM app.milestone heliograph_parent
  WHERE (heliograph_parent.id = task.milestone_id)))) AND ((parent_task_id IS NULL) OR app.sees_task(parent_task_id)))
  grant delete, insert, select, update to heliograph_app
  comment 'A unit of work inside a project, done by one employee; may be split into sub-tasks.'
  comment on assignee_id 'The employee who does it.'
  comment on is_private 'Visible only to administrators and to people with a grant.'
  comment on parent_task_id 'The task of which this one is a part; deleted together with it.'
  comment on reporter_id 'The employee who asked for it.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: task_comment
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.task_comment FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.task_comment FOR EACH ROW EXECUTE FUNCTION app.version_task_comment()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((NOT is_private) OR ( SELECT app.is_admin() AS is_admin) OR (id = ANY (( SELECT app.granted_ids('task_comment'::text) AS granted_ids)::uuid[]))))
    with check ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((NOT is_private) OR ( SELECT app.is_admin() AS is_admin) OR (id = ANY (( SELECT app.granted_ids('task_comment'::text) AS granted_ids)::uuid[]))) AND ((task_id IS NULL) OR (EXISTS ( SELECT 1
   FROM app.task heliograph_parent
  WHERE (heliograph_parent.id = task_comment.task_id)))))
  grant delete, insert, select, update to heliograph_app
  comment 'A remark on a task.'
  comment on is_private 'An internal remark, visible only to administrators and to people with a grant.'
  comment on title 'The beginning of the text, computed, for lists.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: team
table row-security forced
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  name character varying(200) not null
  department_id uuid
  lead_id uuid
  mission text
  is_active boolean not null default true
  formed_on date
  created_ts timestamp with time zone not null default clock_timestamp()
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.team FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.team FOR EACH ROW EXECUTE FUNCTION app.version_team()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
    with check (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
  grant delete, insert, select, update to heliograph_app
  comment 'A group of employees who deliver together, across or within departments.'
  comment on lead_id 'The employee who leads the team.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: team_member
table row-security forced
  id uuid not null default gen_random_uuid()
  organization_id uuid not null
  title character varying(200) not null
  team_id uuid not null
  employee_id uuid not null
  allocation_percent integer not null default 100
  joined_on date not null default CURRENT_DATE
  left_on date
  created_ts timestamp with time zone not null default clock_timestamp()
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.team_member FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.team_member FOR EACH ROW EXECUTE FUNCTION app.version_team_member()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
    with check (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
  grant delete, insert, select, update to heliograph_app
  comment 'The place of an employee in a team: role, share of working time and period.'
  comment on allocation_percent 'Share of working time given to this team, 1 to 100.'
  comment on title 'Role in this team, such as "Release manager".'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: ticket
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.ticket FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.ticket FOR EACH ROW EXECUTE FUNCTION app.version_ticket()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((NOT is_private) OR ( SELECT app.is_admin() AS is_admin) OR (id = ANY (( SELECT app.granted_ids('ticket'::text) AS granted_ids)::uuid[]))))
    with check ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((NOT is_private) OR ( SELECT app.is_admin() AS is_admin) OR (id = ANY (( SELECT app.granted_ids('ticket'::text) AS granted_ids)::uuid[]))) AND ((project_id IS NULL) OR (EXISTS ( SELECT 1
   FROM app.project heliograph_parent
  WHERE (heliograph_parent.id = ticket.project_id)))))
  grant delete, insert, select, update to heliograph_app
  comment 'A question or a fault that a client reported.'
  comment on due_ts 'Time by which the client was promised an answer.'
  comment on is_private 'Visible only to administrators and to people with a grant.'
  comment on satisfaction 'Rating by the client after the end, 1 to 5.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: time_entry
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.time_entry FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.time_entry FOR EACH ROW EXECUTE FUNCTION app.version_time_entry()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
    with check ((organization_id = ( SELECT app.current_organization_id() AS current_organization_id)) AND ((task_id IS NULL) OR (EXISTS ( SELECT 1
   FROM app.task heliograph_parent
  WHERE (heliograph_parent.id = time_entry.task_id)))))
  grant delete, insert, select, update to heliograph_app
  comment 'Working time of one employee on one task on one day.'
  comment on amount 'Hours times rate, 0 when not billable; computed.'
  comment on title 'What was done, as it appears on the invoice.'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 5 table: vendor
table row-security forced
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
  version bigint not null default 0
  updated_ts timestamp with time zone not null default clock_timestamp()
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
  CREATE TRIGGER zzz_sync_truncate BEFORE TRUNCATE ON app.vendor FOR EACH STATEMENT EXECUTE FUNCTION app.sync_refuse_truncate()
  CREATE TRIGGER zzz_sync_version BEFORE INSERT OR UPDATE ON app.vendor FOR EACH ROW EXECUTE FUNCTION app.version_vendor()
  policy heliograph_owner for all to owner
    using app.in_maintenance()
    with check app.in_maintenance()
  policy heliograph_standard for all to heliograph_app
    using (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
    with check (organization_id = ( SELECT app.current_organization_id() AS current_organization_id))
  grant delete, insert, select, update to heliograph_app
  comment 'A company from which the organization buys.'
  comment on iban 'Bank account. Never part of an answer of the API or of the change log.'
  comment on rating '1 (poor) to 5 (excellent).'
  comment on version 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.'

-- 6 view: audit
 SELECT d.id,
        CASE
            WHEN (d.actor ->> 'person_id'::text) ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'::text THEN (d.actor ->> 'person_id'::text)::uuid
            ELSE NULL::uuid
        END AS person_id,
    d.actor ->> 'fname'::text AS fname,
    d.actor ->> 'lname'::text AS lname,
    d.actor ->> 'username'::text AS username,
    d.actor ->> 'person_type'::text AS person_type,
    d.request ->> 'api_endpoint'::text AS api_endpoint,
    d.request ->> 'http_method'::text AS http_method,
    d.request ->> 'request_id'::text AS request_id,
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
   FROM app.logging_detail d
     LEFT JOIN app.logging l ON l.created_ts = d.created_ts AND l.id = d.id;
comment 'Both halves of the log in one row; the sync columns are null once the day has left app.logging.'

-- 6 view: entity_catalog
 SELECT e.code,
    n.nspname::text AS schema_name,
    c.relname::text AS table_name,
    e.key_column,
    e.tenant_column,
    e.containers,
    e.rights,
    e.redact,
    e.snapshots,
    e.views,
    e.public,
    (EXISTS ( SELECT 1
           FROM pg_policy p
          WHERE p.polrelid = c.oid AND (p.polname <> ALL (ARRAY['heliograph_standard'::name, 'heliograph_owner'::name])))) AS own_policy,
    obj_description(c.oid, 'pg_class'::name) AS comment,
    ( SELECT jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'baseType', app.base_type_name(a.atttypid), 'notNull', a.attnotnull, 'hasDefault', a.atthasdef AND a.attgenerated = ''::"char", 'generated', a.attgenerated <> ''::"char" OR a.attidentity = 'a'::"char", 'maxLength',
                CASE
                    WHEN (t.typname = ANY (ARRAY['varchar'::name, 'bpchar'::name])) AND m.typmod > 4 THEN m.typmod - 4
                    ELSE NULL::integer
                END, 'enumValues', ( SELECT jsonb_agg(v.enumlabel ORDER BY v.enumsortorder) AS jsonb_agg
                   FROM pg_enum v
                  WHERE v.enumtypid = COALESCE(NULLIF(t.typelem, 0::oid), t.oid)), 'references', ( SELECT min(p.code) AS min
                   FROM pg_constraint k
                     JOIN app.entity_type p ON p.table_name::oid = k.confrelid
                     CROSS JOIN LATERAL UNNEST(k.conkey, k.confkey) pair(child, parent)
                     JOIN pg_attribute pa ON pa.attrelid = k.confrelid AND pa.attnum = pair.parent AND pa.attname = p.key_column
                  WHERE k.conrelid = c.oid AND k.contype = 'f'::"char" AND pair.child = a.attnum), 'comment', col_description(c.oid, a.attnum::integer)) ORDER BY a.attnum) AS jsonb_agg
           FROM pg_attribute a
             JOIN pg_type t ON t.oid = app.base_type(a.atttypid)
             CROSS JOIN LATERAL ( SELECT GREATEST(a.atttypmod, d.typtypmod) AS typmod
                   FROM pg_type d
                  WHERE d.oid = a.atttypid) m
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
   FROM app.entity_type e
     JOIN pg_class c ON c.oid = e.table_name::oid
     JOIN pg_namespace n ON n.oid = c.relnamespace;
grant select to heliograph_gateway
comment 'One row per live type with everything that is known of its columns.'

-- 7 function: app.audit_days()
CREATE OR REPLACE FUNCTION app.audit_days()
 RETURNS SETOF date
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select to_date(right(c.relname, 8), 'YYYYMMDD') from pg_inherits i join pg_class c on c.oid = i.inhrelid
   where i.inhparent = 'app.logging_detail'::regclass and c.relname ~ '_[0-9]{8}$'
     and to_date(right(c.relname, 8), 'YYYYMMDD') <= (clock_timestamp() at time zone 'UTC')::date
   order by 1
$function$
grant execute to heliograph_watcher
comment 'Days that app.logging_detail holds, up to today.'

-- 7 function: app.base_type(oid)
CREATE OR REPLACE FUNCTION app.base_type(type oid)
 RETURNS oid
 LANGUAGE sql
 STABLE STRICT
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with recursive t as (
    select p.oid, p.typtype, p.typbasetype from pg_type p where p.oid = $1
    union all
    select p.oid, p.typtype, p.typbasetype from t join pg_type p on p.oid = t.typbasetype where t.typtype = 'd')
  select t.oid from t where t.typtype <> 'd'
$function$
grant execute to heliograph_gateway

-- 7 function: app.base_type_name(oid)
CREATE OR REPLACE FUNCTION app.base_type_name(type oid)
 RETURNS text
 LANGUAGE sql
 STABLE STRICT
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$
grant execute to heliograph_gateway

-- 7 function: app.batch_subscribers(text,uuid[])
CREATE OR REPLACE FUNCTION app.batch_subscribers(code text, ids uuid[])
 RETURNS TABLE(entity_id uuid, user_id uuid, connection_id uuid, gateway_id uuid, is_container boolean)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select b.entity_id, b.user_id, b.connection_id, s.gateway_id, b.is_container
    from app.rxdb_subscription b left join app.rxdb_session s on s.connection_id = b.connection_id
   where b.entity_code = code and b.entity_id = any (ids) and not b.dormant
   order by b.entity_id, b.user_id, b.connection_id
$function$
grant execute to heliograph_gateway
comment 'Who holds these rows, or everything of the type inside these containers: for operators, not for delivery.'

-- 7 function: app.begin_erasure(uuid)
CREATE OR REPLACE FUNCTION app.begin_erasure(person uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$
grant execute to heliograph_watcher
comment 'First step of an erasure: notes what names the person and deletes the account.'

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

-- 7 function: app.check_sync()
CREATE OR REPLACE FUNCTION app.check_sync()
 RETURNS TABLE(code text, problem text, remedy text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$
grant execute to heliograph_watcher
comment 'What is wrong with the sync of which type, and what to do; no row when all is well.'

-- 7 function: app.claim(uuid,integer,bigint,timestamp with time zone)
CREATE OR REPLACE FUNCTION app.claim(me uuid, n integer, expected_head bigint, p_from timestamp with time zone DEFAULT '-infinity'::timestamp with time zone)
 RETURNS TABLE(first_seq bigint, last_seq bigint, log_epoch uuid)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET jit TO 'off'
AS $function$
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
end $function$
grant execute to heliograph_watcher
comment 'Numbers up to n pending rows created since p_from and marks them sent. No row: nothing is pending. HG001: the lease is lost.'

-- 7 function: app.cleanup_connection(uuid,uuid,bigint)
CREATE OR REPLACE FUNCTION app.cleanup_connection(connection uuid, gateway uuid DEFAULT NULL::uuid, session_generation bigint DEFAULT NULL::bigint)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$
grant execute to heliograph_gateway
comment 'Ends a connection; returns how many subscriptions it held.'

-- 7 function: app.containers_of(text,uuid)
CREATE OR REPLACE FUNCTION app.containers_of(code text, id uuid)
 RETURNS uuid[]
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$

-- 7 function: app.current_organization_id()
CREATE OR REPLACE FUNCTION app.current_organization_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select m.organization_id from app.membership m
   where m.person_id = app.current_person_id()
     and m.organization_id = nullif(current_setting('app.organization_id', true), '')::uuid
$function$
grant execute to heliograph_app
comment 'The organization of this transaction, if its person is a member; else null.'

-- 7 function: app.current_person_id()
CREATE OR REPLACE FUNCTION app.current_person_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('app.person_id'::text, true), ''::text))::uuid
grant execute to heliograph_app
comment 'The person of this transaction; null outside a request.'

-- 7 function: app.delete_orphan_grants()
CREATE OR REPLACE FUNCTION app.delete_orphan_grants()
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$
grant execute to heliograph_watcher
comment 'Deletes grants whose row has been gone for a day; returns how many.'

-- 7 function: app.delete_orphan_subscriptions()
CREATE OR REPLACE FUNCTION app.delete_orphan_subscriptions()
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_count bigint;
begin
  delete from app.rxdb_subscription b
   where not exists (select 1 from app.rxdb_session s where s.connection_id = b.connection_id)
     and b.subscribed_at < now() - interval '1 min'; -- a session may be committed just after its first rows
  get diagnostics v_count = row_count;
  return v_count;
end $function$
grant execute to heliograph_watcher
comment 'Deletes subscriptions whose connection is unknown; returns how many.'

-- 7 function: app.disable_sync(text)
CREATE OR REPLACE FUNCTION app.disable_sync(code text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET client_min_messages TO 'warning'
AS $function$
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
end $function$
comment 'Ends the sync of a type; the table keeps its columns, policies and rights.'

-- 7 function: app.drop_log_day(text,date)
CREATE OR REPLACE FUNCTION app.drop_log_day(part_of text, day date)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '200ms'
AS $function$
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
end $function$
grant execute to heliograph_watcher
comment 'Drops a detached day of app.logging or app.logging_detail; false when there is none.'

-- 7 function: app.enable_sync(regclass,text,text[],text[],text[],text,boolean
CREATE OR REPLACE FUNCTION app.enable_sync("table" regclass, code text, containers text[] DEFAULT '{}'::text[], rights text[] DEFAULT '{}'::text[], redact text[] DEFAULT '{}'::text[], snapshots text DEFAULT 'full'::text, views boolean DEFAULT false, public boolean DEFAULT false, key text DEFAULT NULL::text, tenant text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET client_min_messages TO 'warning'
AS $function$
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
end $function$
comment 'Makes a table live, or brings it up to date after its columns changed.'

-- 7 function: app.ensure_partitions(integer)
CREATE OR REPLACE FUNCTION app.ensure_partitions(days integer DEFAULT 14)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '1s'
AS $function$
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
end $function$
grant execute to heliograph_watcher
comment 'Makes the partitions of yesterday up to so many days ahead, where they are missing; returns how many it made.'

-- 7 function: app.entity_history(text,uuid,integer)
CREATE OR REPLACE FUNCTION app.entity_history(code text, id uuid, max_rows integer DEFAULT 50)
 RETURNS TABLE(at timestamp with time zone, actor text, action smallint, version bigint, columns text[])
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$
grant execute to heliograph_app, heliograph_gateway
comment 'Changes of one row, newest first: time, name of the actor, action, version, changed columns (null where no snapshots are kept).'

-- 7 function: app.erase_subject(uuid,date)
CREATE OR REPLACE FUNCTION app.erase_subject(person uuid, day date)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$
grant execute to heliograph_watcher
comment 'Third step of an erasure, for each day of app.logging_detail; returns how many rows it changed.'

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
comment 'Deletes grants whose time is over, which makes the gateways check; returns how many.'

-- 7 function: app.expire_mutations(interval,integer)
CREATE OR REPLACE FUNCTION app.expire_mutations(keep interval DEFAULT '90 days'::interval, max_rows integer DEFAULT 5000)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$
grant execute to heliograph_watcher
comment 'Forgets idempotency keys that are older, so many at most; returns how many.'

-- 7 function: app.expired_log_days(integer,integer)
CREATE OR REPLACE FUNCTION app.expired_log_days(keep_log integer, keep_detail integer)
 RETURNS TABLE(part_of text, day date, state text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select d.part_of, d.day, d.state
    from (select left(c.relname, -9) as part_of, to_date(right(c.relname, 8), 'YYYYMMDD') as day,
                 case when i.inhrelid is null then 'detached' when i.inhdetachpending then 'detaching' else 'attached' end as state
            from pg_class c left join pg_inherits i on i.inhrelid = c.oid
           where c.relnamespace = 'app'::regnamespace and c.relkind = 'r' and c.relname ~ '^logging(_detail)?_[0-9]{8}$') d
   where d.day < (clock_timestamp() at time zone 'UTC')::date - greatest(2, case d.part_of when 'logging' then keep_log else keep_detail end)
   order by d.state = 'detaching' desc, d.day, d.part_of
$function$
grant execute to heliograph_watcher
comment 'Days of app.logging and app.logging_detail that are older than so many days (two at least), oldest first; state is attached, detaching or detached.'

-- 7 function: app.find_subject(uuid,date)
CREATE OR REPLACE FUNCTION app.find_subject(person uuid, day date)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$
grant execute to heliograph_watcher
comment 'Second step of an erasure, for each day: notes rows about the person that exist no more.'

-- 7 function: app.finish_erasure(uuid)
CREATE OR REPLACE FUNCTION app.finish_erasure(person uuid)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  update app.erasure set erased_ts = clock_timestamp(), markers = '{}', entity_ids = '{}' where person_id = person
$function$
grant execute to heliograph_watcher
comment 'Last step of an erasure: forgets what named the person.'

-- 7 function: app.granted_ids(text)
CREATE OR REPLACE FUNCTION app.granted_ids(code text)
 RETURNS uuid[]
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(array_agg(g.entity_id), '{}') from app.entity_grant g
   where g.person_id = app.current_person_id()
     and g.organization_id = app.current_organization_id()
     and g.entity_code = code
$function$
grant execute to heliograph_app
comment 'Rows of a type that the person of this transaction was granted in its organization.'

-- 7 function: app.in_maintenance()
CREATE OR REPLACE FUNCTION app.in_maintenance()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NOT (current_setting('app.maintenance'::text, true) IS DISTINCT FROM 'on'::text))
grant execute to heliograph_app, heliograph_gateway
comment 'Whether app.maintenance is on: then the owner of the tables sees every row.'

-- 7 function: app.inet_or_null(text)
CREATE OR REPLACE FUNCTION app.inet_or_null(address text)
 RETURNS inet
 LANGUAGE plpgsql
 IMMUTABLE STRICT
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  return split_part(address, '%', 1)::inet;
exception when others then
  return null;
end $function$

-- 7 function: app.is_admin()
CREATE OR REPLACE FUNCTION app.is_admin()
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (
    select 1 from app.membership m
     where m.person_id = app.current_person_id()
       and m.organization_id = nullif(current_setting('app.organization_id', true), '')::uuid
       and m.role = 'admin'::app.membership_role)
$function$
grant execute to heliograph_app
comment 'Whether the person of this transaction administers its organization.'

-- 7 function: app.lead(uuid,interval)
CREATE OR REPLACE FUNCTION app.lead(me uuid, ttl interval DEFAULT '00:00:03'::interval)
 RETURNS TABLE(head_seq bigint, log_epoch uuid)
 LANGUAGE plpgsql
 STRICT SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$
grant execute to heliograph_watcher
comment 'Takes or renews the lease; no row when somebody else leads. A server on another timeline starts a new log_epoch.'

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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.organization_id], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.organization_id], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.organization_id], null) = array_remove(array[o.organization_id], null) then array_remove(array[n.organization_id], null) else array_remove(array[o.organization_id], null) || array_remove(array[n.organization_id], null) end as containers, false or false as restricted, record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, (select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(o.*)) k where k.value is distinct from to_jsonb(n.*) -> k.key) as before, (select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(n.*)) k where k.value is distinct from to_jsonb(o.*) -> k.key) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.organization_id], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.organization_id], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.organization_id], null) = array_remove(array[o.organization_id], null) then array_remove(array[n.organization_id], null) else array_remove(array[o.organization_id], null) || array_remove(array[n.organization_id], null) end as containers, false or false as restricted, record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, to_jsonb(o.*) as before, to_jsonb(n.*) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.client_id, o.organization_id], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.client_id, n.organization_id], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.client_id, n.organization_id], null) = array_remove(array[o.client_id, o.organization_id], null) then array_remove(array[n.client_id, n.organization_id], null) else array_remove(array[o.client_id, o.organization_id], null) || array_remove(array[n.client_id, n.organization_id], null) end as containers, false or false as restricted, record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, to_jsonb(o.*) as before, to_jsonb(n.*) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.client_id, o.organization_id], null) || case when o.is_private then array(select g.person_id from app.entity_grant g where g.entity_code = 'contract' and g.entity_id = o.id) else '{}'::uuid[] end as containers, coalesce(o.is_private, true) as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.client_id, n.organization_id], null) as containers, coalesce(n.is_private, true) as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.client_id, n.organization_id], null) = array_remove(array[o.client_id, o.organization_id], null) then array_remove(array[n.client_id, n.organization_id], null) else array_remove(array[o.client_id, o.organization_id], null) || array_remove(array[n.client_id, n.organization_id], null) end as containers, coalesce(n.is_private, true) or coalesce(o.is_private, true) as restricted, record_image_ne(row(n.is_private, n.organization_id), row(o.is_private, o.organization_id)) as recheck, to_jsonb(o.*) as before, to_jsonb(n.*) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.parent_department_id, o.organization_id], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.parent_department_id, n.organization_id], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.parent_department_id, n.organization_id], null) = array_remove(array[o.parent_department_id, o.organization_id], null) then array_remove(array[n.parent_department_id, n.organization_id], null) else array_remove(array[o.parent_department_id, o.organization_id], null) || array_remove(array[n.parent_department_id, n.organization_id], null) end as containers, false or false as restricted, record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, to_jsonb(o.*) as before, to_jsonb(n.*) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.project_id, o.organization_id], null) || case when o.is_private then array(select g.person_id from app.entity_grant g where g.entity_code = 'document' and g.entity_id = o.id) else '{}'::uuid[] end as containers, coalesce(o.is_private, true) as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.project_id, n.organization_id], null) as containers, coalesce(n.is_private, true) as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.project_id, n.organization_id], null) = array_remove(array[o.project_id, o.organization_id], null) then array_remove(array[n.project_id, n.organization_id], null) else array_remove(array[o.project_id, o.organization_id], null) || array_remove(array[n.project_id, n.organization_id], null) end as containers, coalesce(n.is_private, true) or coalesce(o.is_private, true) as restricted, record_image_ne(row(n.is_private, n.organization_id), row(o.is_private, o.organization_id)) as recheck, to_jsonb(o.*) as before, to_jsonb(n.*) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.department_id, o.organization_id], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) - '{salary}'::text[] as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.department_id, n.organization_id], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) - '{salary}'::text[] as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.department_id, n.organization_id], null) = array_remove(array[o.department_id, o.organization_id], null) then array_remove(array[n.department_id, n.organization_id], null) else array_remove(array[o.department_id, o.organization_id], null) || array_remove(array[n.department_id, n.organization_id], null) end as containers, false or false as restricted, record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, to_jsonb(o.*) - '{salary}'::text[] as before, to_jsonb(n.*) - '{salary}'::text[] as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'employee', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'employee', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_entity_change(text,uuid,boolean,uuid[],jsonb,jsonb)
CREATE OR REPLACE FUNCTION app.log_entity_change(entity_code text, entity_id uuid, grants boolean, container_ids uuid[], before jsonb, after jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.project_id, o.organization_id], null) || case when o.is_private then array(select g.person_id from app.entity_grant g where g.entity_code = 'expense' and g.entity_id = o.id) else '{}'::uuid[] end as containers, coalesce(o.is_private, true) as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.project_id, n.organization_id], null) as containers, coalesce(n.is_private, true) as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.project_id, n.organization_id], null) = array_remove(array[o.project_id, o.organization_id], null) then array_remove(array[n.project_id, n.organization_id], null) else array_remove(array[o.project_id, o.organization_id], null) || array_remove(array[n.project_id, n.organization_id], null) end as containers, coalesce(n.is_private, true) or coalesce(o.is_private, true) as restricted, record_image_ne(row(n.is_private, n.organization_id), row(o.is_private, o.organization_id)) as recheck, to_jsonb(o.*) as before, to_jsonb(n.*) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.client_id, o.organization_id], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.client_id, n.organization_id], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.client_id, n.organization_id], null) = array_remove(array[o.client_id, o.organization_id], null) then array_remove(array[n.client_id, n.organization_id], null) else array_remove(array[o.client_id, o.organization_id], null) || array_remove(array[n.client_id, n.organization_id], null) end as containers, false or false as restricted, record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, to_jsonb(o.*) as before, to_jsonb(n.*) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.invoice_id, o.organization_id], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.invoice_id, n.organization_id], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.invoice_id, n.organization_id], null) = array_remove(array[o.invoice_id, o.organization_id], null) then array_remove(array[n.invoice_id, n.organization_id], null) else array_remove(array[o.invoice_id, o.organization_id], null) || array_remove(array[n.invoice_id, n.organization_id], null) end as containers, false or false as restricted, record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, (select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(o.*)) k where k.value is distinct from to_jsonb(n.*) -> k.key) as before, (select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(n.*)) k where k.value is distinct from to_jsonb(o.*) -> k.key) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.project_id, o.organization_id], null) || case when o.is_private then array(select g.person_id from app.entity_grant g where g.entity_code = 'meeting' and g.entity_id = o.id) else '{}'::uuid[] end as containers, coalesce(o.is_private, true) as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.project_id, n.organization_id], null) as containers, coalesce(n.is_private, true) as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.project_id, n.organization_id], null) = array_remove(array[o.project_id, o.organization_id], null) then array_remove(array[n.project_id, n.organization_id], null) else array_remove(array[o.project_id, o.organization_id], null) || array_remove(array[n.project_id, n.organization_id], null) end as containers, coalesce(n.is_private, true) or coalesce(o.is_private, true) as restricted, record_image_ne(row(n.is_private, n.organization_id), row(o.is_private, o.organization_id)) as recheck, to_jsonb(o.*) as before, to_jsonb(n.*) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.project_id, o.organization_id], null) || case when o.is_private then array(select g.person_id from app.entity_grant g where g.entity_code = 'milestone' and g.entity_id = o.id) else '{}'::uuid[] end as containers, coalesce(o.is_private, true) as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.project_id, n.organization_id], null) as containers, coalesce(n.is_private, true) as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.project_id, n.organization_id], null) = array_remove(array[o.project_id, o.organization_id], null) then array_remove(array[n.project_id, n.organization_id], null) else array_remove(array[o.project_id, o.organization_id], null) || array_remove(array[n.project_id, n.organization_id], null) end as containers, coalesce(n.is_private, true) or coalesce(o.is_private, true) as restricted, record_image_ne(row(n.is_private, n.organization_id), row(o.is_private, o.organization_id)) as recheck, to_jsonb(o.*) as before, to_jsonb(n.*) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.organization_id], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.organization_id], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.organization_id], null) = array_remove(array[o.organization_id], null) then array_remove(array[n.organization_id], null) else array_remove(array[o.organization_id], null) || array_remove(array[n.organization_id], null) end as containers, false or false as restricted, record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, to_jsonb(o.*) as before, to_jsonb(n.*) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.client_id, o.organization_id], null) || case when o.is_private then array(select g.person_id from app.entity_grant g where g.entity_code = 'opportunity' and g.entity_id = o.id) else '{}'::uuid[] end as containers, coalesce(o.is_private, true) as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.client_id, n.organization_id], null) as containers, coalesce(n.is_private, true) as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.client_id, n.organization_id], null) = array_remove(array[o.client_id, o.organization_id], null) then array_remove(array[n.client_id, n.organization_id], null) else array_remove(array[o.client_id, o.organization_id], null) || array_remove(array[n.client_id, n.organization_id], null) end as containers, coalesce(n.is_private, true) or coalesce(o.is_private, true) as restricted, record_image_ne(row(n.is_private, n.organization_id), row(o.is_private, o.organization_id)) as recheck, to_jsonb(o.*) as before, to_jsonb(n.*) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.id], null) as containers, true as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.id], null) as containers, true as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.id], null) = array_remove(array[o.id], null) then array_remove(array[n.id], null) else array_remove(array[o.id], null) || array_remove(array[n.id], null) end as containers, true or true as restricted, false as recheck, to_jsonb(o.*) as before, to_jsonb(n.*) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.invoice_id, o.organization_id], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.invoice_id, n.organization_id], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.invoice_id, n.organization_id], null) = array_remove(array[o.invoice_id, o.organization_id], null) then array_remove(array[n.invoice_id, n.organization_id], null) else array_remove(array[o.invoice_id, o.organization_id], null) || array_remove(array[n.invoice_id, n.organization_id], null) end as containers, false or false as restricted, record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, to_jsonb(o.*) as before, to_jsonb(n.*) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.organization_id], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.organization_id], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.organization_id], null) = array_remove(array[o.organization_id], null) then array_remove(array[n.organization_id], null) else array_remove(array[o.organization_id], null) || array_remove(array[n.organization_id], null) end as containers, false or false as restricted, record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, (select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(o.*)) k where k.value is distinct from to_jsonb(n.*) -> k.key) as before, (select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(n.*)) k where k.value is distinct from to_jsonb(o.*) -> k.key) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.client_id, o.organization_id], null) || case when o.is_private then array(select g.person_id from app.entity_grant g where g.entity_code = 'project' and g.entity_id = o.id) else '{}'::uuid[] end as containers, coalesce(o.is_private, true) as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.client_id, n.organization_id], null) as containers, coalesce(n.is_private, true) as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.client_id, n.organization_id], null) = array_remove(array[o.client_id, o.organization_id], null) then array_remove(array[n.client_id, n.organization_id], null) else array_remove(array[o.client_id, o.organization_id], null) || array_remove(array[n.client_id, n.organization_id], null) end as containers, coalesce(n.is_private, true) or coalesce(o.is_private, true) as restricted, record_image_ne(row(n.is_private, n.organization_id), row(o.is_private, o.organization_id)) as recheck, to_jsonb(o.*) as before, to_jsonb(n.*) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.vendor_id, o.organization_id], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.vendor_id, n.organization_id], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.vendor_id, n.organization_id], null) = array_remove(array[o.vendor_id, o.organization_id], null) then array_remove(array[n.vendor_id, n.organization_id], null) else array_remove(array[o.vendor_id, o.organization_id], null) || array_remove(array[n.vendor_id, n.organization_id], null) end as containers, false or false as restricted, record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, to_jsonb(o.*) as before, to_jsonb(n.*) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.purchase_order_id, o.organization_id], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.purchase_order_id, n.organization_id], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.purchase_order_id, n.organization_id], null) = array_remove(array[o.purchase_order_id, o.organization_id], null) then array_remove(array[n.purchase_order_id, n.organization_id], null) else array_remove(array[o.purchase_order_id, o.organization_id], null) || array_remove(array[n.purchase_order_id, n.organization_id], null) end as containers, false or false as restricted, record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, (select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(o.*)) k where k.value is distinct from to_jsonb(n.*) -> k.key) as before, (select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(n.*)) k where k.value is distinct from to_jsonb(o.*) -> k.key) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.client_id, o.organization_id], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.client_id, n.organization_id], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.client_id, n.organization_id], null) = array_remove(array[o.client_id, o.organization_id], null) then array_remove(array[n.client_id, n.organization_id], null) else array_remove(array[o.client_id, o.organization_id], null) || array_remove(array[n.client_id, n.organization_id], null) end as containers, false or false as restricted, record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, to_jsonb(o.*) as before, to_jsonb(n.*) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.project_id, o.parent_task_id, o.organization_id], null) || case when o.is_private then array(select g.person_id from app.entity_grant g where g.entity_code = 'task' and g.entity_id = o.id) else '{}'::uuid[] end as containers, coalesce(o.is_private, true) as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.project_id, n.parent_task_id, n.organization_id], null) as containers, coalesce(n.is_private, true) as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.project_id, n.parent_task_id, n.organization_id], null) = array_remove(array[o.project_id, o.parent_task_id, o.organization_id], null) then array_remove(array[n.project_id, n.parent_task_id, n.organization_id], null) else array_remove(array[o.project_id, o.parent_task_id, o.organization_id], null) || array_remove(array[n.project_id, n.parent_task_id, n.organization_id], null) end as containers, coalesce(n.is_private, true) or coalesce(o.is_private, true) as restricted, record_image_ne(row(n.is_private, n.organization_id), row(o.is_private, o.organization_id)) as recheck, to_jsonb(o.*) as before, to_jsonb(n.*) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.task_id, o.organization_id], null) || case when o.is_private then array(select g.person_id from app.entity_grant g where g.entity_code = 'task_comment' and g.entity_id = o.id) else '{}'::uuid[] end as containers, coalesce(o.is_private, true) as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.task_id, n.organization_id], null) as containers, coalesce(n.is_private, true) as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.task_id, n.organization_id], null) = array_remove(array[o.task_id, o.organization_id], null) then array_remove(array[n.task_id, n.organization_id], null) else array_remove(array[o.task_id, o.organization_id], null) || array_remove(array[n.task_id, n.organization_id], null) end as containers, coalesce(n.is_private, true) or coalesce(o.is_private, true) as restricted, record_image_ne(row(n.is_private, n.organization_id), row(o.is_private, o.organization_id)) as recheck, to_jsonb(o.*) as before, to_jsonb(n.*) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.department_id, o.organization_id], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.department_id, n.organization_id], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.department_id, n.organization_id], null) = array_remove(array[o.department_id, o.organization_id], null) then array_remove(array[n.department_id, n.organization_id], null) else array_remove(array[o.department_id, o.organization_id], null) || array_remove(array[n.department_id, n.organization_id], null) end as containers, false or false as restricted, record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, to_jsonb(o.*) as before, to_jsonb(n.*) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.team_id, o.organization_id], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.team_id, n.organization_id], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.team_id, n.organization_id], null) = array_remove(array[o.team_id, o.organization_id], null) then array_remove(array[n.team_id, n.organization_id], null) else array_remove(array[o.team_id, o.organization_id], null) || array_remove(array[n.team_id, n.organization_id], null) end as containers, false or false as restricted, record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, to_jsonb(o.*) as before, to_jsonb(n.*) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.client_id, o.organization_id], null) || case when o.is_private then array(select g.person_id from app.entity_grant g where g.entity_code = 'ticket' and g.entity_id = o.id) else '{}'::uuid[] end as containers, coalesce(o.is_private, true) as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.client_id, n.organization_id], null) as containers, coalesce(n.is_private, true) as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.client_id, n.organization_id], null) = array_remove(array[o.client_id, o.organization_id], null) then array_remove(array[n.client_id, n.organization_id], null) else array_remove(array[o.client_id, o.organization_id], null) || array_remove(array[n.client_id, n.organization_id], null) end as containers, coalesce(n.is_private, true) or coalesce(o.is_private, true) as restricted, record_image_ne(row(n.is_private, n.organization_id), row(o.is_private, o.organization_id)) as recheck, to_jsonb(o.*) as before, to_jsonb(n.*) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.task_id, o.organization_id], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.task_id, n.organization_id], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.task_id, n.organization_id], null) = array_remove(array[o.task_id, o.organization_id], null) then array_remove(array[n.task_id, n.organization_id], null) else array_remove(array[o.task_id, o.organization_id], null) || array_remove(array[n.task_id, n.organization_id], null) end as containers, false or false as restricted, record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, (select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(o.*)) k where k.value is distinct from to_jsonb(n.*) -> k.key) as before, (select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(n.*)) k where k.value is distinct from to_jsonb(o.*) -> k.key) as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, o.id as entity_id, 3 as action, greatest(o.version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, array_remove(array[o.organization_id], null) as containers, false as restricted, false as recheck, to_jsonb(o.*) - '{iban}'::text[] as before, null::jsonb as after from oldt o),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 1 as action, n.version, array_remove(array[n.organization_id], null) as containers, false as restricted, false as recheck, null::jsonb as before, to_jsonb(n.*) - '{iban}'::text[] as after from newt n),
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
        v_ts timestamptz := clock_timestamp();
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, n.id as entity_id, 2 as action, n.version, case when array_remove(array[n.organization_id], null) = array_remove(array[o.organization_id], null) then array_remove(array[n.organization_id], null) else array_remove(array[o.organization_id], null) || array_remove(array[n.organization_id], null) end as containers, false or false as restricted, record_image_ne(row(n.organization_id), row(o.organization_id)) as recheck, to_jsonb(o.*) - '{iban}'::text[] as before, to_jsonb(n.*) - '{iban}'::text[] as after from newt n join oldt o on o.id = n.id where n.version <> o.version),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, 'vendor', c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, 'vendor', c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $function$

-- 7 function: app.log_view(text,uuid[])
CREATE OR REPLACE FUNCTION app.log_view(code text, ids uuid[])
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$
grant execute to heliograph_app
comment 'Logs that rows were read (action 0), for types with views; returns how many rows it logged.'

-- 7 function: app.login(text)
CREATE OR REPLACE FUNCTION app.login(address text)
 RETURNS TABLE(person_id uuid, email text, fname text, lname text, person_type text, password_hash text, memberships jsonb)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select p.id, p.email, p.fname, p.lname, p.person_type, c.password_hash,
         coalesce((select jsonb_agg(jsonb_build_object('organization_id', m.organization_id, 'role', m.role) order by m.created_ts, m.organization_id)
                     from app.membership m where m.person_id = p.id), '[]')
    from app.person p join app.credential c on c.person_id = p.id
   where lower(p.email) = lower($1)
$function$
grant execute to heliograph_gateway
comment 'Account, argon2id hash and memberships of an address; no row when there is none.'

-- 7 function: app.names_subject(jsonb,uuid,text[])
CREATE OR REPLACE FUNCTION app.names_subject(snapshot jsonb, person uuid, markers text[])
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (select from unnest(array[person::text] || markers) m where strpos(lower(snapshot::text), m) > 0)
$function$

-- 7 function: app.new_log_epoch()
CREATE OR REPLACE FUNCTION app.new_log_epoch()
 RETURNS uuid
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  update app.sync_state set log_epoch = gen_random_uuid() returning log_epoch
$function$
grant execute to heliograph_watcher
comment 'Declares the history rewritten (after a restore, or a load with triggers off): every client compares its versions afresh.'

-- 7 function: app.person_in_organization(uuid,uuid)
CREATE OR REPLACE FUNCTION app.person_in_organization(person uuid, organization uuid)
 RETURNS TABLE(person_id uuid, email text, fname text, lname text, person_type text, organization_id uuid, role text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select p.id, p.email, p.fname, p.lname, p.person_type, m.organization_id, m.role::text
    from app.person p join app.membership m on m.person_id = p.id
   where p.id = person and m.organization_id = organization
$function$
grant execute to heliograph_gateway
comment 'Who a token speaks for; no row when the membership has ended.'

-- 7 function: app.reap_sessions(interval,interval)
CREATE OR REPLACE FUNCTION app.reap_sessions(dead_after interval DEFAULT '00:00:15'::interval, grace interval DEFAULT '00:02:00'::interval)
 RETURNS TABLE(gateways integer, sessions integer, subscriptions integer)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$
grant execute to heliograph_watcher
comment 'Gives up dead gateways and deletes expired sessions with their subscriptions; returns how many of each.'

-- 7 function: app.refresh_statistics()
CREATE OR REPLACE FUNCTION app.refresh_statistics()
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '200ms'
AS $function$
begin
  analyze app.logging_detail;
end $function$
grant execute to heliograph_watcher
comment 'Analyzes what autovacuum does not.'

-- 7 function: app.request_erasure(uuid)
CREATE OR REPLACE FUNCTION app.request_erasure(person uuid)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  insert into app.erasure (person_id) values (person)
  on conflict (person_id) do update set requested_ts = clock_timestamp(), erased_ts = null
$function$
comment 'Asks the watchers to erase a person: the account and every trace in the audit log. Change or delete the rows about that person first.'

-- 7 function: app.resign(uuid)
CREATE OR REPLACE FUNCTION app.resign(me uuid)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  update app.sync_state set lease_until = '-infinity' where leader_id = me
$function$
grant execute to heliograph_watcher
comment 'Gives the lease up at once, so that another watcher need not wait for its end.'

-- 7 function: app.resume_sessions(uuid[],uuid[],uuid[],uuid)
CREATE OR REPLACE FUNCTION app.resume_sessions(connections uuid[], users uuid[], organizations uuid[], gateway uuid)
 RETURNS TABLE(connection_id uuid, user_id uuid, organization_id uuid, generation bigint, entity_codes text[], entity_ids uuid[], containers boolean[], dormants boolean[])
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$
grant execute to heliograph_gateway
comment 'Gives connections a new owner and returns what they hold; connections that are unknown, expired or somebody else''s are left out.'

-- 7 function: app.resync(text)
CREATE OR REPLACE FUNCTION app.resync(code text)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$

-- 7 function: app.retire_log_day(date)
CREATE OR REPLACE FUNCTION app.retire_log_day(day date)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '200ms'
AS $function$
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
end $function$
grant execute to heliograph_watcher
comment 'Raises min_seq above a day of app.logging that is to go, and returns it; null when there is no such day. Refuses while a row of it is to be claimed.'

-- 7 function: app.sees_asset(uuid)
CREATE OR REPLACE FUNCTION app.sees_asset(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.asset t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_client(uuid)
CREATE OR REPLACE FUNCTION app.sees_client(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.client t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_contact(uuid)
CREATE OR REPLACE FUNCTION app.sees_contact(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.contact t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_contract(uuid)
CREATE OR REPLACE FUNCTION app.sees_contract(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.contract t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_department(uuid)
CREATE OR REPLACE FUNCTION app.sees_department(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.department t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_document(uuid)
CREATE OR REPLACE FUNCTION app.sees_document(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.document t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_employee(uuid)
CREATE OR REPLACE FUNCTION app.sees_employee(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.employee t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_expense(uuid)
CREATE OR REPLACE FUNCTION app.sees_expense(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.expense t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_invoice(uuid)
CREATE OR REPLACE FUNCTION app.sees_invoice(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.invoice t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_invoice_line(uuid)
CREATE OR REPLACE FUNCTION app.sees_invoice_line(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.invoice_line t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_meeting(uuid)
CREATE OR REPLACE FUNCTION app.sees_meeting(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.meeting t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_milestone(uuid)
CREATE OR REPLACE FUNCTION app.sees_milestone(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.milestone t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_office(uuid)
CREATE OR REPLACE FUNCTION app.sees_office(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.office t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_opportunity(uuid)
CREATE OR REPLACE FUNCTION app.sees_opportunity(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.opportunity t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_payment(uuid)
CREATE OR REPLACE FUNCTION app.sees_payment(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.payment t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_product(uuid)
CREATE OR REPLACE FUNCTION app.sees_product(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.product t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_project(uuid)
CREATE OR REPLACE FUNCTION app.sees_project(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.project t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_purchase_order(uuid)
CREATE OR REPLACE FUNCTION app.sees_purchase_order(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.purchase_order t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_purchase_order_line(uuid)
CREATE OR REPLACE FUNCTION app.sees_purchase_order_line(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.purchase_order_line t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_quote(uuid)
CREATE OR REPLACE FUNCTION app.sees_quote(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.quote t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_task(uuid)
CREATE OR REPLACE FUNCTION app.sees_task(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.task t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_task_comment(uuid)
CREATE OR REPLACE FUNCTION app.sees_task_comment(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.task_comment t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_team(uuid)
CREATE OR REPLACE FUNCTION app.sees_team(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.team t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_team_member(uuid)
CREATE OR REPLACE FUNCTION app.sees_team_member(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.team_member t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_ticket(uuid)
CREATE OR REPLACE FUNCTION app.sees_ticket(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.ticket t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_time_entry(uuid)
CREATE OR REPLACE FUNCTION app.sees_time_entry(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.time_entry t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.sees_vendor(uuid)
CREATE OR REPLACE FUNCTION app.sees_vendor(id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ begin return exists (select 1 from app.vendor t where t.id = $1); end $function$
grant execute to heliograph_app

-- 7 function: app.server_history()
CREATE OR REPLACE FUNCTION app.server_history(OUT system_identifier bigint, OUT timeline text)
 RETURNS record
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  select c.system_identifier into system_identifier from pg_control_system() c;
  -- Not pg_control_checkpoint(): after a promotion that still shows the old timeline until the first checkpoint.
  timeline := left(pg_walfile_name(pg_current_wal_lsn()), 8);
exception when others then
  system_identifier := null;
  timeline := null;
end $function$

-- 7 function: app.sync_add_columns(regclass)
CREATE OR REPLACE FUNCTION app.sync_add_columns(tab regclass)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$

-- 7 function: app.sync_check_columns(regclass,app.entity_type)
CREATE OR REPLACE FUNCTION app.sync_check_columns(tab regclass, e app.entity_type)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$

-- 7 function: app.sync_check_table(regclass)
CREATE OR REPLACE FUNCTION app.sync_check_table(tab regclass)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$

-- 7 function: app.sync_columns(text,text[])
CREATE OR REPLACE FUNCTION app.sync_columns(prefix text, cols text[])
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select string_agg(format('%s.%I', prefix, c), ', ' order by n) from unnest(cols) with ordinality as u (c, n)
$function$

-- 7 function: app.sync_has_column(regclass,text)
CREATE OR REPLACE FUNCTION app.sync_has_column(tab regclass, col text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (select 1 from pg_attribute where attrelid = tab and attname = col and attnum > 0 and not attisdropped)
$function$

-- 7 function: app.sync_has_standard_policy(regclass)
CREATE OR REPLACE FUNCTION app.sync_has_standard_policy(tab regclass)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select not exists (select 1 from pg_policy where polrelid = tab and polname not in ('heliograph_standard', 'heliograph_owner'))
$function$

-- 7 function: app.sync_is_key(regclass,text)
CREATE OR REPLACE FUNCTION app.sync_is_key(tab regclass, col text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (
    select 1
      from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
     where i.indrelid = tab and i.indisunique and i.indimmediate and i.indpred is null
       and i.indnkeyatts = 1 and a.attname = col and a.attnotnull and a.atttypid = 'uuid'::regtype)
$function$

-- 7 function: app.sync_key_of(regclass,text)
CREATE OR REPLACE FUNCTION app.sync_key_of(tab regclass, wanted text)
 RETURNS text
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$

-- 7 function: app.sync_log_functions(app.entity_type)
CREATE OR REPLACE FUNCTION app.sync_log_functions(e app.entity_type)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$

-- 7 function: app.sync_parent_conditions(regclass)
CREATE OR REPLACE FUNCTION app.sync_parent_conditions(tab regclass)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$

-- 7 function: app.sync_refuse_truncate()
CREATE OR REPLACE FUNCTION app.sync_refuse_truncate()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  raise exception 'TRUNCATE of live table %.% would tell nobody that its rows are gone', tg_table_schema, tg_table_name
    using errcode = '55000', hint = format('Run: delete from %I.%I', tg_table_schema, tg_table_name);
end $function$

-- 7 function: app.sync_secure(app.entity_type)
CREATE OR REPLACE FUNCTION app.sync_secure(e app.entity_type)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$

-- 7 function: app.sync_set_standard_policy(app.entity_type)
CREATE OR REPLACE FUNCTION app.sync_set_standard_policy(e app.entity_type)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$

-- 7 function: app.sync_snapshot(app.entity_type,text,text)
CREATE OR REPLACE FUNCTION app.sync_snapshot(e app.entity_type, a text, other text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case
    when e.snapshots = 'none' then 'null::jsonb'
    when e.snapshots = 'changed' and other is not null then format(
      '(select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(%1$s.*)) k where k.value is distinct from to_jsonb(%2$s.*) -> k.key)%3$s',
      a, other, r.minus)
    else format('to_jsonb(%s.*)%s', a, r.minus)
  end
  -- to_jsonb(x.*), not to_jsonb(x): that would mean a column of this name, if there is one
  from (select case when e.redact = '{}' then '' else ' - ' || quote_literal(e.redact) || '::text[]' end as minus) r
$function$

-- 7 function: app.sync_version_function(app.entity_type)
CREATE OR REPLACE FUNCTION app.sync_version_function(e app.entity_type)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
end $function$

-- 7 function: app.table_sizes()
CREATE OR REPLACE FUNCTION app.table_sizes()
 RETURNS TABLE(name text, bytes bigint, live bigint, dead bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(p.relname, c.relname)::text, sum(pg_total_relation_size(c.oid))::bigint,
         sum(pg_stat_get_live_tuples(c.oid))::bigint, sum(pg_stat_get_dead_tuples(c.oid))::bigint
    from pg_class c left join pg_inherits i on i.inhrelid = c.oid left join pg_class p on p.oid = i.inhparent
   where c.relnamespace = 'app'::regnamespace and c.relkind = 'r'
   group by 1 order by 1
$function$
grant execute to heliograph_watcher
comment 'Bytes with indexes, live and dead rows of each table; partitions count for the table above them.'

-- 7 function: app.version_asset()
CREATE OR REPLACE FUNCTION app.version_asset()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; 
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; 
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; new.name := old.name;
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; 
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; 
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; 
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; new.name := old.name;
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; 
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; new.gross_amount := old.gross_amount;
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; new.amount := old.amount;
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; 
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; 
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; 
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; new.expected_amount := old.expected_amount;
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; 
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; 
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; 
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; 
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; 
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; new.amount := old.amount;
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; new.net_amount := old.net_amount;
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; 
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; new.title := old.title;
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; 
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; 
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; 
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; new.amount := old.amount;
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
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
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        return new;
      end if;
      if new.id operator(pg_catalog.<>) old.id then
        raise exception 'the key of a live row cannot change (%.%)', tg_table_name, 'id'
          using errcode = '55000', hint = 'Insert the row under its new key and delete the old one.';
      end if;
      new.version := old.version; new.updated_ts := old.updated_ts; 
      if new operator(pg_catalog.*<>) old then
        new.updated_ts := pg_catalog.clock_timestamp();
        new.version := greatest(old.version operator(pg_catalog.+) 1, (extract(epoch from new.updated_ts) operator(pg_catalog.*) 1000000)::pg_catalog.int8);
      end if;
      return new;
    end $function$

-- 9 live type: asset
app.asset key id tenant organization_id containers {organization_id} rights {} redact {} snapshots changed

-- 9 live type: client
app.client key id tenant organization_id containers {organization_id} rights {} redact {} snapshots full

-- 9 live type: contact
app.contact key id tenant organization_id containers {client_id,organization_id} rights {} redact {} snapshots full

-- 9 live type: contract
app.contract key id tenant organization_id containers {client_id,organization_id} rights {is_private} redact {} snapshots full

-- 9 live type: department
app.department key id tenant organization_id containers {parent_department_id,organization_id} rights {} redact {} snapshots full

-- 9 live type: document
app.document key id tenant organization_id containers {project_id,organization_id} rights {is_private} redact {} snapshots full

-- 9 live type: employee
app.employee key id tenant organization_id containers {department_id,organization_id} rights {} redact {salary} snapshots full

-- 9 live type: expense
app.expense key id tenant organization_id containers {project_id,organization_id} rights {is_private} redact {} snapshots full

-- 9 live type: invoice
app.invoice key id tenant organization_id containers {client_id,organization_id} rights {} redact {} snapshots full

-- 9 live type: invoice_line
app.invoice_line key id tenant organization_id containers {invoice_id,organization_id} rights {} redact {} snapshots changed

-- 9 live type: meeting
app.meeting key id tenant organization_id containers {project_id,organization_id} rights {is_private} redact {} snapshots full

-- 9 live type: milestone
app.milestone key id tenant organization_id containers {project_id,organization_id} rights {is_private} redact {} snapshots full

-- 9 live type: office
app.office key id tenant organization_id containers {organization_id} rights {} redact {} snapshots full

-- 9 live type: opportunity
app.opportunity key id tenant organization_id containers {client_id,organization_id} rights {is_private} redact {} snapshots full

-- 9 live type: organization
app.organization key id tenant id containers {id} rights {} redact {} snapshots full

-- 9 live type: payment
app.payment key id tenant organization_id containers {invoice_id,organization_id} rights {} redact {} snapshots full

-- 9 live type: product
app.product key id tenant organization_id containers {organization_id} rights {} redact {} snapshots changed

-- 9 live type: project
app.project key id tenant organization_id containers {client_id,organization_id} rights {is_private} redact {} snapshots full

-- 9 live type: purchase_order
app.purchase_order key id tenant organization_id containers {vendor_id,organization_id} rights {} redact {} snapshots full

-- 9 live type: purchase_order_line
app.purchase_order_line key id tenant organization_id containers {purchase_order_id,organization_id} rights {} redact {} snapshots changed

-- 9 live type: quote
app.quote key id tenant organization_id containers {client_id,organization_id} rights {} redact {} snapshots full

-- 9 live type: task
app.task key id tenant organization_id containers {project_id,parent_task_id,organization_id} rights {is_private} redact {} snapshots full

-- 9 live type: task_comment
app.task_comment key id tenant organization_id containers {task_id,organization_id} rights {is_private} redact {} snapshots full

-- 9 live type: team
app.team key id tenant organization_id containers {department_id,organization_id} rights {} redact {} snapshots full

-- 9 live type: team_member
app.team_member key id tenant organization_id containers {team_id,organization_id} rights {} redact {} snapshots full

-- 9 live type: ticket
app.ticket key id tenant organization_id containers {client_id,organization_id} rights {is_private} redact {} snapshots full

-- 9 live type: time_entry
app.time_entry key id tenant organization_id containers {task_id,organization_id} rights {} redact {} snapshots changed

-- 9 live type: vendor
app.vendor key id tenant organization_id containers {organization_id} rights {} redact {iban} snapshots full
