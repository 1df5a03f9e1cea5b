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
  if not pg_catalog.pg_has_role('@roleprefix@_gateway', '@roleprefix@_app', 'member') then
    begin
      grant @roleprefix@_app to @roleprefix@_gateway;
    exception when unique_violation or internal_error then
      null; -- granted by another session at the same time
    end;
  end if;
  if not pg_catalog.pg_has_role('@roleprefix@_watcher', '@roleprefix@_log', 'member') then
    begin
      grant @roleprefix@_log to @roleprefix@_watcher;
    exception when unique_violation or internal_error then
      null;
    end;
  end if;
  -- An owner without superuser rights needs the membership to hand over the log tables and still work with them.
  if not pg_catalog.pg_has_role(current_user, '@roleprefix@_log', 'usage') then
    begin
      execute pg_catalog.format('grant @roleprefix@_log to %I', current_user);
    exception
      when unique_violation or internal_error then
        null;
      when insufficient_privilege then
        raise exception 'the role @roleprefix@_log exists, and % is not a member of it', current_user
          using errcode = '42501', hint = pg_catalog.format('As the role that created it, run: grant @roleprefix@_log to %I', current_user);
    end;
  end if;
end $$;

grant usage on schema @extschema@ to @roleprefix@_app, @roleprefix@_gateway, @roleprefix@_watcher, @roleprefix@_log;

comment on schema @extschema@ is 'Heliograph: the change log and the state of the sync.';
