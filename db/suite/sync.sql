-- Makes the tables of the suite live, parents before their children, in the order of the table files. Safe to run again.

-- app.organization has its own policies: its key is the tenant (it has no tenant column), and the standard policy would
-- let members insert and delete organizations. The policies must exist before the table goes live.
alter table app.organization enable row level security;
drop policy if exists organization_read on app.organization;
create policy organization_read on app.organization for select to @roleprefix@_app
  using (id = (select app.value_or_null(app.current_tenant_id(), null::uuid)));
drop policy if exists organization_update on app.organization;
create policy organization_update on app.organization for update to @roleprefix@_app
  using (id = (select app.value_or_null(app.current_tenant_id(), null::uuid)) and (select app.is_tenant_admin()))
  with check (id = (select app.value_or_null(app.current_tenant_id(), null::uuid)) and (select app.is_tenant_admin()));
grant select, update on app.organization to @roleprefix@_app;

select app.enable_sync('app.organization', 'organization', tenant => 'id');
select app.enable_sync('app.office', 'office');
select app.enable_sync('app.department', 'department', containers => '{parent_department_id}');
select app.enable_sync('app.employee', 'employee', containers => '{department_id}', redact => '{salary}');
select app.enable_sync('app.team', 'team', containers => '{department_id}');
select app.enable_sync('app.team_member', 'team_member', containers => '{team_id}');
select app.enable_sync('app.asset', 'asset', snapshots => 'changed');
select app.enable_sync('app.client', 'client');
select app.enable_sync('app.contact', 'contact', containers => '{client_id}');
select app.enable_sync('app.product', 'product', snapshots => 'changed');
select app.enable_sync('app.opportunity', 'opportunity', containers => '{client_id}', rights => '{is_private}');
select app.enable_sync('app.project', 'project', containers => '{client_id}', rights => '{is_private}');
select app.enable_sync('app.milestone', 'milestone', containers => '{project_id}', rights => '{is_private}');
select app.enable_sync('app.task', 'task', containers => '{project_id,parent_task_id}', rights => '{is_private}');
select app.enable_sync('app.task_comment', 'task_comment', containers => '{task_id}', rights => '{is_private}');
select app.enable_sync('app.time_entry', 'time_entry', containers => '{task_id}', snapshots => 'changed');
select app.enable_sync('app.document', 'document', containers => '{project_id}', rights => '{is_private}');
select app.enable_sync('app.meeting', 'meeting', containers => '{project_id}', rights => '{is_private}');
select app.enable_sync('app.vendor', 'vendor', redact => '{iban}');
select app.enable_sync('app.purchase_order', 'purchase_order', containers => '{vendor_id}');
select app.enable_sync('app.purchase_order_line', 'purchase_order_line', containers => '{purchase_order_id}', snapshots => 'changed');
select app.enable_sync('app.quote', 'quote', containers => '{client_id}');
select app.enable_sync('app.contract', 'contract', containers => '{client_id}', rights => '{is_private}');
select app.enable_sync('app.invoice', 'invoice', containers => '{client_id}');
select app.enable_sync('app.invoice_line', 'invoice_line', containers => '{invoice_id}', snapshots => 'changed');
select app.enable_sync('app.payment', 'payment', containers => '{invoice_id}');
select app.enable_sync('app.expense', 'expense', containers => '{project_id}', rights => '{is_private}');
select app.enable_sync('app.ticket', 'ticket', containers => '{client_id}', rights => '{is_private}');

-- Indexes for the default order of lists; they also serve the foreign key to the organization. They are created here and
-- not in the table files because enable_sync adds the column updated_ts.
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
