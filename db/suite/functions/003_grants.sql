-- Grants: implements the hooks of core/functions/002_hooks.sql with app.entity_grant.

-- Deliberately ignores expires_ts: a policy that depends on the clock changes rights without a signal to the gateways.
-- app.expire_grants deletes expired grants.
create or replace function app.granted_ids(code text) returns text[]
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(array_agg(g.entity_id), '{}') from app.entity_grant g
   where g.person_id = (select app.value_or_null(app.current_person_id(), null::uuid))
     and g.organization_id = (select app.value_or_null(app.current_tenant_id(), null::uuid))
     and g.entity_code = code
$$;

comment on function app.granted_ids(text) is 'Ids of the rows of a type that were granted to the person of this transaction in its organization.';

create or replace function app.granted_persons(code text, id text) returns text[]
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select array(select g.person_id::text from app.entity_grant g where g.entity_code = $1 and g.entity_id = $2)
$$;

comment on function app.granted_persons(text, text) is 'Ids of the persons with a grant for a row.';

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

comment on function app.expire_grants() is 'Deletes expired grants, which makes the gateways recheck subscriptions; returns the number deleted.';

-- A grant refers to its row without a foreign key, so that grants survive a pause of the sync. It can therefore outlive
-- its row and would apply again to a new row with the same id. Grants younger than a day are kept: a grant may be inserted
-- before its row. With row_security off, a table that hides rows from the owner is an error: its grants would look orphaned.
create or replace function app.delete_orphan_grants() returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp set row_security = off
as $$
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
end $$;

comment on function app.delete_orphan_grants() is 'Deletes grants that are older than a day and whose row does not exist; returns the number deleted.';
