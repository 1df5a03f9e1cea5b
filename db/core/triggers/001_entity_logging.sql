-- The triggers of live tables. Their functions are generated per table: for one row a generated function takes 0.3 ms instead
-- of 0.8 ms with dynamic SQL, and a thousand rows without snapshots take half the time.

-- A qualified column list: prefix.a, prefix.b.
create or replace function @extschema@.sync_columns(prefix text, cols text[]) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select string_agg(format('%s.%I', prefix, c), ', ' order by n) from unnest(cols) with ordinality as u (c, n)
$$;

-- The row trigger that sets the version and overrides a value that the writer sent.
--
-- It decides whether a row changed by comparing row images with *<>: the operator = does not exist for every type and treats
-- values as equal that print differently. The version and generated columns (not computed yet) are left out.
-- A SET clause would cost time for each row, so every name and operator is qualified instead.
--
-- A new row may have had a predecessor under its key, so while the clock is behind the floor of versions it draws its version
-- from there. A deletion (below) takes no part in that: it is above the deleted row, and a higher version could outrank a row
-- that the same statement inserts again.
create or replace function @extschema@.sync_version_function(e @extschema@.entity_type) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_generated text := coalesce((
    select string_agg(format('new.%1$I := old.%1$I;', attname), ' ' order by attnum)
      from pg_attribute where attrelid = e.table_name and attgenerated = 's' and not attisdropped), '');
begin
  execute format($q$
    create or replace function @extschema@.%1$I() returns trigger language plpgsql as $b$
    begin
      if tg_op operator(pg_catalog.=) 'INSERT' then
        new.%2$I := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;
        if new.%2$I operator(pg_catalog.<=) pg_catalog.pg_sequence_last_value('@extschema@.version_floor') then
          new.%2$I := pg_catalog.nextval('@extschema@.version_floor');
        end if;
        return new;
      end if;
      new.%2$I := old.%2$I; %3$s
      if new operator(pg_catalog.*<>) old then
        new.%2$I := greatest(old.%2$I operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,
          pg_catalog.pg_sequence_last_value('@extschema@.version_floor') operator(pg_catalog.+) 1);
      end if;
      return new;
    end $b$ $q$, 'version_' || e.code, e.version_column, v_generated);
  execute format('revoke execute on function @extschema@.%I() from public', 'version_' || e.code);
  -- The name sorts after the table's own BEFORE triggers, whose changes count too.
  execute format('create or replace trigger zzz_sync_version before insert or update on %s for each row execute function @extschema@.%I()',
                 e.table_name, 'version_' || e.code);
end $$;

create or replace function @extschema@.sync_refuse_truncate() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'TRUNCATE of live table %.% would notify no client that its rows are gone', tg_table_schema, tg_table_name
    using errcode = '55000', hint = format('Run: delete from %I.%I', tg_table_schema, tg_table_name);
end $$;

-- The expression that stores one row in the log, for alias a. The other alias serves to find the changed columns.
create or replace function @extschema@.sync_snapshot(e @extschema@.entity_type, a text, other text) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when e.snapshots = 'none' then 'null::jsonb'
    when e.snapshots = 'changed' and other is not null then format(
      '(select jsonb_object_agg(k.key, k.value) from jsonb_each(to_jsonb(%1$s.*)) k where k.value is distinct from to_jsonb(%2$s.*) -> k.key)%3$s',
      a, other, r.minus)
    else format('to_jsonb(%s.*)%s', a, r.minus)
  end
  -- to_jsonb(x) would refer to a column of that name where one exists, hence x.*.
  from (select case when e.redact = '{}' then '' else ' - ' || quote_literal(e.redact) || '::text[]' end as minus) r
$$;

-- The three statement triggers that write the log.
--
-- SECURITY DEFINER, because writers have no right on the log. EXECUTE is revoked from PUBLIC; otherwise any role could attach
-- the function to its own table and forge signals. enable_nestloop is off: the estimate of a transition table is fixed when
-- the trigger first runs in a session, and a nested loop planned for one row takes minutes for 20 000. jit is off: where a
-- nested loop is the only plan, its prohibitive cost would trigger compilation.
create or replace function @extschema@.sync_log_functions(e @extschema@.entity_type) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_new text := @extschema@.sync_containers(e, 'n');
  v_old text := @extschema@.sync_containers(e, 'o');
  v_new_id text := @extschema@.sync_key_text(e.table_name, e.key_columns, 'n');
  v_old_id text := @extschema@.sync_key_text(e.table_name, e.key_columns, 'o');
  -- Joined by value where = and the text agree, else by text. A key that changes is a deletion and a creation.
  v_same_key text := coalesce((
    select string_agg(format('n.%1$I = o.%1$I', a.attname), ' and ')
      from pg_attribute a where a.attrelid = e.table_name and a.attname = any (e.key_columns)
    having bool_and(a.atttypid = any ('{uuid,smallint,int,bigint}'::regtype[]))), v_new_id || ' = ' || v_old_id);
  v_private boolean := @extschema@.sync_has_column(e.table_name, 'is_private');
  v_own_policy boolean := not @extschema@.sync_has_standard_policy(e.table_name);
  -- Restricted: not readable by every member. With own policies that is unknown, so every row counts as restricted; with an
  -- owner, rows are readable by one person.
  v_new_restricted text := case when e.public then 'false' when v_own_policy or e.owner_column is not null then 'true' when v_private then 'coalesce(n.is_private, true)' else 'false' end;
  v_old_restricted text := replace(v_new_restricted, 'n.is_private', 'o.is_private');
  -- The deletion of a private row names the persons with a grant, as a revocation does: the grants may be deleted with the
  -- row, and then nothing else records who could read it.
  v_granted text := case when v_private and not v_own_policy and not e.public then format(
    ' || case when o.is_private then array(select ''person/'' || p from unnest(@extschema@.granted_persons(%L, %s)) p where p is not null) else ''{}''::text[] end',
    e.code, v_old_id) else '' end;
  -- A container column affects rights only under own policies. If it always did, a private row that merely moves would look
  -- like a row that became private, and GONE would disclose its id to holders of the container who could never read it.
  v_rights text[] := array(select distinct c from unnest(e.rights || case when v_own_policy then e.containers end || array[e.tenant_column, e.owner_column, case when v_private then 'is_private' end]) c
                            where c is not null and c <> all (e.key_columns) order by c);
  v_recheck text := coalesce(
    -- Compares images, because = does not exist for every type. Calls the function, because PostgreSQL splits its operator *<>
    -- into one comparison per column.
    'record_image_ne(row(' || @extschema@.sync_columns('n', v_rights) || '), row(' || @extschema@.sync_columns('o', v_rights) || '))', 'false');
  v_op text;
  v_source text;
  v_name text;
begin
  foreach v_op in array array['insert', 'update', 'delete'] loop
    v_name := format('log_%s_changes_%s', e.code, v_op);
    v_source := case v_op
      when 'insert' then format(
        '%1$s as entity_id, 1 as action, n.%5$I as version, %2$s as containers, %3$s as restricted, false as recheck, null::jsonb as before, %4$s as after from newt n',
        v_new_id, v_new, v_new_restricted, @extschema@.sync_snapshot(e, 'n', null), e.version_column)
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
        @extschema@.sync_snapshot(e, 'o', 'n'), @extschema@.sync_snapshot(e, 'n', 'o'), v_same_key)
      -- Above the deleted version, and above a version lost in a failover. Uses the time of the statement, so that a row
      -- inserted again by the same statement is newer than its deletion.
      else format(
        '%1$s as entity_id, 3 as action, greatest(o.%5$I + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version, '
        '%2$s as containers, %3$s as restricted, false as recheck, %4$s as before, null::jsonb as after from oldt o',
        v_old_id, v_old || v_granted, v_old_restricted, @extschema@.sync_snapshot(e, 'o', null), e.version_column) end;
    execute format($q$
      create or replace function @extschema@.%1$I() returns trigger
      language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_nestloop = off set jit = off as $b$
      declare
        v_now timestamptz := clock_timestamp();
        v_ts timestamptz := @extschema@.stored_time(v_now);
        v_actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
        v_request jsonb := nullif(current_setting('app.request', true), '')::jsonb;
        v_ip inet := @extschema@.inet_or_null(v_request ->> 'ip');
      begin
        with changed as materialized (select gen_random_uuid() as log_id, %2$s),
        logged as (
          insert into @extschema@.logging (id, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts)
          select c.log_id, %3$L, c.entity_id, c.action, c.version, c.containers, c.restricted, c.recheck, v_ts from changed c)
        insert into @extschema@.logging_detail (id, created_ts, entity_code, entity_id, action, entity_version, actor, request, ip, user_agent, entity_from_version, entity_to_version)
        select c.log_id, v_ts, %3$L, c.entity_id, c.action, c.version, v_actor, v_request - '{ip,user_agent}'::text[], v_ip, v_request ->> 'user_agent', c.before, c.after from changed c;
        return null;
      end $b$ $q$, v_name, v_source, e.code);
    execute format('revoke execute on function @extschema@.%I() from public', v_name);
    execute format('create or replace trigger %1$I after %2$s on %3$s referencing %4$s for each statement execute function @extschema@.%1$I()',
      v_name, v_op, e.table_name,
      case v_op when 'insert' then 'new table as newt' when 'update' then 'old table as oldt new table as newt' else 'old table as oldt' end);
  end loop;
end $$;

-- Makes a table live, or updates a live table after a migration changed its columns. Idempotent.
--
--   code            name of the type in signals and addresses; default: the name of the table in snake case
--   containers      columns that name the rows which contain this one, such as foreign keys
--   rights          columns, besides those, that decide who may read the row (policies of your own)
--   redact          columns that no answer, snapshot or history shows
--   snapshots       'full' | 'changed' | 'none': what the audit keeps of rows ('none' for import tables: a third of the WAL)
--   views           also log reads
--   public          every member may read every row; without tenant column: every user, read only
--   key             columns of a unique index without nulls, where the primary key is not to be used
--   tenant          the column with the tenant; default organization_id, where there is such a column
--   owner           the column with the person who alone may read and write the row
--   version_column  name of the one column that is added
--   access          'auto' | 'policy': accept that row level security also applies to other roles with rights on the table
create or replace function @extschema@.enable_sync(
  "table" regclass, code text default null, containers text[] default '{}', rights text[] default '{}', redact text[] default '{}',
  snapshots text default 'full', views boolean default false, public boolean default false,
  key text[] default null, tenant text default null, version_column text default 'sync_version',
  owner text default null, access text default 'auto') returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
  e @extschema@.entity_type;
  former @extschema@.entity_type;
  child @extschema@.entity_type;
  v_former_version bigint;
  v_codes text[];
  v_had_column boolean;
  v_other text;
  v_other_code text;
begin
  perform @extschema@.sync_check_table("table");
  e.code := coalesce(enable_sync.code, (select t.code from @extschema@.entity_type t where t.table_name = "table"), @extschema@.sync_default_code("table"));
  if e.code !~ '^[a-z][a-z0-9_]{0,40}$' or e.code in ('person', 'tenant') then
    raise exception '"%" cannot be the code of a type', e.code
      using errcode = '22023', hint = 'Lower case letters, digits and _, 41 at most; "person" and "tenant" are reserved: they name containers, and changes of memberships.';
  end if;
  if snapshots is null or snapshots not in ('full', 'changed', 'none') then
    raise exception 'snapshots cannot be "%"', snapshots using errcode = '22023', hint = 'Use full, changed or none.';
  end if;
  select t.table_name::text into v_other from @extschema@.entity_type t where t.code = e.code and t.table_name <> "table";
  if found then
    raise exception 'code "%" belongs to %', e.code, v_other
      using errcode = '42710', hint = format('Choose another code, or run: select @extschema@.disable_sync(%L)', e.code);
  end if;
  select t.code into v_other from @extschema@.entity_type t where t.table_name = "table" and t.code <> e.code;
  if found then
    raise exception '% is live as "%"', "table", v_other
      using errcode = '42710', hint = format('Keep that code, or run first: select @extschema@.disable_sync(%L)', v_other);
  end if;

  e.table_name := "table";
  e.key_columns := @extschema@.sync_require_key("table", key);
  e.tenant_column := coalesce(tenant, case when @extschema@.sync_has_column("table", 'organization_id') then 'organization_id' end);
  e.owner_column := owner;
  e.containers := coalesce(enable_sync.containers, '{}');
  e.rights := coalesce(enable_sync.rights, '{}');
  e.redact := coalesce(enable_sync.redact, '{}');
  e.snapshots := enable_sync.snapshots;
  e.views := coalesce(enable_sync.views, false);
  e.public := coalesce(enable_sync.public, false);
  e.version_column := coalesce(enable_sync.version_column, 'sync_version');
  select t.* into former from @extschema@.entity_type t where t.code = e.code;
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
    if not @extschema@.sync_has_column("table", e.owner_column) then
      raise exception '% has no column %', "table", e.owner_column using errcode = '42703', hint = 'Name the column with the id of a person as owner.';
    elsif e.public then
      raise exception 'rows of % cannot be public and belong to one person', "table" using errcode = '42P17', hint = 'Pass either owner or public.';
    elsif not @extschema@.sync_has_standard_policy("table") then
      raise exception '% has policies of its own, which decide who may read a row instead of %', "table", e.owner_column
        using errcode = '42P17', hint = 'Leave out owner, or drop the policies.';
    end if;
  end if;
  if e.tenant_column is null and e.owner_column is null and not e.public and @extschema@.sync_has_standard_policy("table") then
    select string_agg(quote_ident(attname), ', ' order by attnum) into v_other from pg_attribute
     where attrelid = "table" and attnum > 0 and not attisdropped and @extschema@.sync_key_type(atttypid)
       and regexp_replace(lower(attname), '[^a-z]', '', 'g') ~ '^(user|owner|account|tenant|organi[sz]ation|org|workspace|company|customer|team|person|member|author)s?(id|uuid)?$|^(created|owned)by(id)?$';
    raise exception '% has no tenant, owner or policies: nothing says who may read a row', "table"
      using errcode = '42P17',
            hint = 'Name the column with the tenant (tenant => …) or with the person who may read the row (owner => …)'
              || coalesce(format('; candidates are %s', v_other), '') || '. Or create policies of your own, or pass public => true if every user may read every row.';
  end if;
  perform @extschema@.sync_check_rights("table", e);
  perform @extschema@.sync_check_columns("table", e);
  select tgname into v_other from pg_trigger
   where tgrelid = "table" and not tgisinternal and tgtype & 3 = 3 and tgtype & 20 <> 0 and tgname > 'zzz_sync_version';
  if found then
    raise exception 'BEFORE trigger % of % runs after the one that decides whether a row changed', v_other, "table"
      using errcode = '42P17', hint = format('Run: alter trigger %I on %s rename to …, with a name that sorts before zzz_sync_version', v_other, "table");
  end if;
  e.container_codes := array(
    select (@extschema@.sync_container("table", u.col, 't')).code from unnest(e.containers) with ordinality as u (col, n) order by u.n);

  -- Two installations in one database have triggers of the same names: the second would replace those of the first.
  select p.pronamespace::regnamespace::text, substr(p.proname, length('version_') + 1) into v_other, v_other_code
    from pg_trigger t join pg_proc p on p.oid = t.tgfoid
   where t.tgrelid = "table" and t.tgname = 'zzz_sync_version' and p.pronamespace <> '@extschema@'::regnamespace;
  if found then
    raise exception '% is live in another installation, in schema %', "table", v_other
      using errcode = '42710', hint = format('Use that one, or run first: select %s.disable_sync(%L)', v_other, v_other_code);
  end if;

  delete from @extschema@.former_type f where f.code = e.code returning f.version into v_former_version;
  v_had_column := @extschema@.sync_add_version("table", e.version_column, v_former_version);
  delete from @extschema@.entity_type t where t.code = e.code;
  e.grants := coalesce(former.grants, '{}');
  insert into @extschema@.entity_type select e.*;

  perform @extschema@.sync_secure(e);
  e.grants := e.grants || @extschema@.sync_grant(e);
  update @extschema@.entity_type t set grants = e.grants where t.code = e.code;
  perform @extschema@.sync_version_function(e);
  perform @extschema@.sync_log_functions(e);
  execute format('create or replace trigger zzz_sync_truncate before truncate on %s for each statement execute function @extschema@.sync_refuse_truncate()', "table");

  -- Tables that refer to this one may have gone live before it and guessed its code.
  for child in
    select c.* from @extschema@.entity_type c
     where c.code <> e.code and cardinality(c.containers) > 0
       and exists (select from pg_constraint k where k.conrelid = c.table_name and k.confrelid = "table" and k.contype = 'f')
  loop
    v_codes := array(select (@extschema@.sync_container(child.table_name, u.col, 't')).code from unnest(child.containers) with ordinality as u (col, n) order by u.n);
    if v_codes <> child.container_codes then
      child.container_codes := v_codes;
      update @extschema@.entity_type t set container_codes = v_codes where t.code = child.code;
      perform @extschema@.sync_log_functions(child);
    end if;
  end loop;

  -- The table was live before: since then rows may have changed without a new version, and deletions were not logged.
  if former.code is null and v_had_column then
    perform @extschema@.resync(e.code);
  elsif former.code is null and v_former_version is not null then
    perform @extschema@.new_log_epoch();
  end if;
end $$;

comment on function @extschema@.enable_sync(regclass, text, text[], text[], text[], text, boolean, boolean, text[], text, text, text, text) is 'Makes a table live, or brings it up to date after its columns changed.';

-- Undoes enable_sync. With keep_version, the version column stays, so that views that name it survive.
create or replace function @extschema@.disable_sync(code text, keep_version boolean default false) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
  e @extschema@.entity_type;
  v_trigger text;
  v_version bigint := 0;
begin
  delete from @extschema@.entity_type t where t.code = disable_sync.code returning * into e;
  if not found then
    return;
  end if;
  if exists (select 1 from pg_class where oid = e.table_name) then
    foreach v_trigger in array array['zzz_sync_version', 'zzz_sync_truncate',
      format('log_%s_changes_insert', code), format('log_%s_changes_update', code), format('log_%s_changes_delete', code)] loop
      execute format('drop trigger if exists %I on %s', v_trigger, e.table_name);
    end loop;
    if @extschema@.sync_has_column(e.table_name, e.version_column) then
      execute format('select coalesce(max(%I), 0) from %s', e.version_column, e.table_name) into v_version;
      if not keep_version then
        begin
          execute format('alter table %s drop column %I', e.table_name, e.version_column);
        exception when dependent_objects_still_exist then
          raise exception 'other objects use column %.%', e.table_name, e.version_column
            using errcode = '2BP01', hint = format('Run: select @extschema@.disable_sync(%L, keep_version => true), or drop them first.', code);
        end;
      end if;
    end if;
  end if;
  perform @extschema@.sync_release(e);
  insert into @extschema@.former_type values (code, v_version);
  execute format('drop function if exists @extschema@.%I(), @extschema@.%I(), @extschema@.%I(), @extschema@.%I()', 'version_' || code,
    format('log_%s_changes_insert', code), format('log_%s_changes_update', code), format('log_%s_changes_delete', code));
end $$;

comment on function @extschema@.disable_sync(text, boolean) is 'Ends the sync of a type and restores what the table was: policies, row level security, rights, triggers, columns.';
