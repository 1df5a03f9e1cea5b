-- Rights of the roles, except on live tables, where enable_sync grants them. PostgreSQL lets every role execute a new function,
-- and many functions here run with the rights of their owner. So EXECUTE is revoked from all, then granted by name.

revoke execute on all functions in schema @extschema@ from public;

grant execute on function
  @extschema@.current_person_id(), @extschema@.current_tenant_id(), @extschema@.is_tenant_admin(), @extschema@.granted_ids(text), @extschema@.value_or_null(text, anyelement),
  @extschema@.entity_history(text, text, int), @extschema@.log_view(text, text[])
to @roleprefix@_app;

grant select on @extschema@.entity_type, @extschema@.entity_catalog, @extschema@.sync_state, @extschema@.logging to @roleprefix@_gateway;
grant select, insert, update, delete on @extschema@.gateway, @extschema@.rxdb_session, @extschema@.rxdb_subscription to @roleprefix@_gateway;
grant execute on function
  @extschema@.login(text), @extschema@.identify(text, text), @extschema@.entity_history(text, text, int),
  @extschema@.cleanup_connection(uuid, uuid, bigint), @extschema@.batch_subscribers(text, text[]),
  @extschema@.resume_sessions(uuid[], text[], text[], uuid),
  @extschema@.base_type(oid), @extschema@.base_type_name(oid), @extschema@.comparison_of(oid), @extschema@.sync_text(oid, text), @extschema@.sync_key_text(regclass, text[], text)
to @roleprefix@_gateway;

grant select on @extschema@.logging, @extschema@.sync_state, @extschema@.entity_type, @extschema@.gateway, @extschema@.erasure to @roleprefix@_watcher;
grant select, insert, update on @extschema@.job to @roleprefix@_watcher;
grant execute on function
  @extschema@.lead(uuid, interval), @extschema@.resign(uuid), @extschema@.claim(uuid, int, bigint, timestamptz), @extschema@.new_log_epoch(),
  @extschema@.ensure_partitions(int), @extschema@.retire_log_day(date), @extschema@.drop_log_day(text, date), @extschema@.expired_log_days(int, int), @extschema@.rows_without_day(), @extschema@.note_clock(),
  @extschema@.reap_sessions(interval, interval), @extschema@.delete_orphan_subscriptions(), @extschema@.expire_grants(), @extschema@.expire_mutations(interval, int), @extschema@.check_sync(),
  @extschema@.delete_orphan_grants(), @extschema@.refresh_statistics(), @extschema@.table_sizes(),
  @extschema@.begin_erasure(text), @extschema@.find_subject(text, date), @extschema@.erase_subject(text, date), @extschema@.finish_erasure(text), @extschema@.audit_days()
to @roleprefix@_watcher;

-- A person sees only their own idempotency keys.
grant select, insert, update on @extschema@.mutation to @roleprefix@_app, @roleprefix@_gateway;
create policy mutation_own on @extschema@.mutation to @roleprefix@_app
  using (person_id = (select @extschema@.current_person_id())) with check (person_id = (select @extschema@.current_person_id()));
create policy mutation_gateway on @extschema@.mutation to @roleprefix@_gateway using (true) with check (true);
