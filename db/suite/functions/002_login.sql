-- Sign-in: implements the hook of core/functions/002_hooks.sql. The gateway may not read app.person or app.credential; this
-- function gives it one account by its address.

create or replace function app.login(address text)
returns table (person_id text, email text, fname text, lname text, person_type text, password_hash text, memberships jsonb)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select p.id::text, p.email, p.fname, p.lname, p.person_type, c.password_hash,
         coalesce((select jsonb_agg(jsonb_build_object('organization_id', m.organization_id, 'role', m.role) order by m.created_ts, m.organization_id)
                     from app.membership m where m.person_id = p.id), '[]')
    from app.person p join app.credential c on c.person_id = p.id
   where lower(p.email) = lower($1)
$$;

comment on function app.login(text) is 'Account, argon2id hash and memberships of an e-mail address; no row if there is no such account.';
