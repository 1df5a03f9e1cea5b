-- The schema and the four roles. Roles belong to the whole cluster, so another database may have made them
-- already, or may be making them at this moment: both count as success. Passwords are set by whoever deploys.
--
-- @roleprefix@_log owns the two log tables and nothing else. DETACH … CONCURRENTLY, the only way to take a day out of the
-- log that stops no writer, wants the owner of the table and cannot run inside a function; so the watcher may become this role.

create schema @extschema@;

do $$
declare
  r text;
  made boolean;
begin
  foreach r in array array['@roleprefix@_app', '@roleprefix@_gateway', '@roleprefix@_watcher', '@roleprefix@_log'] loop
    continue when exists (select 1 from pg_catalog.pg_roles where rolname = r);
    begin
      -- NOINHERIT: a service has the rights of the roles it may become only after it says so.
      execute format('create role %I %s', r, case when r in ('@roleprefix@_app', '@roleprefix@_log') then 'nologin' else 'login noinherit' end);
      made := true;
    exception when duplicate_object or unique_violation then
      made := false;
    end;
    -- A claim that a crash takes back would give a published sequence number to another row; the time-outs
    -- keep a watcher that hangs from holding anything.
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
      null; -- granted by somebody else in the same moment
    end;
  end if;
  if not pg_catalog.pg_has_role('@roleprefix@_watcher', '@roleprefix@_log', 'member') then
    begin
      grant @roleprefix@_log to @roleprefix@_watcher;
    exception when unique_violation or internal_error then
      null;
    end;
  end if;
  -- An owner of this schema that is no superuser must be able to give the log tables away and still work with them.
  if not pg_catalog.pg_has_role(current_user, '@roleprefix@_log', 'usage') then
    begin
      execute pg_catalog.format('grant @roleprefix@_log to %I', current_user);
    exception
      when unique_violation or internal_error then
        null;
      when insufficient_privilege then
        raise exception 'the role @roleprefix@_log exists, and % is no member of it', current_user
          using errcode = '42501', hint = pg_catalog.format('As the role that made it, run: grant @roleprefix@_log to %I', current_user);
    end;
  end if;
end $$;

grant usage on schema @extschema@ to @roleprefix@_app, @roleprefix@_gateway, @roleprefix@_watcher, @roleprefix@_log;

comment on schema @extschema@ is 'Heliograph: the business suite, its change log and the state of the sync.';
