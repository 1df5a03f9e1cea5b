-- The schema and the four roles. Roles belong to the whole server, so another database may have created them already, or may
-- be creating them at this moment; both count as success. The deployment sets their passwords.
--
-- @roleprefix@_log owns the two log tables and nothing else. DETACH … CONCURRENTLY is the only way to remove a day from the
-- log without blocking writers. It requires the owner of the table and cannot run inside a function, so the watcher may
-- become this role.

create schema @extschema@;

do $$
declare
  r text;
  made boolean;
  m text[];
begin
  foreach r in array array['@roleprefix@_app', '@roleprefix@_gateway', '@roleprefix@_watcher', '@roleprefix@_log'] loop
    continue when exists (select 1 from pg_catalog.pg_roles where rolname = r);
    begin
      -- NOINHERIT: a service gets the rights of another role only after SET ROLE.
      execute format('create role %I %s', r, case when r in ('@roleprefix@_app', '@roleprefix@_log') then 'nologin' else 'login noinherit' end);
      made := true;
    exception when duplicate_object or unique_violation then
      made := false;
    end;
    -- If a crash could undo a claim, a published sequence number would be assigned to another row. The timeouts keep a hanging
    -- watcher from holding locks.
    if made and r = '@roleprefix@_watcher' then
      alter role @roleprefix@_watcher set synchronous_commit = on;
      alter role @roleprefix@_watcher set idle_in_transaction_session_timeout = '2s';
      alter role @roleprefix@_watcher set lock_timeout = '1s';
      alter role @roleprefix@_watcher set statement_timeout = '5s';
    end if;
  end loop;
  -- An owner without superuser rights needs its membership to hand over the log tables and still work with them.
  foreach m slice 1 in array array[
    ['@roleprefix@_app', '@roleprefix@_gateway', 'member'],
    ['@roleprefix@_log', '@roleprefix@_watcher', 'member'],
    ['@roleprefix@_log', current_user, 'usage']] loop
    continue when pg_catalog.pg_has_role(m[2], m[1], m[3]);
    begin
      execute pg_catalog.format('grant %I to %I', m[1], m[2]);
    exception
      when unique_violation or internal_error then
        null; -- granted by another session at the same time
      when insufficient_privilege then
        raise exception 'the role % exists, and % is not a member of it', m[1], m[2]
          using errcode = '42501', hint = pg_catalog.format('As the role that created it, run: grant %I to %I', m[1], m[2]);
    end;
  end loop;
end $$;

grant usage on schema @extschema@ to @roleprefix@_app, @roleprefix@_gateway, @roleprefix@_watcher, @roleprefix@_log;

comment on schema @extschema@ is 'Heliograph: the change log and the state of the sync.';
