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
