-- Who may do what outside of live tables, whose rights app.enable_sync gives. PostgreSQL lets everybody execute a
-- new function, and many here act with the rights of their owner: so first nobody may, then each by name.

revoke execute on all functions in schema app from public;

grant execute on function
  app.current_person_id(), app.current_tenant_id(), app.is_tenant_admin(), app.granted_ids(text), app.in_maintenance(),
  app.entity_history(text, uuid, int), app.log_view(text, uuid[])
to heliograph_app;

grant select on app.entity_type, app.entity_catalog, app.sync_state, app.logging to heliograph_gateway;
grant select, insert, update, delete on app.gateway, app.rxdb_session, app.rxdb_subscription to heliograph_gateway;
grant execute on function
  app.login(text), app.identify(uuid, uuid), app.entity_history(text, uuid, int),
  app.cleanup_connection(uuid, uuid, bigint), app.batch_subscribers(text, uuid[]),
  app.resume_sessions(uuid[], uuid[], uuid[], uuid),
  app.base_type(oid), app.base_type_name(oid), app.in_maintenance()
to heliograph_gateway;

grant select on app.logging, app.sync_state, app.entity_type, app.gateway, app.erasure to heliograph_watcher;
grant select, insert, update on app.job to heliograph_watcher;
grant execute on function
  app.lead(uuid, interval), app.resign(uuid), app.claim(uuid, int, bigint, timestamptz), app.new_log_epoch(),
  app.ensure_partitions(int), app.retire_log_day(date), app.drop_log_day(text, date), app.expired_log_days(int, int),
  app.reap_sessions(interval, interval), app.delete_orphan_subscriptions(), app.expire_grants(), app.expire_mutations(interval, int), app.check_sync(),
  app.delete_orphan_grants(), app.refresh_statistics(), app.table_sizes(),
  app.begin_erasure(uuid), app.find_subject(uuid, date), app.erase_subject(uuid, date), app.finish_erasure(uuid), app.audit_days()
to heliograph_watcher;

-- A person's idempotency keys are nobody else's business.
grant select, insert, update on app.mutation to heliograph_app, heliograph_gateway;
create policy mutation_own on app.mutation to heliograph_app
  using (person_id = (select app.current_person_id())) with check (person_id = (select app.current_person_id()));
create policy mutation_gateway on app.mutation to heliograph_gateway using (true) with check (true);
create policy mutation_owner on app.mutation to current_user using (app.in_maintenance()) with check (app.in_maintenance());
