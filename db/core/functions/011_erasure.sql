-- Erases a person: the account and its memberships (by the hook erase_person), and every trace in the audit half of the log.
-- Rows of live tables belong to the organization: its users change or delete them first, as usual; their history is erased
-- here. The table logging holds only ids and is dropped day by day, as are backups.
--
-- Runs in steps, each a short transaction that can be repeated: begin, then find for each day, then erase for each day, then
-- finish. Days are read one by one, because the log has no index by person.

create or replace function @extschema@.request_erasure(person text) returns void
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into @extschema@.erasure (person_id) values (person)
  on conflict (person_id) do update set requested_ts = clock_timestamp(), erased_ts = null
$$;

comment on function @extschema@.request_erasure(text) is 'Asks the watchers to erase a person: the account and every trace in the audit log. Change or delete the rows about that person first.';

-- Records the texts that identify the person, then deletes the account. It is the first step because the deletions are logged
-- too. With row_security off, a table that hides rows from the owner is an error and not an incomplete erasure.
create or replace function @extschema@.begin_erasure(person text) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp set row_security = off
as $$
declare
  e record;
  v_keys text[];
begin
  -- A blank marker, such as that of an account without an address, stands in every snapshot: all of them would be erased.
  update @extschema@.erasure r
     set markers = (select coalesce(array_agg(distinct lower(m)), '{}')
                      from unnest(r.markers || @extschema@.subject_markers(person)) m where m ~ '\S')
   where r.person_id = person;
  -- Rows about this person: those of live types with a column person_id.
  for e in
    select t.code, t.table_name, t.key_columns
      from @extschema@.entity_type t join pg_attribute a on a.attrelid = t.table_name and a.attname = 'person_id' and not a.attisdropped
  loop
    execute format('select coalesce(array_agg(%L || %s), ''{}'') from %s x where x.person_id::text = $1',
      e.code || '/', @extschema@.sync_key_text(e.table_name, e.key_columns, 'x'), e.table_name) into v_keys using person;
    update @extschema@.erasure r set entity_keys = (select coalesce(array_agg(distinct i), '{}') from unnest(r.entity_keys || v_keys) i) where r.person_id = person;
  end loop;
  delete from @extschema@.mutation m where m.person_id = person;
  delete from @extschema@.rxdb_subscription s where s.user_id = person;
  delete from @extschema@.rxdb_session s where s.user_id = person;
  perform @extschema@.erase_person(person);
end $$;

comment on function @extschema@.begin_erasure(text) is 'First step of an erasure: records texts that identify the person and deletes the account.';

-- Whether a snapshot names the person. Searches its text, because a name may stand in any column.
create or replace function @extschema@.names_subject(snapshot jsonb, person text, markers text[]) returns boolean
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select exists (select from unnest(array[lower(person)] || markers) m where strpos(lower(snapshot::text), m) > 0)
$$;

create or replace function @extschema@.find_subject(person text, day date) returns void
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
  update @extschema@.erasure r
     set entity_keys = (select coalesce(array_agg(distinct i), '{}') from (
           select unnest(r.entity_keys) as i
           union
           select d.entity_code || '/' || d.entity_id from @extschema@.logging_detail d
            where d.created_ts >= day::timestamp at time zone 'UTC' and d.created_ts < (day + 1)::timestamp at time zone 'UTC'
              and d.entity_code <> 'person'
              and exists (select from @extschema@.entity_type t join pg_attribute a on a.attrelid = t.table_name and a.attname = 'person_id' and not a.attisdropped where t.code = d.entity_code)
              and (@extschema@.names_subject(d.entity_from_version, person, r.markers) or @extschema@.names_subject(d.entity_to_version, person, r.markers))) f)
   where r.person_id = person
$$;

comment on function @extschema@.find_subject(text, date) is 'Second step of an erasure, for each day: records deleted rows about the person.';

-- Removes actor and origin from entries of the person's own actions, and snapshots of rows that are about the person or name
-- the person.
create or replace function @extschema@.erase_subject(person text, day date) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  r @extschema@.erasure;
  v_count bigint;
begin
  select x.* into r from @extschema@.erasure x where x.person_id = person;
  if not found then
    raise exception 'no erasure of % was requested', person using errcode = '22023', hint = format('Run: select @extschema@.request_erasure(%L)', person);
  end if;
  with found as (
    select d.tableoid as part, d.ctid as tid,
           d.actor ->> 'person_id' = person as own,
           d.entity_code = 'person' and d.entity_id = person or d.entity_code || '/' || d.entity_id = any (r.entity_keys)
             or @extschema@.names_subject(d.entity_from_version, person, r.markers) or @extschema@.names_subject(d.entity_to_version, person, r.markers) as about
      from @extschema@.logging_detail d
     where d.created_ts >= day::timestamp at time zone 'UTC' and d.created_ts < (day + 1)::timestamp at time zone 'UTC')
  update @extschema@.logging_detail d
     set actor = case when f.own then '{"person_type": "erased"}'::jsonb else d.actor end,
         request = case when f.own then null else d.request end,
         ip = case when f.own then null else d.ip end,
         user_agent = case when f.own then null else d.user_agent end,
         entity_from_version = case when f.about then null else d.entity_from_version end,
         entity_to_version = case when f.about then null else d.entity_to_version end
    from found f
   where d.tableoid = f.part and d.ctid = f.tid
     and d.created_ts >= day::timestamp at time zone 'UTC' and d.created_ts < (day + 1)::timestamp at time zone 'UTC'
     and (f.own or f.about and (d.entity_from_version is not null or d.entity_to_version is not null));
  get diagnostics v_count = row_count;
  update @extschema@.erasure x set rows = x.rows + v_count where x.person_id = person;
  return v_count;
end $$;

comment on function @extschema@.erase_subject(text, date) is 'Third step of an erasure, for each day of @extschema@.logging_detail; returns how many rows it changed.';

create or replace function @extschema@.finish_erasure(person text) returns void
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
  update @extschema@.erasure set erased_ts = clock_timestamp(), markers = '{}', entity_keys = '{}' where person_id = person
$$;

comment on function @extschema@.finish_erasure(text) is 'Last step of an erasure: deletes the recorded texts and ids.';

create or replace function @extschema@.audit_days() returns setof date
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select to_date(right(c.relname, 8), 'YYYYMMDD') from pg_inherits i join pg_class c on c.oid = i.inhrelid
   where i.inhparent = '@extschema@.logging_detail'::regclass and c.relname ~ '_[0-9]{8}$'
     and to_date(right(c.relname, 8), 'YYYYMMDD') <= (clock_timestamp() at time zone 'UTC')::date
  union
  select (o.created_ts at time zone 'UTC')::date from only @extschema@.logging_detail_overflow o
   order by 1
$$;

comment on function @extschema@.audit_days() is 'Days that @extschema@.logging_detail holds, up to today, and those of the overflow partition as they are stored.';
