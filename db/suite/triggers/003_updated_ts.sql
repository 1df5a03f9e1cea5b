-- Keeps updated_ts, by which lists are sorted. Only where something else changed: an update that changes nothing stays one.

-- Generated columns, which are named in the argument as {"column": null}, are not computed yet.
create or replace function app.set_updated_ts() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if new *<> jsonb_populate_record(old, tg_argv[0]::jsonb) then
    new.updated_ts := clock_timestamp();
  end if;
  return new;
end $$;

revoke execute on function app.set_updated_ts() from public;

do $$
declare
  t record;
begin
  for t in
    select c.oid::regclass as name, coalesce(jsonb_object_agg(a.attname, null) filter (where a.attgenerated <> ''), '{}') as generated
      from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'app'::regnamespace and c.relkind = 'r'
     group by c.oid having bool_or(a.attname = 'updated_ts')
     order by c.oid
  loop
    execute format('create or replace trigger set_updated_ts before update on %s for each row execute function app.set_updated_ts(%L)', t.name, t.generated);
  end loop;
end $$;
