create or replace function app.expire_mutations(keep interval default '90 days') returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_maintenance text := current_setting('app.maintenance', true);
  v_count bigint;
begin
  perform set_config('app.maintenance', 'on', true);
  delete from app.mutation where created_ts < clock_timestamp() - keep;
  get diagnostics v_count = row_count;
  perform set_config('app.maintenance', coalesce(v_maintenance, ''), true);
  return v_count;
end $$;

comment on function app.expire_mutations(interval) is 'Forgets idempotency keys that are older; returns how many.';
