-- A version newer than any that clients hold, also after the clock stepped back.
create or replace function @extschema@.version_now() returns bigint
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  select greatest((extract(epoch from clock_timestamp()) * 1000000)::bigint, pg_sequence_last_value('@extschema@.version_floor') + 1)
$$;
