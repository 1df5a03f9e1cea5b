-- Erasure: implements the hooks of core/functions/002_hooks.sql with app.person.

create or replace function app.subject_markers(person text) returns text[]
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select array(select lower(p.email) from app.person p where p.id = app.value_or_null(person, null::uuid))
$$;

comment on function app.subject_markers(text) is 'The e-mail address of a person, in lower case.';

-- Deleting the account cascades to its memberships and grants. Their triggers log the revocations, so the gateways end the
-- person's open subscriptions.
create or replace function app.erase_person(person text) returns void
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
  delete from app.person p where p.id = app.value_or_null(person, null::uuid)
$$;

comment on function app.erase_person(text) is 'Deletes the account with its credential, memberships and grants.';
