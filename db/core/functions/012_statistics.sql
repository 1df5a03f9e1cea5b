-- Statistics, refreshed and read by a job of the watchers.

-- Autovacuum analyzes the daily partitions but never the partitioned table, whose statistics plan the history of a row.
create or replace function @extschema@.refresh_statistics() returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '200ms'
as $$
begin
  analyze @extschema@.logging_detail;
end $$;

comment on function @extschema@.refresh_statistics() is 'Analyzes the partitioned table, which autovacuum does not.';

create or replace function @extschema@.table_sizes() returns table (name text, bytes bigint, live bigint, dead bigint)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(p.relname, c.relname)::text, sum(pg_total_relation_size(c.oid))::bigint,
         sum(pg_stat_get_live_tuples(c.oid))::bigint, sum(pg_stat_get_dead_tuples(c.oid))::bigint
    from pg_class c left join pg_inherits i on i.inhrelid = c.oid left join pg_class p on p.oid = i.inhparent
   where c.relnamespace = '@extschema@'::regnamespace and c.relkind = 'r'
   group by 1 order by 1
$$;

comment on function @extschema@.table_sizes() is 'Bytes with indexes, live and dead rows of each table; partitions count for the table above them.';
