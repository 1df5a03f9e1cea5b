-- The caller of the current transaction. The gateway sets app.person_id and app.organization_id for the length of one
-- transaction; policies call these functions as `(select …)`, so that they run once per statement and not once per row.

create or replace function @extschema@.current_person_id() returns text
language sql stable parallel safe
return nullif(pg_catalog.current_setting('app.person_id', true), '');

comment on function @extschema@.current_person_id() is 'The person of this transaction; null outside a request.';

-- Ids of persons and tenants are text, because tokens carry any text; the columns that hold them have any type. A text that
-- is no value of the type is no row's tenant, so it becomes null and not an error.
create or replace function @extschema@.value_or_null(value text, type anyelement) returns anyelement
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- With -1, format_type prints bpchar: "character" would mean character(1), to which the cast would cut the text.
  execute format('select $1::%s', format_type(pg_typeof(type), -1)) into type using value;
  return type;
exception when others then
  return null;
end $$;

comment on function @extschema@.value_or_null(text, anyelement) is 'The text as a value of the type of the second argument; null when it is none.';
