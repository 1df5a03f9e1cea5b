-- The schema and the four roles. Roles belong to the whole cluster, so another database may have made them
-- already, or may be making them at this moment: both count as success. Passwords are set by whoever deploys.
--
-- heliograph_log owns the two log tables and nothing else. DETACH … CONCURRENTLY, the only way to take a day out of the
-- log that stops no writer, wants the owner of the table and cannot run inside a function; so the watcher may become this role.

create schema app;

do $$
declare
  r text;
  made boolean;
begin
  foreach r in array array['heliograph_app', 'heliograph_gateway', 'heliograph_watcher', 'heliograph_log'] loop
    continue when exists (select 1 from pg_catalog.pg_roles where rolname = r);
    begin
      -- NOINHERIT: a service has the rights of the roles it may become only after it says so.
      execute format('create role %I %s', r, case when r in ('heliograph_app', 'heliograph_log') then 'nologin' else 'login noinherit' end);
      made := true;
    exception when duplicate_object or unique_violation then
      made := false;
    end;
    -- A claim that a crash takes back would give a published sequence number to another row; the time-outs
    -- keep a watcher that hangs from holding anything.
    if made and r = 'heliograph_watcher' then
      alter role heliograph_watcher set synchronous_commit = on;
      alter role heliograph_watcher set idle_in_transaction_session_timeout = '2s';
      alter role heliograph_watcher set lock_timeout = '1s';
      alter role heliograph_watcher set statement_timeout = '5s';
    end if;
  end loop;
  if not pg_catalog.pg_has_role('heliograph_gateway', 'heliograph_app', 'member') then
    begin
      grant heliograph_app to heliograph_gateway;
    exception when unique_violation or internal_error then
      null; -- granted by somebody else in the same moment
    end;
  end if;
  if not pg_catalog.pg_has_role('heliograph_watcher', 'heliograph_log', 'member') then
    begin
      grant heliograph_log to heliograph_watcher;
    exception when unique_violation or internal_error then
      null;
    end;
  end if;
  -- An owner of this schema that is no superuser must be able to give the log tables away and still work with them.
  if not pg_catalog.pg_has_role(current_user, 'heliograph_log', 'usage') then
    begin
      execute pg_catalog.format('grant heliograph_log to %I', current_user);
    exception
      when unique_violation or internal_error then
        null;
      when insufficient_privilege then
        raise exception 'the role heliograph_log exists, and % is no member of it', current_user
          using errcode = '42501', hint = pg_catalog.format('As the role that made it, run: grant heliograph_log to %I', current_user);
    end;
  end if;
end $$;

grant usage on schema app to heliograph_app, heliograph_gateway, heliograph_watcher, heliograph_log;

comment on schema app is 'Heliograph: the business suite, its change log and the state of the sync.';
