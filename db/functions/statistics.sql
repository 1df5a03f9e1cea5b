-- What the watchers look at from time to time, and nobody else.

-- Autovacuum analyzes the days but never the partitioned table above them, from whose statistics the history of a row is planned.
create or replace function app.refresh_statistics() returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '200ms'
as $$
begin
  analyze app.logging_detail;
end $$;

comment on function app.refresh_statistics() is 'Analyzes what autovacuum does not.';

create or replace function app.table_sizes() returns table (name text, bytes bigint, live bigint, dead bigint)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(p.relname, c.relname)::text, sum(pg_total_relation_size(c.oid))::bigint,
         sum(pg_stat_get_live_tuples(c.oid))::bigint, sum(pg_stat_get_dead_tuples(c.oid))::bigint
    from pg_class c left join pg_inherits i on i.inhrelid = c.oid left join pg_class p on p.oid = i.inhparent
   where c.relnamespace = 'app'::regnamespace and c.relkind = 'r'
   group by 1 order by 1
$$;

comment on function app.table_sizes() is 'Bytes with indexes, live and dead rows of each table; partitions count for the table above them.';

-- A grant names its row without a foreign key (a pause of the sync keeps the grants), so one may outlive its row, and would
-- count again for a row that somebody creates under the same id. A day's grace: a grant may come before its row.
create or replace function app.delete_orphan_grants() returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_maintenance text := current_setting('app.maintenance', true);
  e app.entity_type;
  v_count bigint;
  v_all bigint := 0;
begin
  perform set_config('app.maintenance', 'on', true);
  for e in select t.* from app.entity_type t where exists (select from app.entity_grant g where g.entity_code = t.code) loop
    execute format(
      'delete from app.entity_grant g where g.entity_code = $1 and g.created_ts < clock_timestamp() - interval ''1 day'' '
      'and not exists (select from %s t where t.%I = g.entity_id)', e.table_name, e.key_column) using e.code;
    get diagnostics v_count = row_count;
    v_all := v_all + v_count;
  end loop;
  perform set_config('app.maintenance', coalesce(v_maintenance, ''), true);
  return v_all;
end $$;

comment on function app.delete_orphan_grants() is 'Deletes grants whose row has been gone for a day; returns how many.';
