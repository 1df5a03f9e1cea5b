-- Logs changes of memberships with the entity code "person" and the id of the person, marked for a recheck: they change
-- what that person may read.

create or replace function app.log_membership_changes() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'UPDATE' and new.person_id = old.person_id and new.organization_id = old.organization_id then
    if new.role <> old.role then
      perform app.log_entity_change('person', new.person_id::text, new.role = 'admin'::app.membership_role, array['tenant/' || new.organization_id], to_jsonb(old.*), to_jsonb(new.*));
    end if;
    return null;
  end if;
  if tg_op in ('UPDATE', 'DELETE') then
    perform app.log_entity_change('person', old.person_id::text, false, array['tenant/' || old.organization_id], to_jsonb(old.*), null);
  end if;
  if tg_op in ('UPDATE', 'INSERT') then
    perform app.log_entity_change('person', new.person_id::text, true, array['tenant/' || new.organization_id], null, to_jsonb(new.*));
  end if;
  return null;
end $$;

create or replace trigger log_membership_changes
  after insert or update or delete on app.membership
  for each row execute function app.log_membership_changes();

revoke execute on function app.log_membership_changes() from public;
