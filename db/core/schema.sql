-- Dump of a database with the core alone, installed into the schema app; written by `npm run generate`, checked by `npm run check`.
-- For reading: the definitions are the files beside it.

-- 1 schema: app
grant create, usage to owner
grant usage to heliograph_app
grant usage to heliograph_gateway
grant usage to heliograph_log
grant usage to heliograph_watcher
grant usage to public
comment 'Heliograph: the change log and the state of the sync.'

-- 2 role: heliograph_app
nologin inherit

-- 2 role: heliograph_gateway
login noinherit
member of heliograph_app

-- 2 role: heliograph_log
nologin inherit

-- 2 role: heliograph_watcher
login noinherit
member of heliograph_log

-- 5 table: applied_migration
table
  part text not null
  name text not null
  checksum text not null
  applied_ts timestamp with time zone not null default clock_timestamp()
  constraint applied_migration_part_fkey FOREIGN KEY (part) REFERENCES app.installation(part)
  constraint applied_migration_pkey PRIMARY KEY (part, name)
  comment 'Migrations that this database has: those it ran, and those that its first version already contained.'
  comment on checksum 'SHA-256 of the file: a migration that was edited after it was applied is refused.'

-- 5 table: entity_type
table
  code text not null
  table_name regclass not null
  key_columns text[] not null
  tenant_column text
  owner_column text
  containers text[] not null default '{}'::text[]
  container_codes text[] not null default '{}'::text[]
  rights text[] not null default '{}'::text[]
  redact text[] not null default '{}'::text[]
  snapshots text not null default 'full'::text
  views boolean not null default false
  public boolean not null default false
  version_column text not null default 'sync_version'::text
  access text not null default 'auto'::text
  grants text[] not null default '{}'::text[]
  constraint entity_type_access_check CHECK ((access = ANY (ARRAY['auto'::text, 'policy'::text])))
  constraint entity_type_check CHECK ((cardinality(container_codes) = cardinality(containers)))
  constraint entity_type_code_check CHECK ((code ~ '^[a-z][a-z0-9_]{0,40}$'::text))
  constraint entity_type_key_columns_check CHECK ((cardinality(key_columns) > 0))
  constraint entity_type_pkey PRIMARY KEY (code)
  constraint entity_type_snapshots_check CHECK ((snapshots = ANY (ARRAY['full'::text, 'changed'::text, 'none'::text])))
  constraint entity_type_table_name_key UNIQUE (table_name)
  grant select to heliograph_gateway
  grant select to heliograph_watcher
  comment 'One row per live table.'
  comment on access 'policy: row level security may also apply to other roles with rights on the table.'
  comment on container_codes 'Entity code of the container that each of these columns names, in the same order.'
  comment on containers 'Columns whose values name containers: a client may hold every row inside one.'
  comment on grants 'Rights that enable_sync gave to the application role, for disable_sync to revoke: a privilege of the table, or a privilege and its object.'
  comment on key_columns 'Columns whose values identify a row, in the order in which they form its id.'
  comment on owner_column 'The column that holds the person whose row it is; null where rights do not depend on a person.'
  comment on public 'Every member of the tenant (every user, without tenant) may read every row.'
  comment on redact 'Columns that no answer, snapshot or history shows.'
  comment on rights 'Columns that decide who may read a row, besides tenant, containers and is_private.'
  comment on snapshots 'What logging_detail keeps of a row: all of it, the changed columns, or nothing.'
  comment on tenant_column 'The column that holds the tenant of a row; null where rights do not depend on a tenant.'
  comment on version_column 'The column that enable_sync added for the version of a row.'
  comment on views 'Whether reads are logged (action 0).'

-- 5 table: erasure
table
  person_id text not null
  requested_ts timestamp with time zone not null default clock_timestamp()
  erased_ts timestamp with time zone
  markers text[] not null default '{}'::text[]
  entity_keys text[] not null default '{}'::text[]
  rows bigint not null default 0
  constraint erasure_pkey PRIMARY KEY (person_id)
  grant select to heliograph_watcher
  comment 'Requests to erase a person from accounts and log.'
  comment on entity_keys 'Rows about the person, each as entity code/entity id, whose snapshots go as well; emptied when the erasure is done.'
  comment on markers 'Texts that identify the person beside the id (addresses); emptied when the erasure is complete.'
  comment on rows 'How many rows of the log were changed.'

-- 5 table: former_type
table
  code text not null
  version bigint not null
  constraint former_type_pkey PRIMARY KEY (code)
  comment 'Types whose sync ended.'
  comment on version 'The highest version that a row had: new versions start above it.'

-- 5 table: gateway
table with (fillfactor=50)
  id uuid not null
  address text not null
  started_ts timestamp with time zone not null default clock_timestamp()
  heartbeat_ts timestamp with time zone not null default clock_timestamp()
  constraint gateway_pkey PRIMARY KEY (id)
  grant delete, insert, select, update to heliograph_gateway
  grant select to heliograph_watcher
  comment 'One row per running gateway process; the id is random per process.'

-- 5 table: installation
table
  part text not null
  version text not null
  checksum text not null
  installed_ts timestamp with time zone not null default clock_timestamp()
  updated_ts timestamp with time zone not null default clock_timestamp()
  constraint installation_part_check CHECK ((part = ANY (ARRAY['core'::text, 'suite'::text])))
  constraint installation_pkey PRIMARY KEY (part)
  comment 'One row per installed part: core is Heliograph itself, suite the demonstration.'
  comment on checksum 'SHA-256 of the definitions of that version.'
  comment on version 'Release that the part was installed with, or last migrated to.'

-- 5 table: job
table with (fillfactor=50)
  name character varying(100) not null
  attempted_ts timestamp with time zone not null default clock_timestamp()
  succeeded_ts timestamp with time zone
  failures integer not null default 0
  duration_ms double precision
  result jsonb
  error text
  constraint job_pkey PRIMARY KEY (name)
  grant insert, select, update to heliograph_watcher
  comment 'One row per recurring job: its last attempt and its last success.'
  comment on error 'Of the last attempt, if it failed.'
  comment on failures 'Attempts since the last success that failed.'
  comment on result 'Numbers that the last success reported.'

-- 5 table: logging
table partition by RANGE (created_ts) owned by heliograph_log
  id uuid not null default gen_random_uuid()
  entity_code character varying(100) not null
  entity_id text collate "C" not null
  action smallint not null
  entity_version bigint not null
  container_ids text[] collate "C" not null default '{}'::text[]
  restricted boolean not null default false
  recheck boolean not null default false
  created_ts timestamp with time zone not null default clock_timestamp()
  sync_status character varying(20) not null default 'pending'::character varying
  sync_processed_ts timestamp with time zone
  sync_seq bigint
  constraint logging_action_check CHECK (((action >= 0) AND (action <= 5)))
  constraint logging_sync_status_check CHECK (((sync_status)::text = ANY ((ARRAY['pending'::character varying, 'sent'::character varying])::text[])))
  CREATE INDEX idx_logging_sync_pending ON ONLY app.logging USING btree (created_ts, entity_version) WHERE (((sync_status)::text = 'pending'::text) AND (action <> 0))
  CREATE INDEX idx_logging_sync_seq ON ONLY app.logging USING btree (sync_seq) WHERE (sync_seq IS NOT NULL)
  grant delete, insert, maintain, references, select, trigger, truncate, update to heliograph_log
  grant select to heliograph_gateway
  grant select to heliograph_watcher
  comment 'Every change of a live row, in commit order once claimed.'
  comment on action '0 VIEW, 1 CREATE, 2 UPDATE, 3 DELETE, 4 GRANT, 5 REVOKE.'
  comment on container_ids 'Containers of the row before and after the change, each as entity code/entity id; tenant/… and person/… name its tenant and persons.'
  comment on created_ts 'When the trigger ran, after the row was locked: not the start of the transaction.'
  comment on entity_id 'Canonical text of the key; of several columns, the JSON array of their texts.'
  comment on entity_version 'Microseconds since 1970, never decreasing for a row; only to be compared.'
  comment on recheck 'Users may have lost or gained the right to read the row.'
  comment on restricted 'The row is, or was, not readable by every member of its tenant.'
  comment on sync_seq 'Gapless number in order of claims; null until claimed.'

-- 5 table: logging_detail
table partition by RANGE (created_ts) owned by heliograph_log
  id uuid not null
  created_ts timestamp with time zone not null
  entity_code character varying(100) not null
  entity_id text collate "C" not null
  action smallint not null
  entity_version bigint not null
  actor jsonb
  request jsonb
  ip inet
  user_agent text
  entity_from_version jsonb
  entity_to_version jsonb
  CREATE INDEX idx_logging_detail_entity ON ONLY app.logging_detail USING btree (entity_id, created_ts)
  comment 'Append-only audit half of the log, with its own retention.'
  comment on actor 'person_id, fname, lname, username, person_type as the writer set them; null for a write from psql.'
  comment on id 'That of the row in app.logging.'
  comment on request 'api_endpoint, http_method, request_id.'

-- 5 table: mutation
table row-security
  person_id text not null
  key character varying(200) not null
  request_hash bytea not null
  entity_code character varying(100) not null
  entity_id text collate "C" not null
  entity_version bigint
  status smallint not null
  created_ts timestamp with time zone not null default clock_timestamp()
  constraint mutation_pkey PRIMARY KEY (person_id, key)
  CREATE INDEX idx_mutation_created ON app.mutation USING btree (created_ts)
  policy mutation_gateway for all to heliograph_gateway
    using true
    with check true
  policy mutation_own for all to heliograph_app
    using (person_id = ( SELECT app.current_person_id() AS current_person_id))
    with check (person_id = ( SELECT app.current_person_id() AS current_person_id))
  grant insert, select, update to heliograph_app
  grant insert, select, update to heliograph_gateway
  comment 'Idempotency keys of committed writes, kept for 90 days.'
  comment on request_hash 'SHA-256 of the request: the same key with another body is refused.'
  comment on status 'HTTP status that the first answer carried.'

-- 5 table: rxdb_session
table
  connection_id uuid not null
  user_id text not null
  organization_id text
  gateway_id uuid not null
  generation bigint not null default 1
  connected_ts timestamp with time zone not null default clock_timestamp()
  disconnected_ts timestamp with time zone
  expires_ts timestamp with time zone
  constraint rxdb_session_pkey PRIMARY KEY (connection_id)
  CREATE INDEX idx_rxdb_session_expiry ON app.rxdb_session USING btree (expires_ts) WHERE (expires_ts IS NOT NULL)
  CREATE INDEX idx_rxdb_session_gateway ON app.rxdb_session USING btree (gateway_id)
  grant delete, insert, select, update to heliograph_gateway
  comment 'One row per connection that has subscribed.'
  comment on expires_ts 'Set when the socket is gone: until then the connection may be resumed.'
  comment on organization_id 'The organization the subscriptions were read in: a token of the same person for another one cannot resume them.'

-- 5 table: rxdb_subscription
table
  connection_id uuid not null
  user_id text not null
  entity_code character varying(100) not null
  entity_id text collate "C" not null
  is_container boolean not null default false
  refused boolean not null default false
  subscribed_at timestamp with time zone not null default now()
  constraint idx_rxdb_sub_connection PRIMARY KEY (connection_id, entity_code, entity_id, is_container)
  CREATE INDEX idx_rxdb_sub_entity ON app.rxdb_subscription USING btree (entity_code, entity_id)
  grant delete, insert, select, update to heliograph_gateway
  comment 'One row per entity, or per container, that a connection holds.'
  comment on is_container 'entity_id is a container: the subscription covers every row of the type inside it.'
  comment on refused 'The row does not exist or may not be read (indistinguishable to the client): nothing is delivered until a recheck finds it readable.'

-- 5 table: sync_state
table with (fillfactor=10, autovacuum_vacuum_threshold=200, autovacuum_vacuum_scale_factor=0)
  one boolean not null default true
  leader_id uuid
  lease_until timestamp with time zone not null default '-infinity'::timestamp with time zone
  head_seq bigint not null default 0
  min_seq bigint not null default 0
  log_epoch uuid not null default gen_random_uuid()
  system_identifier bigint
  timeline text
  clock_ts timestamp with time zone
  constraint sync_state_one_check CHECK (one)
  constraint sync_state_pkey PRIMARY KEY (one)
  grant select to heliograph_gateway
  grant select to heliograph_watcher
  comment 'Leader election, fence and head of the sequence at once.'
  comment on clock_ts 'The clock when retention last trusted it; null before the first time.'
  comment on head_seq 'The highest sequence number assigned.'
  comment on log_epoch 'Replaced whenever the history may have been rewritten; clients then compare all their versions.'
  comment on min_seq 'The lowest sequence number that the log still holds completely from; a cursor below min_seq - 1 is too old.'
  comment on timeline 'Of the server that wrote this row; another one means a failover or a restore.'

-- 5 table: version_floor
sequence
  grant select, usage to public
  comment 'The highest version that a claim has numbered; a row created later gets a higher one, also after the clock stepped back.'

-- 6 view: audit
 SELECT d.id,
    d.actor ->> 'person_id'::text AS person_id,
    d.actor ->> 'fname'::text AS fname,
    d.actor ->> 'lname'::text AS lname,
    d.actor ->> 'username'::text AS username,
    d.actor ->> 'person_type'::text AS person_type,
    d.request ->> 'api_endpoint'::text AS api_endpoint,
    d.request ->> 'http_method'::text AS http_method,
    d.request ->> 'request_id'::text AS request_id,
    d.entity_code,
    d.entity_id,
    d.action,
    d.entity_version,
    d.entity_from_version,
    d.entity_to_version,
    d.user_agent,
    d.ip,
    d.created_ts,
    l.sync_status,
    l.sync_processed_ts,
    l.sync_seq
   FROM app.logging_detail d
     LEFT JOIN app.logging l ON l.created_ts = d.created_ts AND l.id = d.id;
comment 'Both halves of the log in one row; the sync columns are null once the day has left app.logging.'

-- 6 view: entity_catalog
 WITH comparison AS MATERIALIZED (
         SELECT d.atttypid AS type,
            app.comparison_of(d.atttypid) AS kind
           FROM ( SELECT DISTINCT a.atttypid
                   FROM app.entity_type e_1
                     JOIN pg_attribute a ON a.attrelid = e_1.table_name::oid
                  WHERE a.attnum > 0 AND NOT a.attisdropped) d
        )
 SELECT e.code,
    n.nspname::text AS schema_name,
    c.relname::text AS table_name,
    e.key_columns,
    app.sync_key_text(e.table_name, e.key_columns, NULL::text) AS key_text,
    ARRAY( SELECT app.sync_key_text(e.table_name, ARRAY[k.col], NULL::text) AS sync_key_text
           FROM unnest(e.key_columns) WITH ORDINALITY k(col, n)
          ORDER BY k.n) AS key_texts,
    e.tenant_column,
    e.owner_column,
    e.version_column,
    e.containers,
    e.container_codes,
    e.rights,
    e.redact,
    e.snapshots,
    e.views,
    e.public,
    (EXISTS ( SELECT 1
           FROM pg_policy p
          WHERE p.polrelid = c.oid AND (p.polname <> ALL (ARRAY['heliograph_standard'::name, 'heliograph_others'::name])))) AS own_policy,
    obj_description(c.oid, 'pg_class'::name) AS comment,
    ( SELECT jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'baseType', app.base_type_name(a.atttypid), 'notNull', a.attnotnull, 'hasDefault', a.atthasdef AND a.attgenerated = ''::"char", 'generated', a.attgenerated <> ''::"char" OR a.attidentity = 'a'::"char", 'maxLength',
                CASE
                    WHEN (t.typname = ANY (ARRAY['varchar'::name, 'bpchar'::name])) AND m.typmod > 4 THEN m.typmod - 4
                    ELSE NULL::integer
                END, 'enumValues', ( SELECT jsonb_agg(v.enumlabel ORDER BY v.enumsortorder) AS jsonb_agg
                   FROM pg_enum v
                  WHERE v.enumtypid = COALESCE(NULLIF(t.typelem, 0::oid), t.oid)), 'references', ( SELECT min(p.code) AS min
                   FROM pg_constraint k
                     JOIN app.entity_type p ON p.table_name::oid = k.confrelid
                     CROSS JOIN LATERAL UNNEST(k.conkey, k.confkey) pair(child, parent)
                     JOIN pg_attribute pa ON pa.attrelid = k.confrelid AND pa.attnum = pair.parent AND p.key_columns = ARRAY[pa.attname::text]
                  WHERE k.conrelid = c.oid AND k.contype = 'f'::"char" AND pair.child = a.attnum), 'sortable', COALESCE(( SELECT k.kind = 2
                   FROM comparison k
                  WHERE k.type = a.atttypid), false), 'comparable', COALESCE(( SELECT k.kind >= 1
                   FROM comparison k
                  WHERE k.type = a.atttypid), false), 'deterministic', COALESCE(( SELECT l.collisdeterministic
                   FROM pg_collation l
                  WHERE l.oid = a.attcollation), true), 'comment', col_description(c.oid, a.attnum::integer)) ORDER BY a.attnum) AS jsonb_agg
           FROM pg_attribute a
             JOIN pg_type t ON t.oid = app.base_type(a.atttypid)
             CROSS JOIN LATERAL ( SELECT GREATEST(a.atttypmod, d.typtypmod) AS typmod
                   FROM pg_type d
                  WHERE d.oid = a.atttypid) m
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> e.version_column) AS columns
   FROM app.entity_type e
     JOIN pg_class c ON c.oid = e.table_name::oid
     JOIN pg_namespace n ON n.oid = c.relnamespace;
grant select to heliograph_gateway
comment 'One row per live type with everything that is known of its columns.'

-- 7 function: app.audit_days()
CREATE OR REPLACE FUNCTION app.audit_days()
 RETURNS SETOF date
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select to_date(right(c.relname, 8), 'YYYYMMDD') from pg_inherits i join pg_class c on c.oid = i.inhrelid
   where i.inhparent = 'app.logging_detail'::regclass and c.relname ~ '_[0-9]{8}$'
     and to_date(right(c.relname, 8), 'YYYYMMDD') <= (clock_timestamp() at time zone 'UTC')::date
  union
  select (o.created_ts at time zone 'UTC')::date from only app.logging_detail_overflow o
   order by 1
$function$
grant execute to heliograph_watcher
comment 'Days that app.logging_detail holds, up to today, and those of the overflow partition as they are stored.'

-- 7 function: app.base_type(oid)
CREATE OR REPLACE FUNCTION app.base_type(type oid)
 RETURNS oid
 LANGUAGE sql
 STABLE STRICT
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with recursive t as (
    select p.oid, p.typtype, p.typbasetype from pg_type p where p.oid = $1
    union all
    select p.oid, p.typtype, p.typbasetype from t join pg_type p on p.oid = t.typbasetype where t.typtype = 'd')
  select t.oid from t where t.typtype <> 'd'
$function$
grant execute to heliograph_gateway

-- 7 function: app.base_type_name(oid)
CREATE OR REPLACE FUNCTION app.base_type_name(type oid)
 RETURNS text
 LANGUAGE sql
 STABLE STRICT
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case
    -- int2vector and its like have elements too, but no array notation.
    when exists (select from pg_type e where e.oid = p.typelem and e.typarray = p.oid) then app.base_type_name(p.typelem) || '[]'
    when p.typtype = 'e' then 'enum'
    else case p.typname
      when 'varchar' then 'text' when 'bpchar' then 'text' when 'name' then 'text'
      when 'int2' then 'int' when 'int4' then 'int' when 'int8' then 'bigint'
      when 'float4' then 'float' when 'float8' then 'float'
      when 'bool' then 'boolean' when 'jsonb' then 'json'
      else p.typname end
  end
  from pg_type p where p.oid = app.base_type($1)
$function$
grant execute to heliograph_gateway

-- 7 function: app.batch_subscribers(text,text[])
CREATE OR REPLACE FUNCTION app.batch_subscribers(code text, ids text[])
 RETURNS TABLE(entity_id text, user_id text, connection_id uuid, gateway_id uuid, is_container boolean)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select b.entity_id, b.user_id, b.connection_id, s.gateway_id, b.is_container
    from app.rxdb_subscription b left join app.rxdb_session s on s.connection_id = b.connection_id
   where b.entity_code = code and b.entity_id = any (ids) and not b.refused
   order by b.entity_id, b.user_id, b.connection_id
$function$
grant execute to heliograph_gateway
comment 'Who is subscribed to these rows, or to everything of the type inside these containers: for operators, not for delivery.'

-- 7 function: app.begin_erasure(text)
CREATE OR REPLACE FUNCTION app.begin_erasure(person text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET row_security TO 'off'
AS $function$
declare
  e record;
  v_keys text[];
begin
  -- A blank marker, such as that of an account without an address, stands in every snapshot: all of them would be erased.
  update app.erasure r
     set markers = (select coalesce(array_agg(distinct lower(m)), '{}')
                      from unnest(r.markers || app.subject_markers(person)) m where m ~ '\S')
   where r.person_id = person;
  -- Rows about this person: those of live types with a column person_id.
  for e in
    select t.code, t.table_name, t.key_columns
      from app.entity_type t join pg_attribute a on a.attrelid = t.table_name and a.attname = 'person_id' and not a.attisdropped
  loop
    execute format('select coalesce(array_agg(%L || %s), ''{}'') from %s x where x.person_id::text = $1',
      e.code || '/', app.sync_key_text(e.table_name, e.key_columns, 'x'), e.table_name) into v_keys using person;
    update app.erasure r set entity_keys = (select coalesce(array_agg(distinct i), '{}') from unnest(r.entity_keys || v_keys) i) where r.person_id = person;
  end loop;
  delete from app.mutation m where m.person_id = person;
  delete from app.rxdb_subscription s where s.user_id = person;
  delete from app.rxdb_session s where s.user_id = person;
  perform app.erase_person(person);
end $function$
grant execute to heliograph_watcher
comment 'First step of an erasure: records texts that identify the person and deletes the account.'

-- 7 function: app.check_sync()
CREATE OR REPLACE FUNCTION app.check_sync()
 RETURNS TABLE(code text, problem text, remedy text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
#variable_conflict use_column
declare
  e app.entity_type;
  v_name text;
  v_state "char";
  c pg_class;
  h record;
begin
  for h in
    select p.oid::regprocedure::text as signature, count(*) over (partition by p.proname) > 1 as repeated,
           exists (select 1 from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x
                    where x.grantee = 0 and x.privilege_type = 'EXECUTE') as open_to_all
      from pg_proc p
     where p.pronamespace = 'app'::regnamespace
       and p.proname in ('current_tenant_id', 'is_tenant_admin', 'identify', 'login', 'granted_ids', 'granted_persons',
                         'expire_grants', 'delete_orphan_grants', 'subject_markers', 'erase_person')
     order by 1
  loop
    if h.repeated then
      problem := format('hook %s is one of two functions of this name: the one with other arguments is never called', h.signature);
      remedy := 'Drop the one whose arguments differ from those in db/core/functions/002_hooks.sql.';
      return next;
    end if;
    if h.open_to_all then
      problem := format('hook %s may be executed by every role', h.signature);
      remedy := format('Run: revoke execute on function %s from public, and grant it to the role that db/core/grants.sql names.', h.signature);
      return next;
    end if;
  end loop;

  for e in select t.* from app.entity_type t order by t.code loop
    code := e.code;
    remedy := format('Run again: select app.enable_sync(%L, %L, …)', e.table_name, e.code);

    select * into c from pg_class where oid = e.table_name;
    if not found then
      problem := 'the table does not exist any more';
      remedy := format('Run: select app.disable_sync(%L)', e.code);
      return next;
      continue;
    end if;

    foreach v_name in array array['zzz_sync_version', 'zzz_sync_truncate', format('log_%s_changes_insert', e.code),
        format('log_%s_changes_update', e.code), format('log_%s_changes_delete', e.code)] loop
      select t.tgenabled into v_state from pg_trigger t join pg_proc p on p.oid = t.tgfoid
       where t.tgrelid = e.table_name and t.tgname = v_name and p.pronamespace = 'app'::regnamespace;
      if not found then
        problem := format('trigger %s is missing: changes are not logged', v_name);
        return next;
      elsif v_state not in ('O', 'A') then
        problem := format('trigger %s is disabled: changes are not logged', v_name);
        remedy := format('Run: alter table %s enable trigger %I; select app.resync(%L)', e.table_name, v_name, e.code);
        return next;
        remedy := format('Run again: select app.enable_sync(%L, %L, …)', e.table_name, e.code);
      end if;
    end loop;

    for v_name in select tgname from pg_trigger
      where tgrelid = e.table_name and not tgisinternal and tgtype & 3 = 3 and tgtype & 20 <> 0 and tgname > 'zzz_sync_version' loop
      problem := format('BEFORE trigger %s runs after zzz_sync_version: its changes are not logged', v_name);
      remedy := format('Run: alter trigger %I on %s rename to …', v_name, e.table_name);
      return next;
      remedy := format('Run again: select app.enable_sync(%L, %L, …)', e.table_name, e.code);
    end loop;

    for v_name in select p.proname from pg_proc p
      where p.pronamespace = 'app'::regnamespace
        and p.proname in ('version_' || e.code, 'readable_' || e.code, 'parents_readable_' || e.code, format('log_%s_changes_insert', e.code), format('log_%s_changes_update', e.code), format('log_%s_changes_delete', e.code))
        and exists (select 1 from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x where x.grantee = 0 and x.privilege_type = 'EXECUTE') loop
      problem := format('function app.%s may be executed by every role', v_name);
      return next;
    end loop;

    if not app.sync_is_open(e) or not app.sync_has_standard_policy(e.table_name) then
      if not c.relrowsecurity then
        problem := 'row level security is off: every role with SELECT reads every row';
        return next;
      end if;
      if not app.sync_has_standard_policy(e.table_name) then
        if not 'r' = any (app.sync_admitted_commands(e.table_name)) then
          problem := 'no policy applies to the application: it sees no row';
          remedy := format('Run: create policy … on %s for select to heliograph_app using (…)', e.table_name);
          return next;
          remedy := format('Run again: select app.enable_sync(%L, %L, …)', e.table_name, e.code);
        end if;
      else
        if not exists (select 1 from pg_policy where polrelid = e.table_name and polname = 'heliograph_standard' and not polpermissive) then
          problem := 'policy heliograph_standard is missing: the application reads every row, or none';
          return next;
        end if;
        if not exists (select 1 from pg_policy where polrelid = e.table_name and polname = 'heliograph_others' and polpermissive and polcmd = '*' and polroles = '{0}') then
          problem := 'policy heliograph_others is missing: no role but the owner sees a row';
          return next;
        end if;
        if (select p.prosrc from pg_proc p where p.pronamespace = 'app'::regnamespace and p.proname = 'readable_' || e.code)
             is distinct from 'select ' || (app.sync_readable(e)).condition
           or (select p.prosrc from pg_proc p where p.pronamespace = 'app'::regnamespace and p.proname = 'parents_readable_' || e.code)
             is distinct from 'begin return ' || app.sync_parent_conditions(e.table_name) || '; end' then
          problem := 'the functions of the standard policy are stale: columns or foreign keys changed';
          return next;
        end if;
        if e.access = 'auto' and app.sync_other_roles(e.table_name) <> '{}' then
          problem := format('row level security also applies to %s, which got rights since: COPY … FROM and row_security = off fail for them', array_to_string(app.sync_other_roles(e.table_name), ', '));
          remedy := format('Revoke their rights, or accept it: select app.enable_sync(%L, %L, …, access => ''policy'')', e.table_name, e.code);
          return next;
          remedy := format('Run again: select app.enable_sync(%L, %L, …)', e.table_name, e.code);
        end if;
      end if;
      if app.sync_has_standard_policy(e.table_name) is false
         and exists (select 1 from pg_policy where polrelid = e.table_name and polname in ('heliograph_standard', 'heliograph_others')) then
        problem := 'policies were added beside the standard one: rows are not marked as restricted by them';
        remedy := format('Drop policy heliograph_standard and heliograph_others, or the others, then run again: select app.enable_sync(%L, %L, …)', e.table_name, e.code);
        return next;
        remedy := format('Run again: select app.enable_sync(%L, %L, …)', e.table_name, e.code);
      -- The generated function still assumes the standard policy: it would send ids of rows to every holder of their container.
      elsif not e.public and not app.sync_has_standard_policy(e.table_name) and exists (
        select 1 from pg_proc p where p.pronamespace = 'app'::regnamespace and p.proname = format('log_%s_changes_update', e.code)
           and p.prosrc not like '%is not null and true as restricted%') then
        problem := 'the table got policies of its own after it went live: rows are not marked as restricted by them';
        return next;
      end if;
    end if;

    for v_name in select u.col from unnest(e.containers || e.rights || e.redact || e.key_columns || array[e.tenant_column, e.owner_column, e.version_column]) u (col)
      where u.col is not null and not app.sync_has_column(e.table_name, u.col) loop
      problem := format('column %s does not exist any more: writes to the table fail', v_name);
      return next;
    end loop;

    if c.relkind <> 'r' or c.relispartition or c.relpersistence <> 'p'
       or exists (select 1 from pg_inherits where inhparent = e.table_name or inhrelid = e.table_name) then
      problem := 'the table became partitioned, inherited or unlogged: changes may not be logged';
      remedy := 'Undo that, or end its sync with app.disable_sync.';
      return next;
    end if;
  end loop;
end $function$
grant execute to heliograph_watcher
comment 'Problems of live types and hooks, each with its remedy; no row when there are none.'

-- 7 function: app.claim(uuid,integer,bigint,timestamp with time zone)
CREATE OR REPLACE FUNCTION app.claim(me uuid, n integer, expected_head bigint, p_from timestamp with time zone DEFAULT '-infinity'::timestamp with time zone)
 RETURNS TABLE(first_seq bigint, last_seq bigint, log_epoch uuid)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET jit TO 'off'
AS $function$
#variable_conflict use_column
declare
  v_head bigint;
  v_lease timestamptz;
  v_epoch uuid;
  v_system bigint;
  v_timeline text;
  v_other_history boolean;
  v_count bigint;
  v_last bigint;
  v_version bigint;
  v_floor bigint;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'app.claim needs READ COMMITTED, not %', current_setting('transaction_isolation')
      using errcode = '25001', hint = 'Call it outside of any transaction block.';
  end if;

  -- An idle poll ends here, without a lock or WAL.
  perform 1 from app.logging l
    where l.sync_status = 'pending' and l.action <> 0 and l.created_ts >= p_from limit 1;
  if not found then
    return;
  end if;

  perform set_config('synchronous_commit', 'on', true);

  select h.system_identifier, h.timeline into v_system, v_timeline from app.server_history() h;
  select s.head_seq, s.lease_until, s.log_epoch, s.system_identifier <> v_system or s.timeline <> v_timeline
    into v_head, v_lease, v_epoch, v_other_history
    from app.sync_state s where s.leader_id = me for update;
  -- Checked after the lock is granted, not in the query: the lease may expire during the wait.
  if not found or v_lease <= clock_timestamp() then
    raise exception 'not the leader' using errcode = 'HG001', hint = 'Take the lease with app.lead first.';
  end if;

  -- Either the caller has published numbers that this server lost and would assign again, or the server was promoted since
  -- the lease was taken and the caller may have published different rows under the same numbers.
  if v_head < expected_head or v_other_history then
    v_epoch := gen_random_uuid();
  end if;

  with picked as materialized (
    select l.created_ts, l.tableoid as part, l.ctid as tid,
           v_head + row_number() over (order by l.created_ts, l.entity_version) as seq
      from app.logging l
     where l.sync_status = 'pending' and l.action <> 0 and l.created_ts >= p_from
     order by l.created_ts, l.entity_version
     limit n),
  marked as (
    update app.logging l
       set sync_status = 'sent', sync_processed_ts = clock_timestamp(), sync_seq = picked.seq
      from picked
     where l.created_ts = picked.created_ts and l.tableoid = picked.part and l.ctid = picked.tid
    returning l.sync_seq, l.entity_version)
  select count(*), max(sync_seq), max(entity_version) into v_count, v_last, v_version from marked;

  if v_count = 0 then
    return;
  end if;
  -- Another session changed one of the rows at the same time (an operator queueing rows again), which would leave a gap in
  -- the sequence. Nothing has been published, so the caller claims again.
  if v_last <> v_head + v_count then
    raise exception 'a pending row changed during the claim' using errcode = '40001', hint = 'Claim again.';
  end if;

  -- While the clock is right, all versions are in the past. While it is behind the floor, versions come from the floor and stay
  -- below its next value, 100 higher. A higher version was given before the clock stepped back: rows created again since then
  -- may have versions below their deletions in this batch, so clients compare all versions. The floor rises with this claim,
  -- so that it happens once for each step.
  v_floor := pg_sequence_last_value('app.version_floor');
  if v_version >= coalesce(v_floor, 0) + 100 then
    if v_version > (extract(epoch from clock_timestamp()) * 1000000)::bigint + 1000000 then
      v_epoch := gen_random_uuid();
    end if;
    perform setval('app.version_floor', v_version);
  end if;

  update app.sync_state s
     set head_seq = v_last, log_epoch = v_epoch, lease_until = greatest(s.lease_until, clock_timestamp() + interval '3 s'),
         system_identifier = coalesce(v_system, s.system_identifier), timeline = coalesce(v_timeline, s.timeline)
   where s.leader_id = me;

  first_seq := v_head + 1;
  last_seq := v_last;
  log_epoch := v_epoch;
  return next;
end $function$
grant execute to heliograph_watcher
comment 'Numbers up to n pending rows created since p_from and marks them sent. No row: nothing is pending. HG001: the lease is lost.'

-- 7 function: app.cleanup_connection(uuid,uuid,bigint)
CREATE OR REPLACE FUNCTION app.cleanup_connection(connection uuid, gateway uuid DEFAULT NULL::uuid, session_generation bigint DEFAULT NULL::bigint)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_count bigint;
begin
  delete from app.rxdb_session s
   where s.connection_id = connection
     and (gateway is null or s.gateway_id = gateway)
     and (session_generation is null or s.generation = session_generation);
  if not found and gateway is not null then
    return 0;
  end if;
  delete from app.rxdb_subscription s where s.connection_id = connection;
  get diagnostics v_count = row_count;
  return v_count;
end $function$
grant execute to heliograph_gateway
comment 'Ends a connection; returns how many subscriptions it held.'

-- 7 function: app.comparison_of(oid)
CREATE OR REPLACE FUNCTION app.comparison_of(type oid)
 RETURNS integer
 LANGUAGE sql
 STABLE STRICT
AS $function$
  select case
    when p.typtype in ('e', 'r', 'm') then 2
    when p.typname = 'jsonb' then 0 -- documents do not show its text, with which a filter would have to compare
    when exists (select from pg_catalog.pg_type e where e.oid = p.typelem and e.typarray = p.oid) then app.comparison_of(p.typelem)
    else (
      select pg_catalog.max(case m.amname when 'btree' then 2 else 1 end)
        from pg_catalog.pg_opclass c
        join pg_catalog.pg_am m on m.oid = c.opcmethod
        join pg_catalog.pg_amop o on o.amopfamily = c.opcfamily and o.amoplefttype = c.opcintype and o.amoprighttype = c.opcintype
         and o.amopstrategy = case m.amname when 'btree' then 3 else 1 end
       where m.amname in ('btree', 'hash') and c.opcdefault and pg_catalog.pg_operator_is_visible(o.amopopr)
         and (c.opcintype = p.oid or exists (
           select from pg_catalog.pg_cast k
            where k.castsource = p.oid and k.casttarget = c.opcintype and k.castmethod = 'b' and k.castcontext = 'i')))
  end
  from pg_catalog.pg_type p where p.oid = app.base_type($1)
$function$
grant execute to heliograph_gateway

-- 7 function: app.containers_of(text,text)
CREATE OR REPLACE FUNCTION app.containers_of(code text, id text)
 RETURNS text[]
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET row_security TO 'off'
AS $function$
declare
  e app.entity_type;
  v_containers text[];
begin
  select t.* into e from app.entity_type t where t.code = containers_of.code;
  if not found then
    return null;
  end if;
  execute format('select %s from %s t where %s', app.sync_containers(e, 't'), e.table_name, app.sync_key_condition(e, 't', '$1'))
    into v_containers using id;
  return v_containers;
end $function$

-- 7 function: app.current_person_id()
CREATE OR REPLACE FUNCTION app.current_person_id()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN NULLIF(current_setting('app.person_id'::text, true), ''::text)
grant execute to heliograph_app
comment 'The person of this transaction; null outside a request.'

-- 7 function: app.current_tenant_id()
CREATE OR REPLACE FUNCTION app.current_tenant_id()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN NULLIF(current_setting('app.organization_id'::text, true), ''::text)
grant execute to heliograph_app
comment 'Hook: the tenant of this transaction. Default: the setting app.organization_id.'

-- 7 function: app.delete_orphan_grants()
CREATE OR REPLACE FUNCTION app.delete_orphan_grants()
 RETURNS bigint
 LANGUAGE sql
RETURN (0)::bigint
grant execute to heliograph_watcher
comment 'Hook: deletes grants whose row is gone; returns how many. Default: 0.'

-- 7 function: app.delete_orphan_subscriptions()
CREATE OR REPLACE FUNCTION app.delete_orphan_subscriptions()
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_count bigint;
begin
  delete from app.rxdb_subscription b
   where not exists (select 1 from app.rxdb_session s where s.connection_id = b.connection_id)
     and b.subscribed_at < now() - interval '1 min'; -- a session may be committed just after its first rows
  get diagnostics v_count = row_count;
  return v_count;
end $function$
grant execute to heliograph_watcher
comment 'Deletes subscriptions whose connection is unknown; returns how many.'

-- 7 function: app.disable_sync(text,boolean)
CREATE OR REPLACE FUNCTION app.disable_sync(code text, keep_version boolean DEFAULT false)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET client_min_messages TO 'warning'
AS $function$
declare
  e app.entity_type;
  v_trigger text;
  v_version bigint := 0;
begin
  delete from app.entity_type t where t.code = disable_sync.code returning * into e;
  if not found then
    return;
  end if;
  if exists (select 1 from pg_class where oid = e.table_name) then
    foreach v_trigger in array array['zzz_sync_version', 'zzz_sync_truncate',
      format('log_%s_changes_insert', code), format('log_%s_changes_update', code), format('log_%s_changes_delete', code)] loop
      execute format('drop trigger if exists %I on %s', v_trigger, e.table_name);
    end loop;
    if app.sync_has_column(e.table_name, e.version_column) then
      execute format('select coalesce(max(%I), 0) from %s', e.version_column, e.table_name) into v_version;
      if not keep_version then
        begin
          execute format('alter table %s drop column %I', e.table_name, e.version_column);
        exception when dependent_objects_still_exist then
          raise exception 'other objects use column %.%', e.table_name, e.version_column
            using errcode = '2BP01', hint = format('Run: select app.disable_sync(%L, keep_version => true), or drop them first.', code);
        end;
      end if;
    end if;
  end if;
  perform app.sync_release(e);
  insert into app.former_type values (code, v_version);
  execute format('drop function if exists app.%I(), app.%I(), app.%I(), app.%I()', 'version_' || code,
    format('log_%s_changes_insert', code), format('log_%s_changes_update', code), format('log_%s_changes_delete', code));
end $function$
comment 'Ends the sync of a type and restores what the table was: policies, row level security, rights, triggers, columns.'

-- 7 function: app.drop_log_day(text,date)
CREATE OR REPLACE FUNCTION app.drop_log_day(part_of text, day date)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '200ms'
AS $function$
declare
  v_part text := part_of || '_' || to_char(day, 'YYYYMMDD');
  v_max bigint;
begin
  if part_of is null or part_of not in ('logging', 'logging_detail') then
    raise exception 'there is no log "%"', part_of using errcode = '22023', hint = 'Use logging or logging_detail.';
  end if;
  if to_regclass('app.' || v_part) is null then
    return false;
  end if;
  if exists (select from pg_inherits where inhrelid = to_regclass('app.' || v_part)) then
    raise exception '% is part of the log', v_part
      using errcode = '55000', hint = format('Run first: alter table app.%I detach partition app.%I concurrently', part_of, v_part);
  end if;
  if part_of = 'logging' then
    perform 1 from app.sync_state for update;
    execute format('lock table app.%I in access exclusive mode', v_part);
    -- An operator may have queued rows again while the day was being removed. They are copied into the current day, so that
    -- clients are still notified.
    execute format(
      'insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts) '
      'select id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, app.stored_time(clock_timestamp()) '
      'from app.%I where sync_status = ''pending'' and action <> 0 order by created_ts, entity_version', v_part);
    execute format('select max(sync_seq) from app.%I where sync_seq is not null', v_part) into v_max;
    update app.sync_state set min_seq = v_max + 1 where min_seq <= v_max;
  end if;
  execute format('drop table app.%I', v_part);
  return true;
end $function$
grant execute to heliograph_watcher
comment 'Drops a detached day of app.logging or app.logging_detail; false when there is none.'

-- 7 function: app.enable_sync(regclass,text,text[],text[],text[],text,boolean
CREATE OR REPLACE FUNCTION app.enable_sync("table" regclass, code text DEFAULT NULL::text, containers text[] DEFAULT '{}'::text[], rights text[] DEFAULT '{}'::text[], redact text[] DEFAULT '{}'::text[], snapshots text DEFAULT 'full'::text, views boolean DEFAULT false, public boolean DEFAULT false, key text[] DEFAULT NULL::text[], tenant text DEFAULT NULL::text, version_column text DEFAULT 'sync_version'::text, owner text DEFAULT NULL::text, access text DEFAULT 'auto'::text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET client_min_messages TO 'warning'
AS $function$
declare
  e app.entity_type;
  former app.entity_type;
  child app.entity_type;
  v_former_version bigint;
  v_codes text[];
  v_had_column boolean;
  v_other text;
  v_other_code text;
begin
  perform app.sync_check_table("table");
  e.code := coalesce(enable_sync.code, (select t.code from app.entity_type t where t.table_name = "table"), app.sync_default_code("table"));
  if e.code !~ '^[a-z][a-z0-9_]{0,40}$' or e.code in ('person', 'tenant') then
    raise exception '"%" cannot be the code of a type', e.code
      using errcode = '22023', hint = 'Lower case letters, digits and _, 41 at most; "person" and "tenant" are reserved: they name containers, and changes of memberships.';
  end if;
  if snapshots is null or snapshots not in ('full', 'changed', 'none') then
    raise exception 'snapshots cannot be "%"', snapshots using errcode = '22023', hint = 'Use full, changed or none.';
  end if;
  select t.table_name::text into v_other from app.entity_type t where t.code = e.code and t.table_name <> "table";
  if found then
    raise exception 'code "%" belongs to %', e.code, v_other
      using errcode = '42710', hint = format('Choose another code, or run: select app.disable_sync(%L)', e.code);
  end if;
  select t.code into v_other from app.entity_type t where t.table_name = "table" and t.code <> e.code;
  if found then
    raise exception '% is live as "%"', "table", v_other
      using errcode = '42710', hint = format('Keep that code, or run first: select app.disable_sync(%L)', v_other);
  end if;

  e.table_name := "table";
  e.key_columns := app.sync_require_key("table", key);
  e.tenant_column := coalesce(tenant, case when app.sync_has_column("table", 'organization_id') then 'organization_id' end);
  e.owner_column := owner;
  e.containers := coalesce(enable_sync.containers, '{}');
  e.rights := coalesce(enable_sync.rights, '{}');
  e.redact := coalesce(enable_sync.redact, '{}');
  e.snapshots := enable_sync.snapshots;
  e.views := coalesce(enable_sync.views, false);
  e.public := coalesce(enable_sync.public, false);
  e.version_column := coalesce(enable_sync.version_column, 'sync_version');
  select t.* into former from app.entity_type t where t.code = e.code;
  e.access := case when access = 'auto' then coalesce(former.access, 'auto') else access end;
  if e.access is null or e.access not in ('auto', 'policy') then
    raise exception 'access cannot be "%"', access using errcode = '22023', hint = 'Use auto or policy.';
  end if;
  if e.tenant_column is not null and not exists (
    select 1 from pg_attribute where attrelid = "table" and attname = e.tenant_column and attnotnull and not attisdropped) then
    raise exception 'tenant column %.% must exist and be not null: a row without a tenant is readable by no one', "table", e.tenant_column
      using errcode = '42804', hint = format('Run: alter table %s alter %I set not null', "table", e.tenant_column);
  end if;
  if e.owner_column is not null then
    if not app.sync_has_column("table", e.owner_column) then
      raise exception '% has no column %', "table", e.owner_column using errcode = '42703', hint = 'Name the column with the id of a person as owner.';
    elsif e.public then
      raise exception 'rows of % cannot be public and belong to one person', "table" using errcode = '42P17', hint = 'Pass either owner or public.';
    elsif not app.sync_has_standard_policy("table") then
      raise exception '% has policies of its own, which decide who may read a row instead of %', "table", e.owner_column
        using errcode = '42P17', hint = 'Leave out owner, or drop the policies.';
    end if;
  end if;
  if e.tenant_column is null and e.owner_column is null and not e.public and app.sync_has_standard_policy("table") then
    select string_agg(quote_ident(attname), ', ' order by attnum) into v_other from pg_attribute
     where attrelid = "table" and attnum > 0 and not attisdropped and app.sync_key_type(atttypid)
       and regexp_replace(lower(attname), '[^a-z]', '', 'g') ~ '^(user|owner|account|tenant|organi[sz]ation|org|workspace|company|customer|team|person|member|author)s?(id|uuid)?$|^(created|owned)by(id)?$';
    raise exception '% has no tenant, owner or policies: nothing says who may read a row', "table"
      using errcode = '42P17',
            hint = 'Name the column with the tenant (tenant => …) or with the person who may read the row (owner => …)'
              || coalesce(format('; candidates are %s', v_other), '') || '. Or create policies of your own, or pass public => true if every user may read every row.';
  end if;
  perform app.sync_check_rights("table", e);
  perform app.sync_check_columns("table", e);
  select tgname into v_other from pg_trigger
   where tgrelid = "table" and not tgisinternal and tgtype & 3 = 3 and tgtype & 20 <> 0 and tgname > 'zzz_sync_version';
  if found then
    raise exception 'BEFORE trigger % of % runs after the one that decides whether a row changed', v_other, "table"
      using errcode = '42P17', hint = format('Run: alter trigger %I on %s rename to …, with a name that sorts before zzz_sync_version', v_other, "table");
  end if;
  e.container_codes := array(
    select (app.sync_container("table", u.col, 't')).code from unnest(e.containers) with ordinality as u (col, n) order by u.n);

  -- Two installations in one database have triggers of the same names: the second would replace those of the first.
  select p.pronamespace::regnamespace::text, substr(p.proname, length('version_') + 1) into v_other, v_other_code
    from pg_trigger t join pg_proc p on p.oid = t.tgfoid
   where t.tgrelid = "table" and t.tgname = 'zzz_sync_version' and p.pronamespace <> 'app'::regnamespace;
  if found then
    raise exception '% is live in another installation, in schema %', "table", v_other
      using errcode = '42710', hint = format('Use that one, or run first: select %s.disable_sync(%L)', v_other, v_other_code);
  end if;

  delete from app.former_type f where f.code = e.code returning f.version into v_former_version;
  v_had_column := app.sync_add_version("table", e.version_column, v_former_version);
  delete from app.entity_type t where t.code = e.code;
  e.grants := coalesce(former.grants, '{}');
  insert into app.entity_type select e.*;

  perform app.sync_secure(e);
  e.grants := e.grants || app.sync_grant(e);
  update app.entity_type t set grants = e.grants where t.code = e.code;
  perform app.sync_version_function(e);
  perform app.sync_log_functions(e);
  execute format('create or replace trigger zzz_sync_truncate before truncate on %s for each statement execute function app.sync_refuse_truncate()', "table");

  -- Tables that refer to this one may have gone live before it and guessed its code.
  for child in
    select c.* from app.entity_type c
     where c.code <> e.code and cardinality(c.containers) > 0
       and exists (select from pg_constraint k where k.conrelid = c.table_name and k.confrelid = "table" and k.contype = 'f')
  loop
    v_codes := array(select (app.sync_container(child.table_name, u.col, 't')).code from unnest(child.containers) with ordinality as u (col, n) order by u.n);
    if v_codes <> child.container_codes then
      child.container_codes := v_codes;
      update app.entity_type t set container_codes = v_codes where t.code = child.code;
      perform app.sync_log_functions(child);
    end if;
  end loop;

  -- The table was live before: since then rows may have changed without a new version, and deletions were not logged.
  if former.code is null and v_had_column then
    perform app.resync(e.code);
  elsif former.code is null and v_former_version is not null then
    perform app.new_log_epoch();
  end if;
end $function$
comment 'Makes a table live, or brings it up to date after its columns changed.'

-- 7 function: app.ensure_partitions(integer)
CREATE OR REPLACE FUNCTION app.ensure_partitions(days integer DEFAULT 14)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '1s'
AS $function$
declare
  v_today date := (clock_timestamp() at time zone 'UTC')::date;
  v_day date;
  v_table text;
  v_part text;
  -- With an explicit zone; otherwise the TimeZone of this session would decide where a day begins.
  v_from text;
  v_to text;
  v_made int := 0;
begin
  foreach v_table in array array['logging', 'logging_detail'] loop
    -- Two watchers may create partitions at the same time. This mode conflicts with itself, but with no reader or writer.
    execute format('lock table only app.%I in share update exclusive mode', v_table);
    -- Yesterday is included because a clock may step back over midnight.
    for v_day in select generate_series(v_today - 1, v_today + days, interval '1 day')::date loop
      v_part := v_table || '_' || to_char(v_day, 'YYYYMMDD');
      continue when pg_partition_root(to_regclass('app.' || v_part)) is not null;
      v_from := v_day || ' 00:00+00';
      v_to := (v_day + 1) || ' 00:00+00';
      -- The check constraint lets ATTACH skip its scan. A claim rewrites each row of the log once; half-filled pages keep the
      -- new tuple on the same page, which costs a third less WAL.
      -- A day that was detached by hand is attached again.
      if to_regclass('app.' || v_part) is null then
        execute format(
          'create table app.%I (like app.%I including defaults including constraints, constraint %I check (created_ts >= %L and created_ts < %L)) '
          'with (fillfactor = %s, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)',
          v_part, v_table, v_part || '_range', v_from, v_to, case v_table when 'logging' then 50 else 100 end);
      end if;
      execute format('alter table app.%I attach partition app.%I for values from (%L) to (%L)', v_table, v_part, v_from, v_to);
      v_made := v_made + 1;
    end loop;
  end loop;
  if app.rows_without_day() = 0 then
    return v_made;
  end if;
  -- In the order of a claim: state, then log. Only some rows, those that no claim has seen first: claims wait meanwhile.
  perform 1 from app.sync_state for update;
  with picked as (
    select ctid from only app.logging_overflow o
     where app.stored_time(app.real_time(o.created_ts)) < timestamptz '9999-01-01 00:00+00'
     order by sync_status, created_ts limit 5000),
  moved as (delete from only app.logging_overflow o using picked where o.ctid = picked.ctid returning o.*)
  insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts, sync_status, sync_processed_ts, sync_seq)
  select id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, app.real_time(created_ts), sync_status, sync_processed_ts, sync_seq
    from moved;
  with picked as (
    select ctid from only app.logging_detail_overflow o
     where app.stored_time(app.real_time(o.created_ts)) < timestamptz '9999-01-01 00:00+00'
     order by created_ts limit 5000),
  moved as (delete from only app.logging_detail_overflow o using picked where o.ctid = picked.ctid returning o.*)
  insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
  select id, app.real_time(created_ts), entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version
    from moved;
  -- The rest is of days far from today, written under a wrong clock. It goes when no cursor can read it any more.
  delete from only app.logging_overflow o using app.sync_state s where o.sync_seq < s.min_seq;
  return v_made;
end $function$
grant execute to heliograph_watcher
comment 'Makes the partitions of yesterday up to so many days ahead, where they are missing, and moves rows of the overflow partition to their days; returns how many partitions it made.'

-- 7 function: app.entity_history(text,text,integer)
CREATE OR REPLACE FUNCTION app.entity_history(code text, id text, max_rows integer DEFAULT 50)
 RETURNS TABLE(at timestamp with time zone, actor text, action smallint, version bigint, columns text[])
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select app.real_time(d.created_ts),
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
    from app.logging_detail d join app.entity_type e on e.code = d.entity_code
   where d.entity_code = $1 and d.entity_id = $2 and d.action in (1, 2, 3)
   order by d.created_ts desc, d.entity_version desc
   limit max_rows
$function$
grant execute to heliograph_app, heliograph_gateway
comment 'Changes of one row, newest first: time, name of the actor, action, version, changed columns (null where no snapshots are kept).'

-- 7 function: app.erase_person(text)
CREATE OR REPLACE FUNCTION app.erase_person(person text)
 RETURNS void
 LANGUAGE sql
BEGIN ATOMIC
END
comment 'Hook: deletes the account of a person. Default: does nothing.'

-- 7 function: app.erase_subject(text,date)
CREATE OR REPLACE FUNCTION app.erase_subject(person text, day date)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  r app.erasure;
  v_count bigint;
begin
  select x.* into r from app.erasure x where x.person_id = person;
  if not found then
    raise exception 'no erasure of % was requested', person using errcode = '22023', hint = format('Run: select app.request_erasure(%L)', person);
  end if;
  with found as (
    select d.tableoid as part, d.ctid as tid,
           d.actor ->> 'person_id' = person as own,
           d.entity_code = 'person' and d.entity_id = person or d.entity_code || '/' || d.entity_id = any (r.entity_keys)
             or app.names_subject(d.entity_from_version, person, r.markers) or app.names_subject(d.entity_to_version, person, r.markers) as about
      from app.logging_detail d
     where d.created_ts >= day::timestamp at time zone 'UTC' and d.created_ts < (day + 1)::timestamp at time zone 'UTC')
  update app.logging_detail d
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
  update app.erasure x set rows = x.rows + v_count where x.person_id = person;
  return v_count;
end $function$
grant execute to heliograph_watcher
comment 'Third step of an erasure, for each day of app.logging_detail; returns how many rows it changed.'

-- 7 function: app.expire_grants()
CREATE OR REPLACE FUNCTION app.expire_grants()
 RETURNS bigint
 LANGUAGE sql
RETURN (0)::bigint
grant execute to heliograph_watcher
comment 'Hook: ends grants whose time is over; returns how many. Default: 0.'

-- 7 function: app.expire_mutations(interval,integer)
CREATE OR REPLACE FUNCTION app.expire_mutations(keep interval DEFAULT '90 days'::interval, max_rows integer DEFAULT 5000)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_count bigint;
begin
  delete from app.mutation
   where ctid = any (array(select m.ctid from app.mutation m where m.created_ts < clock_timestamp() - keep order by m.created_ts limit max_rows));
  get diagnostics v_count = row_count;
  return v_count;
end $function$
grant execute to heliograph_watcher
comment 'Deletes idempotency keys that are older, up to max_rows; returns how many.'

-- 7 function: app.expired_log_days(integer,integer)
CREATE OR REPLACE FUNCTION app.expired_log_days(keep_log integer, keep_detail integer)
 RETURNS TABLE(part_of text, day date, state text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select d.part_of, d.day, d.state
    from (select left(c.relname, -9) as part_of, to_date(right(c.relname, 8), 'YYYYMMDD') as day,
                 case when i.inhrelid is null then 'detached' when i.inhdetachpending then 'detaching' else 'attached' end as state
            from pg_class c left join pg_inherits i on i.inhrelid = c.oid
           where c.relnamespace = 'app'::regnamespace and c.relkind = 'r' and c.relname ~ '^logging(_detail)?_[0-9]{8}$') d
         cross join lateral (select greatest(2, case d.part_of when 'logging' then keep_log else keep_detail end) as keep) k
   where d.day < (clock_timestamp() at time zone 'UTC')::date - k.keep
     and (d.state <> 'attached' or exists (
       select from app.logging l
        where l.created_ts >= (d.day + k.keep + 1)::timestamp at time zone 'UTC' and l.created_ts <= clock_timestamp() - interval '1 hour'))
   order by d.state = 'detaching' desc, d.day, d.part_of
$function$
grant execute to heliograph_watcher
comment 'Days of app.logging and app.logging_detail that are older than so many days (two at least), oldest first; state is attached, detaching or detached.'

-- 7 function: app.find_subject(text,date)
CREATE OR REPLACE FUNCTION app.find_subject(person text, day date)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  update app.erasure r
     set entity_keys = (select coalesce(array_agg(distinct i), '{}') from (
           select unnest(r.entity_keys) as i
           union
           select d.entity_code || '/' || d.entity_id from app.logging_detail d
            where d.created_ts >= day::timestamp at time zone 'UTC' and d.created_ts < (day + 1)::timestamp at time zone 'UTC'
              and d.entity_code <> 'person'
              and exists (select from app.entity_type t join pg_attribute a on a.attrelid = t.table_name and a.attname = 'person_id' and not a.attisdropped where t.code = d.entity_code)
              and (app.names_subject(d.entity_from_version, person, r.markers) or app.names_subject(d.entity_to_version, person, r.markers))) f)
   where r.person_id = person
$function$
grant execute to heliograph_watcher
comment 'Second step of an erasure, for each day: records deleted rows about the person.'

-- 7 function: app.finish_erasure(text)
CREATE OR REPLACE FUNCTION app.finish_erasure(person text)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  update app.erasure set erased_ts = clock_timestamp(), markers = '{}', entity_keys = '{}' where person_id = person
$function$
grant execute to heliograph_watcher
comment 'Last step of an erasure: deletes the recorded texts and ids.'

-- 7 function: app.granted_ids(text)
CREATE OR REPLACE FUNCTION app.granted_ids(code text)
 RETURNS text[]
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN '{}'::text[]
grant execute to heliograph_app
comment 'Hook: private rows of a type that the person of this transaction may read. Default: none.'

-- 7 function: app.granted_persons(text,text)
CREATE OR REPLACE FUNCTION app.granted_persons(code text, id text)
 RETURNS text[]
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN '{}'::text[]
comment 'Hook: persons with a grant for a row. Default: none.'

-- 7 function: app.identify(text,text)
CREATE OR REPLACE FUNCTION app.identify(person text, organization text)
 RETURNS TABLE(person_id text, email text, fname text, lname text, person_type text, organization_id text, role text)
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select person, '', '', '', 'user', organization, 'member'
$function$
grant execute to heliograph_gateway
comment 'Hook: who a token speaks for; no row refuses the token. Default: the ids as they are.'

-- 7 function: app.inet_or_null(text)
CREATE OR REPLACE FUNCTION app.inet_or_null(address text)
 RETURNS inet
 LANGUAGE plpgsql
 IMMUTABLE STRICT
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  return split_part(address, '%', 1)::inet;
exception when others then
  return null;
end $function$

-- 7 function: app.is_tenant_admin()
CREATE OR REPLACE FUNCTION app.is_tenant_admin()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN false
grant execute to heliograph_app
comment 'Hook: whether the person of this transaction administers its tenant. Default: false.'

-- 7 function: app.lead(uuid,interval)
CREATE OR REPLACE FUNCTION app.lead(me uuid, ttl interval DEFAULT '00:00:03'::interval)
 RETURNS TABLE(head_seq bigint, log_epoch uuid)
 LANGUAGE plpgsql
 STRICT SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
#variable_conflict use_column
declare
  v_system bigint;
  v_timeline text;
begin
  -- If a crash could undo a lease or a head, two leaders would assign the same numbers.
  perform set_config('synchronous_commit', 'on', true);
  select h.system_identifier, h.timeline into v_system, v_timeline from app.server_history() h;
  return query
    update app.sync_state s
       set leader_id = me,
           lease_until = clock_timestamp() + ttl,
           log_epoch = case when s.system_identifier <> v_system or s.timeline <> v_timeline then gen_random_uuid() else s.log_epoch end,
           system_identifier = coalesce(v_system, s.system_identifier),
           timeline = coalesce(v_timeline, s.timeline)
     where s.leader_id = me or s.leader_id is null or s.lease_until < clock_timestamp()
        -- No lease of this length ends so late, so the clock stepped back. Otherwise no watcher could lead until that time.
        or s.lease_until > clock_timestamp() + ttl + interval '1 s'
    returning s.head_seq, s.log_epoch;
end $function$
grant execute to heliograph_watcher
comment 'Takes or renews the lease; no row when another watcher leads. A server on another timeline starts a new log_epoch.'

-- 7 function: app.log_entity_change(text,text,boolean,text[],jsonb,jsonb)
CREATE OR REPLACE FUNCTION app.log_entity_change(entity_code text, entity_id text, grants boolean, container_ids text[], before jsonb, after jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_id uuid := gen_random_uuid();
  v_now timestamptz := clock_timestamp();
  v_ts timestamptz := app.stored_time(v_now);
  v_action smallint := case when grants then 4 else 5 end;
  v_version bigint := app.version_now();
  v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
  v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
begin
  insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
  values (v_id, $1, $2, v_action, v_version, $4, true, true, v_ts);
  insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
  values (v_id, v_ts, $1, $2, v_action, v_version, v_actor, v_request - '{ip,user_agent}'::text[],
          app.inet_or_null(v_request ->> 'ip'), v_request ->> 'user_agent', before, after);
end $function$

-- 7 function: app.log_view(text,text[])
CREATE OR REPLACE FUNCTION app.log_view(code text, ids text[])
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_now timestamptz := clock_timestamp();
  v_ts timestamptz := app.stored_time(v_now);
  v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
  v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
  v_count bigint;
begin
  if not exists (select 1 from app.entity_type e where e.code = $1 and e.views) then
    return 0;
  end if;
  with seen as materialized (select gen_random_uuid() as log_id, u.id from unnest(ids) as u (id)),
  logged as (
    insert into app.logging (id, entity_code, entity_id, action, entity_version, created_ts, sync_status, sync_processed_ts)
    select s.log_id, $1, s.id, 0, 0, v_ts, 'sent', v_now from seen s)
  insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent)
  select s.log_id, v_ts, $1, s.id, 0, 0, v_actor, v_request - '{ip,user_agent}'::text[],
         app.inet_or_null(v_request ->> 'ip'), v_request ->> 'user_agent'
    from seen s;
  get diagnostics v_count = row_count;
  return v_count;
end $function$
grant execute to heliograph_app
comment 'Logs that rows were read (action 0), for types with views; returns how many rows it logged.'

-- 7 function: app.login(text)
CREATE OR REPLACE FUNCTION app.login(address text)
 RETURNS TABLE(person_id text, email text, fname text, lname text, person_type text, password_hash text, memberships jsonb)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  raise exception 'no sign-in is installed'
    using errcode = 'HG002', hint = 'Replace app.login(text), or issue tokens elsewhere and sign them with JWT_SECRET.';
end $function$
grant execute to heliograph_gateway
comment 'Hook: account, argon2id hash and memberships of an address. Default: raises HG002.'

-- 7 function: app.names_subject(jsonb,text,text[])
CREATE OR REPLACE FUNCTION app.names_subject(snapshot jsonb, person text, markers text[])
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (select from unnest(array[lower(person)] || markers) m where strpos(lower(snapshot::text), m) > 0)
$function$

-- 7 function: app.new_log_epoch()
CREATE OR REPLACE FUNCTION app.new_log_epoch()
 RETURNS uuid
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  update app.sync_state set log_epoch = gen_random_uuid() returning log_epoch
$function$
grant execute to heliograph_watcher
comment 'Declares the history rewritten (after a restore, or a load with triggers off): every client compares all its versions again.'

-- 7 function: app.note_clock()
CREATE OR REPLACE FUNCTION app.note_clock()
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  update app.sync_state set clock_ts = clock_timestamp()
$function$
grant execute to heliograph_watcher
comment 'Records the clock as trusted, for the next watcher that decides about retention.'

-- 7 function: app.real_time(timestamp with time zone)
CREATE OR REPLACE FUNCTION app.real_time(created_ts timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select case when created_ts < timestamptz '9999-01-01 00:00+00' then created_ts else created_ts - interval '70126560 hours' end
$function$

-- 7 function: app.reap_sessions(interval,interval)
CREATE OR REPLACE FUNCTION app.reap_sessions(dead_after interval DEFAULT '00:00:15'::interval, grace interval DEFAULT '00:02:00'::interval)
 RETURNS TABLE(gateways integer, sessions integer, subscriptions integer)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_now timestamptz := clock_timestamp();
  v_gone uuid[];
begin
  with dead as (delete from app.gateway g where g.heartbeat_ts < v_now - dead_after returning 1)
  select count(*) into gateways from dead;

  update app.rxdb_session s
     set disconnected_ts = coalesce(s.disconnected_ts, v_now), expires_ts = v_now + grace
   where s.expires_ts is null
     and not exists (select 1 from app.gateway g where g.id = s.gateway_id);

  with gone as (delete from app.rxdb_session s where s.expires_ts < v_now returning s.connection_id)
  select coalesce(array_agg(connection_id), '{}') into v_gone from gone;
  sessions := cardinality(v_gone);

  delete from app.rxdb_subscription s where s.connection_id = any (v_gone);
  get diagnostics subscriptions = row_count;
  return next;
end $function$
grant execute to heliograph_watcher
comment 'Declares silent gateways dead and deletes expired sessions with their subscriptions; returns how many of each.'

-- 7 function: app.refresh_statistics()
CREATE OR REPLACE FUNCTION app.refresh_statistics()
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '200ms'
AS $function$
begin
  analyze app.logging_detail;
end $function$
grant execute to heliograph_watcher
comment 'Analyzes the partitioned table, which autovacuum does not.'

-- 7 function: app.request_erasure(text)
CREATE OR REPLACE FUNCTION app.request_erasure(person text)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  insert into app.erasure (person_id) values (person)
  on conflict (person_id) do update set requested_ts = clock_timestamp(), erased_ts = null
$function$
comment 'Asks the watchers to erase a person: the account and every trace in the audit log. Change or delete the rows about that person first.'

-- 7 function: app.resign(uuid)
CREATE OR REPLACE FUNCTION app.resign(me uuid)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  update app.sync_state set lease_until = '-infinity' where leader_id = me
$function$
grant execute to heliograph_watcher
comment 'Releases the lease at once, so that another watcher need not wait for its end.'

-- 7 function: app.resume_sessions(uuid[],text[],text[],uuid)
CREATE OR REPLACE FUNCTION app.resume_sessions(connections uuid[], users text[], organizations text[], gateway uuid)
 RETURNS TABLE(connection_id uuid, user_id text, organization_id text, generation bigint, entity_codes text[], entity_ids text[], containers boolean[], refused boolean[])
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
#variable_conflict use_column
declare
  v_ids uuid[];
  v_generations bigint[];
begin
  -- Locks in one order: two gateways that take over the sockets of a third would otherwise deadlock.
  with locked as materialized (
    select s.connection_id
      from unnest(connections, users, organizations) as wanted (connection_id, user_id, organization_id)
      join app.rxdb_session s using (connection_id, user_id, organization_id)
     where s.expires_ts is null or s.expires_ts > clock_timestamp()
     order by s.connection_id
       for update of s),
  taken as (
    update app.rxdb_session s
       set gateway_id = gateway, generation = s.generation + 1,
           connected_ts = clock_timestamp(), disconnected_ts = null, expires_ts = null
      from locked
     where s.connection_id = locked.connection_id
    returning s.connection_id, s.generation)
  select array_agg(connection_id), array_agg(generation) into v_ids, v_generations from taken;

  return query
    select t.id, s.user_id, s.organization_id, t.generation,
           coalesce(array_agg(b.entity_code::text) filter (where b.entity_id is not null), '{}'),
           coalesce(array_agg(b.entity_id) filter (where b.entity_id is not null), '{}'),
           coalesce(array_agg(b.is_container) filter (where b.entity_id is not null), '{}'),
           coalesce(array_agg(b.refused) filter (where b.entity_id is not null), '{}')
      from unnest(v_ids, v_generations) as t (id, generation)
      join app.rxdb_session s on s.connection_id = t.id
      left join app.rxdb_subscription b on b.connection_id = t.id
     group by t.id, s.user_id, s.organization_id, t.generation;
end $function$
grant execute to heliograph_gateway
comment 'Gives connections a new owner and returns their subscriptions; leaves out connections that are unknown, expired or another person''s.'

-- 7 function: app.resync(text)
CREATE OR REPLACE FUNCTION app.resync(code text)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  e app.entity_type;
  v_triggers jsonb;
  v_trigger record;
  v_forced boolean;
  v_count bigint;
begin
  select t.* into e from app.entity_type t where t.code = resync.code;
  if not found then
    raise exception 'no live type "%"', code using errcode = '22023', hint = 'Run: select code from app.entity_type';
  end if;
  -- Triggers are disabled: ours would see no change, and the table's own must not act on one. The lock is held until the end
  -- of the transaction, so that no write happens without triggers.
  execute format('lock table %s in share row exclusive mode', e.table_name);
  -- The application may have forced its own policies on the owner.
  select relforcerowsecurity into v_forced from pg_class where oid = e.table_name;
  if v_forced then
    execute format('alter table %s no force row level security', e.table_name);
  end if;
  select coalesce(jsonb_object_agg(tgname, case tgenabled when 'A' then 'enable always' when 'R' then 'enable replica' else 'enable' end), '{}')
    into v_triggers from pg_trigger where tgrelid = e.table_name and not tgisinternal and tgenabled <> 'D';
  for v_trigger in select t.name, t.mode from jsonb_each_text(v_triggers) t (name, mode) loop
    execute format('alter table %s disable trigger %I', e.table_name, v_trigger.name);
  end loop;
  execute format('update %1$s set %2$I = greatest(%2$I + 1, %3$s)', e.table_name, e.version_column, app.version_now());
  get diagnostics v_count = row_count;
  for v_trigger in select t.name, t.mode from jsonb_each_text(v_triggers) t (name, mode) loop
    execute format('alter table %s %s trigger %I', e.table_name, v_trigger.mode, v_trigger.name);
  end loop;
  if v_forced then
    execute format('alter table %s force row level security', e.table_name);
  end if;
  perform app.new_log_epoch();
  return v_count;
end $function$

-- 7 function: app.retire_log_day(date)
CREATE OR REPLACE FUNCTION app.retire_log_day(day date)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '200ms'
AS $function$
declare
  v_part text := 'logging_' || to_char(day, 'YYYYMMDD');
  v_pending boolean;
  v_max bigint;
  v_min bigint;
begin
  if day > (clock_timestamp() at time zone 'UTC')::date - 2 then
    raise exception 'the log of % may still be written', day using errcode = '55000', hint = 'Drop a day that is at least two days old.';
  end if;
  if to_regclass('app.' || v_part) is null then
    return null;
  end if;
  -- Locks in the order of a claim: state, then log. No claim runs while the state row is locked, so a conflict with SHARE
  -- means a transaction that has not committed its rows of that day. Fails instead of waiting (nowait): those rows could
  -- be claimed only after this function has looked for pending rows.
  perform 1 from app.sync_state for update;
  execute format('lock table only app.%I in share mode nowait', v_part);
  -- Both queries use the partial indexes: counting a whole day would block the leader's claims for seconds.
  execute format('select exists (select from app.%1$I where sync_status = ''pending'' and action <> 0), (select max(sync_seq) from app.%1$I where sync_seq is not null)', v_part)
    into v_pending, v_max;
  if v_pending then
    raise exception 'rows of % are not claimed yet', day using errcode = '55000', hint = 'Start a watcher and try again.';
  end if;
  update app.sync_state set min_seq = greatest(min_seq, coalesce(v_max + 1, 0)) returning min_seq into v_min;
  return v_min;
end $function$
grant execute to heliograph_watcher
comment 'Raises min_seq above a day of app.logging that is to go, and returns it; null when there is no such day. Refuses while a row of it is to be claimed.'

-- 7 function: app.rows_without_day()
CREATE OR REPLACE FUNCTION app.rows_without_day()
 RETURNS bigint
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select (select count(*) from only app.logging_overflow) + (select count(*) from only app.logging_detail_overflow)
$function$
grant execute to heliograph_watcher
comment 'Rows of both halves of the log that were stored in the overflow partition, because their day had no partition.'

-- 7 function: app.server_history()
CREATE OR REPLACE FUNCTION app.server_history(OUT system_identifier bigint, OUT timeline text)
 RETURNS record
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  select c.system_identifier into system_identifier from pg_control_system() c;
  -- pg_control_checkpoint() would show the old timeline after a promotion until the first checkpoint.
  timeline := left(pg_walfile_name(pg_current_wal_lsn()), 8);
exception when others then
  system_identifier := null;
  timeline := null;
end $function$

-- 7 function: app.stored_time(timestamp with time zone)
CREATE OR REPLACE FUNCTION app.stored_time(ts timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
AS $function$
  select case
    when pg_partition_root(to_regclass('app.logging_' || to_char(ts at time zone 'UTC', 'YYYYMMDD'))) = 'app.logging'::regclass
     and pg_partition_root(to_regclass('app.logging_detail_' || to_char(ts at time zone 'UTC', 'YYYYMMDD'))) = 'app.logging_detail'::regclass
    then ts else ts + interval '70126560 hours' end
$function$

-- 7 function: app.subject_markers(text)
CREATE OR REPLACE FUNCTION app.subject_markers(person text)
 RETURNS text[]
 LANGUAGE sql
 STABLE
RETURN '{}'::text[]
comment 'Hook: lower-case texts that identify a person, such as addresses. Default: none.'

-- 7 function: app.sync_add_version(regclass,text,bigint)
CREATE OR REPLACE FUNCTION app.sync_add_version(tab regclass, col text, above bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  c_mark constant text := 'Microseconds since 1970 of the last change, never decreasing; opaque, only to be compared. Set by the sync.';
  a pg_attribute;
begin
  select * into a from pg_attribute where attrelid = tab and attname = col and not attisdropped;
  if found then
    if a.atttypid <> 'bigint'::regtype or col_description(tab, a.attnum) is distinct from c_mark then
      raise exception '% has a column "%" of its own, and the sync would keep its version there', tab, col
        using errcode = '42701', hint = 'Choose another name: version_column => ''…''.';
    end if;
    return true;
  end if;
  -- A constant default avoids rewriting a large table. Afterwards the default is 0; the trigger overrides it, so only a load
  -- with triggers off writes 0.
  execute format('alter table %s add column %I bigint not null default %s', tab, col, greatest(above + 1, app.version_now()));
  execute format('alter table %s alter column %I set default 0', tab, col);
  execute format('comment on column %s.%I is %L', tab, col, c_mark);
  return false;
end $function$

-- 7 function: app.sync_admitted_commands(regclass)
CREATE OR REPLACE FUNCTION app.sync_admitted_commands(tab regclass)
 RETURNS text[]
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select array(
    select c.cmd from unnest('{r,a,w,d}'::text[]) c (cmd)
     where exists (select 1 from pg_policy p where p.polrelid = tab and p.polpermissive and p.polcmd::text in ('*', c.cmd)
                      and exists (select 1 from unnest(p.polroles) r (oid)
                                   where r.oid = 0 or pg_has_role('heliograph_app'::regrole, r.oid, 'usage'))))
$function$

-- 7 function: app.sync_app_has(text,oid,text)
CREATE OR REPLACE FUNCTION app.sync_app_has(kind text, object oid, privilege text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case kind
    when 'schema' then has_schema_privilege('heliograph_app', object, privilege)
    when 'table' then has_table_privilege('heliograph_app', object, privilege)
    when 'sequence' then has_sequence_privilege('heliograph_app', object, privilege)
    else has_function_privilege('heliograph_app', object, privilege) end
$function$

-- 7 function: app.sync_check_columns(regclass,app.entity_type)
CREATE OR REPLACE FUNCTION app.sync_check_columns(tab regclass, e app.entity_type)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_col text;
begin
  foreach v_col in array e.containers || e.rights || e.redact loop
    if not exists (select 1 from pg_attribute where attrelid = tab and attname = v_col and attnum > 0 and not attisdropped) then
      raise exception '% has no column %', tab, v_col
        using errcode = '42703', hint = 'Name existing columns as containers, rights and redact.';
    end if;
  end loop;
  if e.redact && (e.containers || e.rights || e.key_columns || array[coalesce(e.tenant_column, e.key_columns[1]), coalesce(e.owner_column, e.key_columns[1]), e.version_column, 'is_private']) then
    raise exception 'a key, tenant, owner, container or rights column of % cannot be redacted: signals are routed by it', tab
      using errcode = '42P17', hint = 'Leave it out of redact.';
  end if;
end $function$

-- 7 function: app.sync_check_rights(regclass,app.entity_type)
CREATE OR REPLACE FUNCTION app.sync_check_rights(tab regclass, e app.entity_type)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_secured boolean := (select relrowsecurity from pg_class where oid = tab);
  v_standard boolean := exists (select 1 from pg_policy where polrelid = tab and polname like 'heliograph\_%');
  v_others text[];
begin
  if not app.sync_has_standard_policy(tab) then
    if not v_secured then
      raise exception '% has policies, but row level security is off: they apply to no one', tab
        using errcode = '42P17', hint = format('Run: alter table %s enable row level security, or drop the policies.', tab);
    elsif not 'r' = any (app.sync_admitted_commands(tab)) then
      raise exception 'no policy of % lets heliograph_app read rows', tab
        using errcode = '42501', hint = format('Run: create policy … on %s for select to heliograph_app using (…), or grant heliograph_app a role that a policy names.', tab);
    end if;
    return;
  end if;
  if v_secured and not v_standard then
    raise exception 'row level security of % is on, and no policy admits anyone: the table is locked', tab
      using errcode = '42501', hint = format('Create policies, one of them for select to heliograph_app, or run: alter table %s disable row level security', tab);
  end if;
  if app.sync_is_open(e) or e.access = 'policy' or v_secured then
    return;
  end if;
  v_others := app.sync_other_roles(tab);
  if v_others <> '{}' then
    raise exception 'row level security on % would also apply to %', tab, array_to_string(v_others, ', ')
      using errcode = '42P17',
            detail = 'These roles would read and write the same rows as before. But COPY … FROM and row_security = off (pg_dump) would fail for them, and some of their plans would lose statistics.',
            hint = 'Pass access => ''policy'' if that is acceptable, or revoke their rights on the table.';
  end if;
end $function$

-- 7 function: app.sync_check_table(regclass)
CREATE OR REPLACE FUNCTION app.sync_check_table(tab regclass)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  c pg_class;
begin
  select * into c from pg_class where oid = tab;
  if c.relkind = 'p' or c.relispartition then
    raise exception '% is partitioned: a row that moves between partitions would be logged wrongly or not at all', tab
      using errcode = '0A000', hint = 'Use an ordinary table for live rows and move old rows to a partitioned archive.';
  elsif c.relkind = 'f' then
    raise exception '% is a foreign table: changes made on the other server run no trigger', tab
      using errcode = '0A000', hint = 'Call app.enable_sync in the database that owns the rows.';
  elsif c.relkind <> 'r' then
    raise exception '% is not a table', tab
      using errcode = '42809', hint = 'Call app.enable_sync for the tables below it.';
  elsif c.relpersistence = 't' then
    raise exception '% is a temporary table: no other session can read its rows', tab
      using errcode = '0A000', hint = 'Create it without TEMPORARY.';
  elsif c.relpersistence = 'u' then
    raise exception '% is unlogged: a crash empties it without a trigger', tab
      using errcode = '0A000', hint = format('Run: alter table %s set logged', tab);
  elsif exists (select 1 from pg_inherits where inhparent = tab or inhrelid = tab) then
    raise exception '% inherits or is inherited: statements on the parent run no triggers of the children', tab
      using errcode = '0A000', hint = format('Run: alter table … no inherit …, and give %s its own columns.', tab);
  end if;
end $function$

-- 7 function: app.sync_columns(text,text[])
CREATE OR REPLACE FUNCTION app.sync_columns(prefix text, cols text[])
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select string_agg(format('%s.%I', prefix, c), ', ' order by n) from unnest(cols) with ordinality as u (c, n)
$function$

-- 7 function: app.sync_container(regclass,text,text)
CREATE OR REPLACE FUNCTION app.sync_container(tab regclass, col text, alias text, OUT code text, OUT id text)
 RETURNS record
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_key record;
  v_columns text[];
begin
  for v_key in
    select k.conkey, k.confkey, k.confrelid, p.code, coalesce(p.key_columns, app.sync_key_columns(k.confrelid, null)) as key_columns
      from pg_constraint k join pg_attribute a on a.attrelid = tab and a.attname = col
      left join app.entity_type p on p.table_name = k.confrelid
     where k.conrelid = tab and k.contype = 'f' and a.attnum = any (k.conkey)
     order by cardinality(k.conkey), k.conname
  loop
    select array_agg(ca.attname::text order by key.n) into v_columns
      from unnest(v_key.key_columns) with ordinality as key (col, n)
      join pg_attribute pa on pa.attrelid = v_key.confrelid and pa.attname = key.col
      join unnest(v_key.conkey, v_key.confkey) as pair (child, parent) on pair.parent = pa.attnum
      join pg_attribute ca on ca.attrelid = tab and ca.attnum = pair.child;
    if col = any (v_columns) and cardinality(v_columns) = cardinality(v_key.key_columns) then
      code := coalesce(v_key.code, app.sync_default_code(v_key.confrelid));
      id := app.sync_key_text(tab, v_columns, alias);
      if cardinality(v_columns) > 1 then
        id := format('case when %s then %s end',
                     (select string_agg(format('%s.%I is not null', alias, c), ' and ') from unnest(v_columns) c), id);
      end if;
      return;
    end if;
  end loop;
  code := left(regexp_replace(lower(regexp_replace(regexp_replace(col, '_?(id|ID|Id)$', ''), '([a-z0-9])([A-Z])', '\1_\2', 'g')), '[^a-z0-9_]', '_', 'g'), 41);
  if code !~ '^[a-z]' then
    code := left('t_' || code, 41);
  end if;
  id := app.sync_key_text(tab, array[col], alias);
end $function$

-- 7 function: app.sync_containers(app.entity_type,text)
CREATE OR REPLACE FUNCTION app.sync_containers(e app.entity_type, alias text)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce('array_remove(array[' || string_agg(format('%L || %s', c.code || '/', c.id), ', ' order by c.n) || '], null)', '''{}''::text[]')
    from (select u.n, u.code, (app.sync_container(e.table_name, u.col, alias)).id
            from unnest(e.containers, e.container_codes) with ordinality as u (col, code, n)
          union all
          select 1000000, 'tenant', app.sync_key_text(e.table_name, array[e.tenant_column], alias)
           where e.tenant_column is not null
          union all
          select 1000001, 'person', app.sync_key_text(e.table_name, array[e.owner_column], alias)
           where e.owner_column is not null) c
$function$

-- 7 function: app.sync_default_code(regclass)
CREATE OR REPLACE FUNCTION app.sync_default_code(tab regclass)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case when n.code in ('person', 'tenant') then n.code || '_row' when n.code ~ '^[a-z]' then n.code else left('t_' || n.code, 41) end
    from pg_class c
    cross join lateral (select regexp_replace(lower(regexp_replace(c.relname, '([a-z0-9])([A-Z])', '\1_\2', 'g')), '[^a-z0-9_]', '_', 'g') as snake) s
    cross join lateral (select left(regexp_replace(s.snake, '^_+', ''), 41) as code) n
   where c.oid = tab
$function$

-- 7 function: app.sync_drop_policies(text,regclass)
CREATE OR REPLACE FUNCTION app.sync_drop_policies(code text, tab regclass)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_function regprocedure;
begin
  if exists (select 1 from pg_class where oid = tab) then
    execute format('drop policy if exists heliograph_standard on %s', tab);
    execute format('drop policy if exists heliograph_others on %s', tab);
  end if;
  for v_function in
    select p.oid from pg_proc p where p.pronamespace = 'app'::regnamespace and p.proname in ('readable_' || code, 'parents_readable_' || code)
  loop
    execute format('drop function %s', v_function);
  end loop;
end $function$

-- 7 function: app.sync_grant(app.entity_type)
CREATE OR REPLACE FUNCTION app.sync_grant(e app.entity_type)
 RETURNS text[]
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_commands text[] := case
    when not app.sync_has_standard_policy(e.table_name) then app.sync_admitted_commands(e.table_name)
    when app.sync_is_open(e) then '{r}' else '{r,a,w,d}' end;
  v_writes boolean := v_commands && '{a,w}';
  g record;
  v_made text[] := '{}';
  v_missing text[] := '{}';
begin
  for g in
    select 'usage' as privilege, format('schema %I', n.nspname) as object, n.oid, 'schema' as kind
      from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = e.table_name
    union all
    select x.privilege, format('table %s', e.table_name), e.table_name::oid, 'table'
      from (values ('r', 'select'), ('a', 'insert'), ('w', 'update'), ('d', 'delete')) x (cmd, privilege) where x.cmd = any (v_commands)
    union all
    -- Sequences and functions that a written row needs: defaults, generated columns, checks. Identity columns need no right.
    select distinct case d.refclassid when 'pg_class'::regclass then 'usage' else 'execute' end,
           case d.refclassid when 'pg_class'::regclass then format('sequence %s', d.refobjid::regclass) else format('function %s', d.refobjid::regprocedure) end,
           d.refobjid, case d.refclassid when 'pg_class'::regclass then 'sequence' else 'function' end
      from (select 'pg_attrdef'::regclass as classid, oid from pg_attrdef where adrelid = e.table_name
            union all
            select 'pg_constraint'::regclass, oid from pg_constraint where conrelid = e.table_name and contype = 'c') o
      join pg_depend d on d.classid = o.classid and d.objid = o.oid
       and (d.refclassid = 'pg_proc'::regclass or d.refclassid = 'pg_class'::regclass and exists (select 1 from pg_class s where s.oid = d.refobjid and s.relkind = 'S'))
     where v_writes
  loop
    continue when app.sync_app_has(g.kind, g.oid, g.privilege);
    begin
      execute format('grant %s on %s to heliograph_app', g.privilege, g.object);
    exception when insufficient_privilege then
      null;
    end;
    -- A role without the grant option gets a warning instead of an error.
    if app.sync_app_has(g.kind, g.oid, g.privilege) then
      v_made := v_made || case g.kind when 'table' then g.privilege else format('%s on %s', g.privilege, g.object) end;
    else
      v_missing := v_missing || format('grant %s on %s to heliograph_app', g.privilege, g.object);
    end if;
  end loop;
  if v_missing <> '{}' then
    raise exception 'heliograph_app lacks rights that % may not grant: it could not use %', current_user, e.table_name
      using errcode = '42501', hint = format('As an owner of these objects, run: %s', array_to_string(v_missing, '; '));
  end if;
  return v_made;
end $function$

-- 7 function: app.sync_has_column(regclass,text)
CREATE OR REPLACE FUNCTION app.sync_has_column(tab regclass, col text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (select 1 from pg_attribute where attrelid = tab and attname = col and attnum > 0 and not attisdropped)
$function$

-- 7 function: app.sync_has_standard_policy(regclass)
CREATE OR REPLACE FUNCTION app.sync_has_standard_policy(tab regclass)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select not exists (select 1 from pg_policy where polrelid = tab and polname not in ('heliograph_standard', 'heliograph_others'))
$function$

-- 7 function: app.sync_is_open(app.entity_type)
CREATE OR REPLACE FUNCTION app.sync_is_open(e app.entity_type)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select e.public and e.tenant_column is null and e.owner_column is null
$function$

-- 7 function: app.sync_key_columns(regclass,text[])
CREATE OR REPLACE FUNCTION app.sync_key_columns(tab regclass, wanted text[])
 RETURNS text[]
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with keys as (
    select i.indisprimary, i.indisreplident, count(*) over () as all_keys,
           (select array_agg(a.attname::text order by k.n) from unnest(i.indkey::int2[]) with ordinality as k (attnum, n)
              join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum where k.n <= i.indnkeyatts) as columns
      from pg_index i
     where i.indrelid = tab and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
       and not exists (select from unnest(i.indkey::int2[]) with ordinality as k (attnum, n) join pg_attribute a on a.attrelid = tab and a.attnum = k.attnum
                        where k.n <= i.indnkeyatts and not a.attnotnull))
  select k.columns from keys k
   where case when wanted is null then k.indisprimary or k.indisreplident or k.all_keys = 1
              else k.columns @> wanted and k.columns <@ wanted end
   order by k.indisprimary desc, k.indisreplident desc limit 1
$function$

-- 7 function: app.sync_key_condition(app.entity_type,text,text)
CREATE OR REPLACE FUNCTION app.sync_key_condition(e app.entity_type, alias text, id text)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select string_agg(format('%s.%I = app.value_or_null(%s, null::%s)', alias, a.attname,
           case when cardinality(e.key_columns) = 1 then id else format('(app.value_or_null(%s, null::json) ->> %s)', id, u.n - 1) end,
           format_type(a.atttypid, null)), ' and ' order by u.n)
         || format(' and %s = %s', app.sync_key_text(e.table_name, e.key_columns, alias), id)
    from unnest(e.key_columns) with ordinality as u (col, n) join pg_attribute a on a.attrelid = e.table_name and a.attname = u.col
$function$

-- 7 function: app.sync_key_text(regclass,text[],text)
CREATE OR REPLACE FUNCTION app.sync_key_text(tab regclass, key_columns text[], alias text)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case when count(*) = 1 then min(k.expression) else 'to_json(array[' || string_agg(k.expression, ', ' order by k.n) || '])::text' end
    from (select u.n, app.sync_text(a.atttypid, coalesce(alias || '.', '') || quote_ident(a.attname)) as expression
            from unnest(key_columns) with ordinality as u (col, n) join pg_attribute a on a.attrelid = tab and a.attname = u.col) k
$function$
grant execute to heliograph_gateway
comment 'SQL expression of the id of a row, for an alias of its table or none: the canonical text of its key; of several columns, the JSON array of their texts.'

-- 7 function: app.sync_key_type(oid)
CREATE OR REPLACE FUNCTION app.sync_key_type(type oid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select p.typtype = 'e' or p.typname in ('uuid', 'int2', 'int4', 'int8', 'numeric', 'text', 'varchar', 'bpchar', 'citext')
    from pg_type p where p.oid = app.base_type($1)
$function$

-- 7 function: app.sync_log_functions(app.entity_type)
CREATE OR REPLACE FUNCTION app.sync_log_functions(e app.entity_type)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_new text := app.sync_containers(e, 'n');
  v_old text := app.sync_containers(e, 'o');
  v_new_id text := app.sync_key_text(e.table_name, e.key_columns, 'n');
  v_old_id text := app.sync_key_text(e.table_name, e.key_columns, 'o');
  -- Joined by value where = and the text agree, else by text. A key that changes is a deletion and a creation.
  v_same_key text := coalesce((
    select string_agg(format('n.%1$I = o.%1$I', a.attname), ' and ')
      from pg_attribute a where a.attrelid = e.table_name and a.attname = any (e.key_columns)
    having bool_and(a.atttypid = any ('{uuid,smallint,int,bigint}'::regtype[]))), v_new_id || ' = ' || v_old_id);
  v_private boolean := app.sync_has_column(e.table_name, 'is_private');
  v_own_policy boolean := not app.sync_has_standard_policy(e.table_name);
  -- Restricted: not readable by every member. With own policies that is unknown, so every row counts as restricted; with an
  -- owner, rows are readable by one person.
  v_new_restricted text := case when e.public then 'false' when v_own_policy or e.owner_column is not null then 'true' when v_private then 'coalesce(n.is_private, true)' else 'false' end;
  v_old_restricted text := replace(v_new_restricted, 'n.is_private', 'o.is_private');
  -- The deletion of a private row names the persons with a grant, as a revocation does: the grants may be deleted with the
  -- row, and then nothing else records who could read it.
  v_granted text := case when v_private and not v_own_policy and not e.public then format(
    ' || case when o.is_private then array(select ''person/'' || p from unnest(app.granted_persons(%L, %s)) p where p is not null) else ''{}''::text[] end',
    e.code, v_old_id) else '' end;
  -- A container column affects rights only under own policies. If it always did, a private row that merely moves would look
  -- like a row that became private, and GONE would disclose its id to holders of the container who could never read it.
  v_rights text[] := array(select distinct c from unnest(e.rights || case when v_own_policy then e.containers end || array[e.tenant_column, e.owner_column, case when v_private then 'is_private' end]) c
                            where c is not null and c <> all (e.key_columns) order by c);
  v_recheck text := coalesce(
    -- Compares images, because = does not exist for every type. Calls the function, because PostgreSQL splits its operator *<>
    -- into one comparison per column.
    'record_image_ne(row(' || app.sync_columns('n', v_rights) || '), row(' || app.sync_columns('o', v_rights) || '))', 'false');
  v_op text;
  v_source text;
  v_name text;
begin
  foreach v_op in array array['insert', 'update', 'delete'] loop
    v_name := format('log_%s_changes_%s', e.code, v_op);
    v_source := case v_op
      when 'insert' then format(
        '%1$s as entity_id, 1 as action, n.%5$I as version, %2$s as containers, %3$s as restricted, false as recheck, null::jsonb as before, %4$s as after from newt n',
        v_new_id, v_new, v_new_restricted, app.sync_snapshot(e, 'n', null), e.version_column)
      when 'update' then format(
        'case when n.%1$I is null then %2$s else %3$s end as entity_id, '
        'case when o.%1$I is null then 1 when n.%1$I is null then 3 else 2 end as action, '
        'coalesce(n.%1$I, greatest(o.%1$I + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint)) as version, '
        'case when %4$s = %5$s then %4$s else %5$s || %4$s end as containers, '
        'n.%1$I is not null and %6$s or o.%1$I is not null and %7$s as restricted, '
        'n.%1$I is not null and o.%1$I is not null and %8$s as recheck, '
        'case when o.%1$I is not null then %9$s end as before, case when n.%1$I is not null then %10$s end as after '
        'from newt n full join oldt o on %11$s where n.%1$I is distinct from o.%1$I',
        e.version_column, v_old_id, v_new_id, v_new, v_old, v_new_restricted, v_old_restricted, v_recheck,
        app.sync_snapshot(e, 'o', 'n'), app.sync_snapshot(e, 'n', 'o'), v_same_key)
      -- Above the deleted version, and above a version lost in a failover. Uses the time of the statement, so that a row
      -- inserted again by the same statement is newer than its deletion.
      else format(
        '%1$s as entity_id, 3 as action, greatest(o.%5$I + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, '
        '%2$s as containers, %3$s as restricted, false as recheck, %4$s as before, null::jsonb as after from oldt o',
        v_old_id, v_old || v_granted, v_old_restricted, app.sync_snapshot(e, 'o', null), e.version_column) end;
    execute format($q$
      create or replace function app.%1$I() returns trigger
      language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_nestloop = off set jit = off as $b$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := app.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := app.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, %2$s),
        logged as (
          insert into app.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, %3$L, c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into app.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, %3$L, c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $b$ $q$, v_name, v_source, e.code);
    execute format('revoke execute on function app.%I() from public', v_name);
    execute format('create or replace trigger %1$I after %2$s on %3$s referencing %4$s for each statement execute function app.%1$I()',
      v_name, v_op, e.table_name,
      case v_op when 'insert' then 'new table as newt' when 'update' then 'old table as oldt new table as newt' else 'old table as oldt' end);
  end loop;
end $function$

-- 7 function: app.sync_other_roles(regclass)
CREATE OR REPLACE FUNCTION app.sync_other_roles(tab regclass)
 RETURNS text[]
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(array_agg(distinct r.name order by r.name), '{}')
    from pg_class c
    cross join lateral (
      select coalesce(quote_ident(g.rolname), 'PUBLIC') as name, g.oid
        from (select x.grantee from aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) x
              union
              select x.grantee from pg_attribute a, aclexplode(a.attacl) x where a.attrelid = c.oid and not a.attisdropped) x
        left join pg_roles g on g.oid = x.grantee
      union
      -- Members of these predefined roles read or write every table.
      select quote_ident(m.rolname), m.oid
        from pg_roles m, pg_roles p
       where p.rolname in ('pg_read_all_data', 'pg_write_all_data') and m.oid <> p.oid
         and exists (select 1 from pg_auth_members g where g.roleid = p.oid and g.member = m.oid)) r
    left join pg_roles g on g.oid = r.oid
   where c.oid = tab
     and not coalesce(g.rolsuper or g.rolbypassrls, false)
     and (r.oid is null or not pg_has_role(r.oid, c.relowner, 'usage'))
     and r.name not in (quote_ident('heliograph_app'), quote_ident('heliograph_gateway'), quote_ident('heliograph_watcher'), quote_ident('heliograph_log'))
$function$

-- 7 function: app.sync_parent_conditions(regclass)
CREATE OR REPLACE FUNCTION app.sync_parent_conditions(tab regclass)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select string_agg(
           format('(r.%1$I is null or exists (select 1 from %2$s p where p.%3$I = r.%1$I))', ca.attname, p.table_name, pa.attname),
           ' and ' order by ca.attnum, p.code)
    from pg_constraint k
         join app.entity_type p on p.table_name = k.confrelid
         cross join lateral unnest(k.conkey, k.confkey) as pair (child, parent)
         join pg_attribute ca on ca.attrelid = k.conrelid and ca.attnum = pair.child
         join pg_attribute pa on pa.attrelid = k.confrelid and pa.attnum = pair.parent and pa.attname = any (p.key_columns)
   where k.conrelid = tab and k.contype = 'f'
     -- A reference to the tenant itself is covered by the tenant condition.
     and not exists (select 1 from app.entity_type e where e.table_name = tab and e.tenant_column = ca.attname)
     and not p.public
     and (app.sync_has_column(k.confrelid, 'is_private')
          or p.owner_column is not null
          or not app.sync_has_standard_policy(k.confrelid)
          or cardinality(k.conkey) = 1)
$function$

-- 7 function: app.sync_readable(app.entity_type)
CREATE OR REPLACE FUNCTION app.sync_readable(e app.entity_type, OUT condition text, OUT parameters text, OUT arguments text)
 RETURNS record
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_right record;
begin
  for v_right in
    select c.col, c.name, c.hook, format_type(a.atttypid, null) as type
      from (values (1, e.tenant_column, 'tenant', 'current_tenant_id'), (2, e.owner_column, 'person', 'current_person_id')) c (n, col, name, hook)
      join pg_attribute a on a.attrelid = e.table_name and a.attname = c.col
     order by c.n
  loop
    condition := concat_ws(' and ', condition, format('(r).%I = %s', v_right.col, v_right.name));
    parameters := concat(parameters, ', ', v_right.name, ' ', v_right.type);
    arguments := concat(arguments, format(', (select app.value_or_null(app.%s(), null::%s))', v_right.hook, v_right.type));
  end loop;
  if e.tenant_column is not null and app.sync_has_column(e.table_name, 'is_private') then
    condition := format('%s and (not (r).is_private or admin or %s = any (granted))', condition, app.sync_key_text(e.table_name, e.key_columns, '(r)'));
    parameters := parameters || ', admin boolean, granted text[]';
    arguments := arguments || format(', (select app.is_tenant_admin()), (select app.granted_ids(%L))', e.code);
  end if;
end $function$

-- 7 function: app.sync_refuse_truncate()
CREATE OR REPLACE FUNCTION app.sync_refuse_truncate()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  raise exception 'TRUNCATE of live table %.% would notify no client that its rows are gone', tg_table_schema, tg_table_name
    using errcode = '55000', hint = format('Run: delete from %I.%I', tg_table_schema, tg_table_name);
end $function$

-- 7 function: app.sync_release(app.entity_type)
CREATE OR REPLACE FUNCTION app.sync_release(e app.entity_type)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_grant text;
  v_heir text;
begin
  if exists (select 1 from pg_policy where polrelid = e.table_name and polname = 'heliograph_standard')
     and app.sync_has_standard_policy(e.table_name) then
    execute format('alter table %s disable row level security', e.table_name);
  end if;
  perform app.sync_drop_policies(e.code, e.table_name);
  foreach v_grant in array e.grants loop
    if v_grant !~ ' on ' then
      continue when not exists (select 1 from pg_class where oid = e.table_name);
      execute format('revoke %s on table %s from heliograph_app', v_grant, e.table_name);
      continue;
    end if;
    -- Schemas, sequences and functions may serve other live types: then one of those takes the grant over.
    select t.code into v_heir from app.entity_type t join pg_class c on c.oid = t.table_name join pg_namespace n on n.oid = c.relnamespace
     where v_grant not like '% on schema %' or v_grant = format('usage on schema %I', n.nspname) order by t.code limit 1;
    if found then
      update app.entity_type t set grants = t.grants || v_grant where t.code = v_heir;
    else
      begin
        execute format('revoke %s from heliograph_app', v_grant);
      exception when undefined_object or undefined_table or undefined_function or invalid_schema_name then
        null; -- dropped since
      end;
    end if;
  end loop;
end $function$

-- 7 function: app.sync_require_key(regclass,text[])
CREATE OR REPLACE FUNCTION app.sync_require_key(tab regclass, wanted text[])
 RETURNS text[]
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_key text[] := app.sync_key_columns(tab, wanted);
begin
  if v_key is not null then
    return v_key;
  end if;
  if wanted is not null then
    raise exception '(%) cannot be the key of %: there is no unique index of exactly these columns, all of them not null', array_to_string(wanted, ', '), tab
      using errcode = '42P17', hint = format('Run: alter table %s add unique (%s), with each column not null', tab, (select string_agg(quote_ident(c), ', ') from unnest(wanted) c));
  end if;
  if (select count(*) from pg_index where indrelid = tab and indisunique) > 1 then
    raise exception '% has no primary key and several unique indexes', tab
      using errcode = '42P17', hint = 'Name the columns that identify a row to clients: key => ''{column}''.';
  end if;
  raise exception '% has neither a primary key nor a unique index without nulls: its rows cannot be named', tab
    using errcode = '42P17',
          hint = format('Run: alter table %s add column sync_id uuid not null default gen_random_uuid() unique, and pass key => ''{sync_id}''.', tab);
end $function$

-- 7 function: app.sync_secure(app.entity_type)
CREATE OR REPLACE FUNCTION app.sync_secure(e app.entity_type)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  child app.entity_type;
begin
  if app.sync_has_standard_policy(e.table_name) then
    perform app.sync_set_standard_policy(e);
    execute format('alter table %s %s row level security', e.table_name, case when app.sync_is_open(e) then 'disable' else 'enable' end);
  else
    -- heliograph_others would admit everybody beside policies that the table got since.
    perform app.sync_drop_policies(e.code, e.table_name);
  end if;

  -- Policies of children that went live before this table do not check it yet.
  for child in
    select distinct on (c.code) c.* from app.entity_type c join pg_constraint k on k.conrelid = c.table_name and k.contype = 'f'
     where k.confrelid = e.table_name and c.code <> e.code and coalesce(c.tenant_column, c.owner_column) is not null
       and app.sync_has_standard_policy(c.table_name)
  loop
    perform app.sync_set_standard_policy(child);
  end loop;
end $function$

-- 7 function: app.sync_set_standard_policy(app.entity_type)
CREATE OR REPLACE FUNCTION app.sync_set_standard_policy(e app.entity_type)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_readable record := app.sync_readable(e);
  v_parents text := app.sync_parent_conditions(e.table_name);
  v_row text := (select quote_ident(relname) from pg_class where oid = e.table_name);
  v_using text;
begin
  perform app.sync_drop_policies(e.code, e.table_name);
  if app.sync_is_open(e) then
    return;
  end if;
  -- The row is of type anyelement and not of the table's own type, which DROP TABLE would then have to leave. Neither SECURITY
  -- DEFINER nor SET, which would prevent inlining; names are resolved with the caller's search_path and therefore qualified.
  execute format('create function app.%I(r anyelement%s) returns boolean language sql stable as %L',
    'readable_' || e.code, v_readable.parameters, 'select ' || v_readable.condition);
  v_using := format('app.%I(%s%s)', 'readable_' || e.code, v_row, v_readable.arguments);
  if v_parents is not null then
    -- A function of its own, because a policy that reads its own table fails as infinite recursion. It runs with the rights of
    -- the writer, so that policies apply, and is volatile, so that it sees rows of the same statement.
    execute format('create function app.%I(r anyelement) returns boolean language plpgsql volatile set search_path = pg_catalog, pg_temp as %L',
      'parents_readable_' || e.code, format('begin return %s; end', v_parents));
  end if;
  execute (select string_agg(format('revoke execute on function %1$s from public; grant execute on function %1$s to heliograph_app', p.oid::regprocedure), '; ')
             from pg_proc p where p.pronamespace = 'app'::regnamespace and p.proname in ('readable_' || e.code, 'parents_readable_' || e.code));
  execute format('create policy heliograph_others on %s using (true) with check (true)', e.table_name);
  execute format('create policy heliograph_standard on %s as restrictive to heliograph_app using (%s) with check (%s)', e.table_name, v_using,
    v_using || case when v_parents is null then '' else format(' and app.%I(%s)', 'parents_readable_' || e.code, v_row) end);
end $function$

-- 7 function: app.sync_snapshot(app.entity_type,text,text)
CREATE OR REPLACE FUNCTION app.sync_snapshot(e app.entity_type, a text, other text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case
    when e.snapshots = 'none' then 'null::jsonb'
    when e.snapshots = 'changed' and other is not null then format(
      '(select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(%1$s.*)) k where k.value is distinct from to_jsonb(%2$s.*) -> k.key)%3$s',
      a, other, r.minus)
    else format('to_jsonb(%s.*)%s', a, r.minus)
  end
  -- to_jsonb(x) would refer to a column of that name where one exists, hence x.*.
  from (select case when e.redact = '{}' then '' else ' - ' || quote_literal(e.redact) || '::text[]' end as minus) r
$function$

-- 7 function: app.sync_text(oid,text)
CREATE OR REPLACE FUNCTION app.sync_text(type oid, value text)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select case (select p.typname from pg_type p where p.oid = app.base_type($1))
    when 'numeric' then format('trim_scale(%s)::text', value)
    when 'date' then format('(to_json(%s) #>> ''{}'')', value)
    when 'timestamp' then format('(to_json(%s) #>> ''{}'')', value)
    when 'timestamptz' then format('((to_json(%s at time zone ''UTC'') #>> ''{}'') || ''Z'')', value)
    when 'bytea' then format('(''\x'' || encode(%s, ''hex''))', value)
    else format('%s::text', value)
  end
$function$
grant execute to heliograph_gateway

-- 7 function: app.sync_version_function(app.entity_type)
CREATE OR REPLACE FUNCTION app.sync_version_function(e app.entity_type)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  v_generated text := coalesce((
    select string_agg(format('new.%1$I := old.%1$I;', attname), ' ' order by attnum)
      from pg_attribute where attrelid = e.table_name and attgenerated = 's' and not attisdropped), '');
begin
  execute format($q$
    create or replace function app.%1$I() returns trigger language plpgsql as $b$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.%2$I := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.%2$I operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('app.version_floor') then
          new.%2$I := pg_catalog.nextval('app.version_floor');
        end if;
        return new;
      end if;
      new.%2$I := old.%2$I; %3$s
      if new operator(pg_catalog.*<>) old then
        new.%2$I := greatest(old.%2$I operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('app.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $b$ $q$, 'version_' || e.code, e.version_column, v_generated);
  execute format('revoke execute on function app.%I() from public', 'version_' || e.code);
  -- The name sorts after the table's own BEFORE triggers, whose changes count too.
  execute format('create or replace trigger zzz_sync_version before insert or update on %s for each row execute function app.%I()',
                 e.table_name, 'version_' || e.code);
end $function$

-- 7 function: app.table_sizes()
CREATE OR REPLACE FUNCTION app.table_sizes()
 RETURNS TABLE(name text, bytes bigint, live bigint, dead bigint)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select coalesce(p.relname, c.relname)::text, sum(pg_total_relation_size(c.oid))::bigint,
         sum(pg_stat_get_live_tuples(c.oid))::bigint, sum(pg_stat_get_dead_tuples(c.oid))::bigint
    from pg_class c left join pg_inherits i on i.inhrelid = c.oid left join pg_class p on p.oid = i.inhparent
   where c.relnamespace = 'app'::regnamespace and c.relkind = 'r'
   group by 1 order by 1
$function$
grant execute to heliograph_watcher
comment 'Bytes with indexes, live and dead rows of each table; partitions count for the table above them.'

-- 7 function: app.value_or_null(text,anyelement)
CREATE OR REPLACE FUNCTION app.value_or_null(value text, type anyelement)
 RETURNS anyelement
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  -- With -1, format_type prints bpchar: "character" would mean character(1), to which the cast would cut the text.
  execute format('select $1::%s', format_type(pg_typeof(type), -1)) into type using value;
  return type;
exception when others then
  return null;
end $function$
grant execute to heliograph_app
comment 'The text as a value of the type of the second argument; null when it is none.'

-- 7 function: app.version_now()
CREATE OR REPLACE FUNCTION app.version_now()
 RETURNS bigint
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select greatest((extract(epoch from clock_timestamp()) * 1000000)::bigint, pg_sequence_last_value('app.version_floor') + 1)
$function$
