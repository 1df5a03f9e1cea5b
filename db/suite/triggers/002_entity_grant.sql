-- Logs changes of grants as changes of the granted row, marked for a recheck: they change what a person may read.

create or replace function app.check_entity_grant() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select 1 from app.entity_type e where e.code = new.entity_code) then
    raise exception 'no live type "%"', new.entity_code using errcode = '23503', hint = 'Run: select code from app.entity_type';
  end if;
  return new;
end $$;

create or replace trigger check_entity_grant
  before insert or update of entity_code on app.entity_grant
  for each row execute function app.check_entity_grant();

-- The person is listed among the containers, so that a gateway knows whose right changed. It then notifies the person who
-- lost the right, and does not notify subscribers to the row's containers who cannot read the row: they would learn that
-- the row exists.
create or replace function app.log_grant_changes() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'UPDATE' and (new.entity_code, new.entity_id, new.person_id, new.organization_id)
                        = (old.entity_code, old.entity_id, old.person_id, old.organization_id) then
    return null; -- a new expiry alone changes no right yet
  end if;
  if tg_op in ('UPDATE', 'DELETE') then
    perform app.log_entity_change(old.entity_code, old.entity_id, false,
      coalesce(app.containers_of(old.entity_code, old.entity_id), '{}') || ('person/' || old.person_id), to_jsonb(old.*), null);
  end if;
  if tg_op in ('UPDATE', 'INSERT') then
    perform app.log_entity_change(new.entity_code, new.entity_id, true,
      coalesce(app.containers_of(new.entity_code, new.entity_id), '{}') || ('person/' || new.person_id), null, to_jsonb(new.*));
  end if;
  return null;
end $$;

create or replace trigger log_grant_changes
  after insert or update or delete on app.entity_grant
  for each row execute function app.log_grant_changes();

revoke execute on function app.check_entity_grant(), app.log_grant_changes() from public;
