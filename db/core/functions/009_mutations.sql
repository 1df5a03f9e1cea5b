-- Deletes a bounded number at a time: after a long pause, a single run would keep its transaction open for minutes.
create or replace function @extschema@.expire_mutations(keep interval default '90 days', max_rows int default 5000) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count bigint;
begin
  delete from @extschema@.mutation
   where ctid = any (array(select m.ctid from @extschema@.mutation m where m.created_ts < clock_timestamp() - keep order by m.created_ts limit max_rows));
  get diagnostics v_count = row_count;
  return v_count;
end $$;

comment on function @extschema@.expire_mutations(interval, int) is 'Deletes idempotency keys that are older, up to max_rows; returns how many.';
