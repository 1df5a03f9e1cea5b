-- Identity and memberships: implements the hooks of core/functions/002_hooks.sql with app.person and app.membership.

-- The setting counts only while the membership exists: a token outlives the membership, the rights must not.
create or replace function app.current_tenant_id() returns text
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select m.organization_id::text from app.membership m
   where m.person_id = (select app.value_or_null(app.current_person_id(), null::uuid))
     and m.organization_id = (select app.value_or_null(current_setting('app.organization_id', true), null::uuid))
$$;

comment on function app.current_tenant_id() is 'The organization of this transaction, or null if its person is not a member.';

create or replace function app.is_tenant_admin() returns boolean
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select 1 from app.membership m
     where m.person_id = (select app.value_or_null(app.current_person_id(), null::uuid))
       and m.organization_id = (select app.value_or_null(current_setting('app.organization_id', true), null::uuid))
       and m.role = 'admin'::app.membership_role)
$$;

comment on function app.is_tenant_admin() is 'Whether the person of this transaction administers its organization.';

create or replace function app.identify(person text, organization text)
returns table (person_id text, email text, fname text, lname text, person_type text, organization_id text, role text)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select p.id::text, p.email, p.fname, p.lname, p.person_type, m.organization_id::text, m.role::text
    from app.person p join app.membership m on m.person_id = p.id
   where p.id = app.value_or_null(person, null::uuid) and m.organization_id = app.value_or_null(organization, null::uuid)
$$;

comment on function app.identify(text, text) is 'Person and role behind a token; no row if the membership has ended.';
