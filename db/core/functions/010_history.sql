-- The part of the audit log that users see. The caller first checks, under its own row level security, that the row may be
-- read. Address, user agent and redacted columns never leave this function.
create or replace function @extschema@.entity_history(code text, id text, max_rows int default 50)
returns table (at timestamptz, actor text, action smallint, version bigint, columns text[])
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select @extschema@.real_time(d.created_ts),
         nullif(coalesce(nullif(btrim(concat_ws(' ', d.actor ->> 'fname', d.actor ->> 'lname')), ''), d.actor ->> 'username'), ''),
         d.action,
         d.entity_version,
         case
           when d.action <> 2 then '{}'
           when d.entity_to_version is null then null -- no snapshots were kept
           else array(
             select k.key
               from jsonb_object_keys(d.entity_from_version || d.entity_to_version) as k (key)
              where d.entity_from_version -> k.key is distinct from d.entity_to_version -> k.key
                and k.key <> all (e.redact || e.version_column)
              order by k.key)
         end
    from @extschema@.logging_detail d join @extschema@.entity_type e on e.code = d.entity_code
   where d.entity_code = $1 and d.entity_id = $2 and d.action in (1, 2, 3)
   order by d.created_ts desc, d.entity_version desc
   limit max_rows
$$;

comment on function @extschema@.entity_history(text, text, int) is 'Changes of one row, newest first: time, name of the actor, action, version, changed columns (null where no snapshots are kept).';

-- Logs reads of types with `views`. Rows are written as sent and without a number, because a read notifies no client.
create or replace function @extschema@.log_view(code text, ids text[]) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_ts timestamptz := @extschema@.stored_time(v_now);
  v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
  v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
  v_count bigint;
begin
  if not exists (select 1 from @extschema@.entity_type e where e.code = $1 and e.views) then
    return 0;
  end if;
  with seen as materialized (select gen_random_uuid() as log_id, u.id from unnest(ids) as u (id)),
  logged as (
    insert into @extschema@.logging (id, entity_code, entity_id, action, entity_version, created_ts, sync_status, sync_processed_ts)
    select s.log_id, $1, s.id, 0, 0, v_ts, 'sent', v_now from seen s)
  insert into @extschema@.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent)
  select s.log_id, v_ts, $1, s.id, 0, 0, v_actor, v_request - '{ip,user_agent}'::text[],
         @extschema@.inet_or_null(v_request ->> 'ip'), v_request ->> 'user_agent'
    from seen s;
  get diagnostics v_count = row_count;
  return v_count;
end $$;

comment on function @extschema@.log_view(text, text[]) is 'Logs that rows were read (action 0), for types with views; returns how many rows it logged.';

-- Null for an address that is not an inet (with a zone, or the "unknown" of a proxy), so that it does not fail the write.
create or replace function @extschema@.inet_or_null(address text) returns inet
language plpgsql immutable strict
set search_path = pg_catalog, pg_temp
as $$
begin
  return split_part(address, '%', 1)::inet;
exception when others then
  return null;
end $$;
