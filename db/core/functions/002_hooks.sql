-- The seam between Heliograph and the application that it serves. The core calls these functions and knows nothing else
-- about accounts, memberships, grants and sign-in. An application fills a hook with `create or replace function`, with the
-- same arguments and result; the suite does so in suite/functions. An installed core never redefines them: its upgrades are
-- migrations.
--
-- Replacing a function keeps its EXECUTE rights (grants.sql). One that is dropped and created again may be executed by every
-- role, and one with other arguments is never called: check_sync reports both. A replacement that reads tables which the services may not
-- read must be SECURITY DEFINER with a fixed search_path.

-- Identity -----------------------------------------------------------------------------------------------------------

-- Contract: the tenant whose rows this transaction may read, or null. Called by every tenant policy. The default trusts
-- the setting, which the gateway takes from a verified token; a replacement should also check that the membership still
-- exists, because a token outlives it.
create or replace function @extschema@.current_tenant_id() returns text
language sql stable parallel safe
return nullif(pg_catalog.current_setting('app.organization_id', true), '');

comment on function @extschema@.current_tenant_id() is 'Hook: the tenant of this transaction. Default: the setting app.organization_id.';

-- Contract: whether the person of this transaction may read every private row (is_private) of the tenant.
create or replace function @extschema@.is_tenant_admin() returns boolean
language sql stable parallel safe
return false;

comment on function @extschema@.is_tenant_admin() is 'Hook: whether the person of this transaction administers its tenant. Default: false.';

-- Contract: at most one row, the person as shown to users and written to the audit log; no row refuses the token. Called
-- by the gateway for each token, cached for some seconds. The default accepts every verified token.
create or replace function @extschema@.identify(person text, organization text)
returns table (person_id text, email text, fname text, lname text, person_type text, organization_id text, role text)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select person, '', '', '', 'user', organization, 'member'
$$;

comment on function @extschema@.identify(text, text) is 'Hook: who a token speaks for; no row refuses the token. Default: the ids as they are.';

-- Contract: the account with this address, the argon2id hash of its password, and its memberships as a JSON array of
-- {organization_id, role}, the first of which is signed in to; no row when there is no such account. HG002 makes the
-- gateway answer that no sign-in is installed.
create or replace function @extschema@.login(address text)
returns table (person_id text, email text, fname text, lname text, person_type text, password_hash text, memberships jsonb)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'no sign-in is installed'
    using errcode = 'HG002', hint = 'Replace @extschema@.login(text), or issue tokens elsewhere and sign them with JWT_SECRET.';
end $$;

comment on function @extschema@.login(text) is 'Hook: account, argon2id hash and memberships of an address. Default: raises HG002.';

-- Grants -------------------------------------------------------------------------------------------------------------

-- Contract: ids of private rows of this type that the person of this transaction may read. The result must not depend on
-- the clock: an expiry that no statement writes changes rights without a signal.
create or replace function @extschema@.granted_ids(code text) returns text[]
language sql stable parallel safe
return '{}'::text[];

comment on function @extschema@.granted_ids(text) is 'Hook: private rows of a type that the person of this transaction may read. Default: none.';

-- Contract: the persons for whom granted_ids names this row. Called when a private row is deleted, before its grants
-- go with it; the log then names these persons, so that their devices drop the row.
create or replace function @extschema@.granted_persons(code text, id text) returns text[]
language sql stable parallel safe
return '{}'::text[];

comment on function @extschema@.granted_persons(text, text) is 'Hook: persons with a grant for a row. Default: none.';

-- Contract: deletes grants whose time is over and logs each as a revocation (log_entity_change); returns how many.
-- Called every 10 s by a job of the watchers.
create or replace function @extschema@.expire_grants() returns bigint
language sql
return 0::bigint;

comment on function @extschema@.expire_grants() is 'Hook: ends grants whose time is over; returns how many. Default: 0.';

-- Contract: deletes grants of rows that no longer exist; returns how many. Called every 10 min by a
-- job of the watchers.
create or replace function @extschema@.delete_orphan_grants() returns bigint
language sql
return 0::bigint;

comment on function @extschema@.delete_orphan_grants() is 'Hook: deletes grants whose row is gone; returns how many. Default: 0.';

-- Erasure ------------------------------------------------------------------------------------------------------------

-- Contract: lower-case texts that identify the person beside the id, such as e-mail addresses. Snapshots in the audit log
-- that contain one are erased; blank texts are ignored. Called before erase_person.
create or replace function @extschema@.subject_markers(person text) returns text[]
language sql stable
return '{}'::text[];

comment on function @extschema@.subject_markers(text) is 'Hook: lower-case texts that identify a person, such as addresses. Default: none.';

-- Contract: deletes the account and what ties it to tenants. Deletions are logged as usual, which ends what is open in
-- browsers. Repeatable: the steps of an erasure may run more than once.
create or replace function @extschema@.erase_person(person text) returns void
language sql
begin atomic
end;

comment on function @extschema@.erase_person(text) is 'Hook: deletes the account of a person. Default: does nothing.';
