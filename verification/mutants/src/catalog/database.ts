import type { Mutant } from "../mutant.ts";

/** Mutants of rights, partitions, sessions and housekeeping in the database. */
export const databaseMutants: readonly Mutant[] = [
  {
    name: "foreign-key-without-tenant",
    rule: "G5",
    breaks: "every foreign key between tenant tables of the suite includes the organization",
    patches: [
      {
        file: "db/suite/tables/018_task.sql",
        find: "foreign key (project_id, organization_id) references app.project (id, organization_id)",
        replace: "foreign key (project_id) references app.project (id)",
      },
    ],
    caughtBy: {
      test: "db/test/policy.pg.test.ts",
      name: "every foreign key between tenant tables of the suite includes the organization",
    },
    database: "template",
  },
  {
    name: "missing-day-fails-writer",
    rule: "G4",
    breaks: "a change on a day whose partition is missing is logged, claimed, and moved to its day",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: "v_ts timestamptz := @extschema@.stored_time(v_now);",
        replace: "v_ts timestamptz := v_now;",
      },
    ],
    caughtBy: {
      test: "db/test/partitions.pg.test.ts",
      name: "a change on a day whose partition was %s is logged, claimed, and moved to its day",
      error: "no partition of relation",
    },
    database: "template",
  },
  {
    name: "no-parent-check",
    rule: "G5",
    breaks:
      "a row cannot refer to a parent that its writer cannot see, and the error does not reveal whether the parent exists",
    patches: [
      {
        file: "db/core/functions/014_sync_policy.sql",
        find: "v_parents text := @extschema@.sync_parent_conditions(e.table_name);",
        replace: "v_parents text := null;",
      },
    ],
    caughtBy: {
      test: "db/test/policy.pg.test.ts",
      name: "a row cannot refer to a parent that its writer cannot see, and the error does not reveal whether the parent exists",
    },
  },
  {
    name: "deletion-without-grantees",
    rule: "INV-14",
    breaks:
      "the deletion of a private row is logged with the persons who had a grant, also if the grants are deleted with it",
    patches: [{ file: "db/core/triggers/001_entity_logging.sql", find: "v_old || v_granted", replace: "v_old" }],
    caughtBy: {
      test: "db/test/rights-log.pg.test.ts",
      name: "the deletion of a private row is logged with the persons who had a grant, also if the grants are deleted with it",
    },
  },
  {
    // The same mechanism in the simulated database, which a test compares with the triggers.
    name: "simulated-deletion-without-grantees",
    rule: "INV-14",
    breaks:
      "the deletion of a private row is logged with the persons who had a grant, also if the grants are deleted with it",
    patches: [
      {
        file: "verification/simulation/src/database/change-log.ts",
        find: "const named = !after && before?.isPrivate ? granted : [];",
        replace: "const named = [] as typeof granted;",
      },
    ],
    caughtBy: { simulation: true, seed: 1_000_000 },
  },
  {
    name: "standard-policy-permissive",
    rule: "G5",
    breaks: "members see only rows of the organization that they are signed in to",
    patches: [
      {
        file: "db/core/functions/014_sync_policy.sql",
        find: "create policy heliograph_standard on %s as restrictive to",
        replace: "create policy heliograph_standard on %s to",
      },
    ],
    caughtBy: {
      test: "db/test/policy.pg.test.ts",
      name: "members see only rows of the organization that they are signed in to",
    },
    database: "template",
  },
  {
    name: "others-locked-out",
    rule: "G5",
    breaks: "nobody else notices that a table goes live, nor that it ends",
    patches: [
      {
        file: "db/core/functions/014_sync_policy.sql",
        find: "create policy heliograph_others on %s using (true)",
        replace: "create policy heliograph_others on %s to @roleprefix@_app using (true)",
      },
    ],
    caughtBy: {
      test: "db/test/other-parties.pg.test.ts",
      name: "nobody else notices that a table goes live, nor that it ends",
    },
    database: "template",
  },
  {
    name: "other-roles-not-asked",
    rule: "G5",
    breaks: "enable_sync rejects tables that cannot be live, with a remedy and without side effects",
    patches: [
      {
        file: "db/core/functions/014_sync_policy.sql",
        find: "if v_others <> '{}' then",
        replace: "if false then",
      },
    ],
    caughtBy: {
      test: "db/test/enable-sync-refusals.pg.test.ts",
      name: "enable_sync rejects tables that cannot be live, with a remedy and without side effects",
    },
  },
  {
    name: "row-security-left-on",
    rule: "G5",
    breaks: "nobody else notices that a table goes live, nor that it ends",
    patches: [
      {
        file: "db/core/functions/014_sync_policy.sql",
        find: "execute format('alter table %s disable row level security', e.table_name);",
        replace: "null;",
      },
    ],
    caughtBy: {
      test: "db/test/other-parties.pg.test.ts",
      name: "nobody else notices that a table goes live, nor that it ends",
    },
    database: "template",
  },
  {
    name: "owner-change-without-recheck",
    rule: "G5",
    breaks: "with an owner column of type %s, a row belongs to one person",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: "array[e.tenant_column, e.owner_column, case when v_private",
        replace: "array[e.tenant_column, case when v_private",
      },
    ],
    caughtBy: {
      test: "db/test/rights-by-owner.pg.test.ts",
      name: "with an owner column of type",
    },
    database: "template",
  },
  {
    name: "membership-not-checked",
    rule: "G5",
    breaks: "rights end with the membership, even if the session still has its settings",
    patches: [
      {
        file: "db/suite/functions/001_identity.sql",
        find: "  select m.organization_id::text from app.membership m\n   where m.person_id = (select app.value_or_null(app.current_person_id(), null::uuid))\n     and m.organization_id = (select app.value_or_null(current_setting('app.organization_id', true), null::uuid))\n$$;",
        replace: "  select nullif(current_setting('app.organization_id', true), '')\n$$;",
      },
    ],
    caughtBy: {
      test: "db/test/policy.pg.test.ts",
      name: "rights end with the membership, even if the session still has its settings",
    },
  },
  {
    name: "default-partition",
    rule: "G4",
    breaks: "there are partitions for yesterday, today and each of the next 14 days, and no default partition",
    patches: [
      {
        file: "db/core/tables/003_logging.sql",
        find: "create view @extschema@.audit as",
        replace:
          "create table @extschema@.logging_default partition of @extschema@.logging default;\n\ncreate view @extschema@.audit as",
      },
    ],
    caughtBy: {
      test: "db/test/partitions.pg.test.ts",
      name: "there are partitions for yesterday, today and each of the next 14 days, and no default partition",
    },
    database: "template",
  },
  {
    name: "partition-by-partition-of",
    rule: "G6",
    breaks:
      "open transactions of readers and writers do not block the creation of partitions, and it does not block writers",
    patches: [
      {
        file: "db/core/functions/005_partitions.sql",
        find: "execute format('lock table only @extschema@.%I in share update exclusive mode', v_table);",
        replace: "execute format('lock table only @extschema@.%I in access exclusive mode', v_table);",
      },
    ],
    caughtBy: {
      test: "db/test/partitions.pg.test.ts",
      name: "open transactions of readers and writers do not block the creation of partitions, and it does not block writers",
      error: "canceling statement due to lock timeout",
    },
  },
  {
    name: "retire-claimable",
    rule: "G1",
    breaks: "a day that has pending rows or may still be written cannot be retired",
    patches: [
      { file: "db/core/functions/005_partitions.sql", find: "  if v_pending then", replace: "  if false then" },
    ],
    caughtBy: {
      test: "db/test/partitions.pg.test.ts",
      name: "a day that has pending rows or may still be written cannot be retired",
    },
  },
  {
    name: "retire-uncommitted",
    rule: "G1",
    breaks: "a day with an uncommitted row cannot be retired, and the call does not wait",
    patches: [
      {
        file: "db/core/functions/005_partitions.sql",
        find: "  execute format('lock table only @extschema@.%I in share mode nowait', v_part);\n",
        replace: "",
      },
    ],
    caughtBy: {
      test: "db/test/partitions.pg.test.ts",
      name: "a day with an uncommitted row cannot be retired, and the call does not wait",
    },
  },
  {
    name: "min-seq-not-raised",
    rule: "RES-5",
    breaks: "retiring a day raises min_seq and never lowers it",
    patches: [
      {
        file: "db/core/functions/005_partitions.sql",
        find: "update @extschema@.sync_state set min_seq = greatest(min_seq, coalesce(v_max + 1, 0)) returning min_seq into v_min;",
        replace: "select min_seq into v_min from @extschema@.sync_state;",
      },
    ],
    caughtBy: {
      test: "db/test/partitions.pg.test.ts",
      name: "retiring a day raises min_seq and never lowers it",
    },
  },
  {
    name: "min-seq-lowered",
    rule: "RES-5",
    breaks: "retiring a day raises min_seq and never lowers it",
    patches: [
      {
        file: "db/core/functions/005_partitions.sql",
        find: "greatest(min_seq, coalesce(v_max + 1, 0))",
        replace: "coalesce(v_max + 1, 0)",
      },
    ],
    caughtBy: {
      test: "db/test/partitions.pg.test.ts",
      name: "retiring a day raises min_seq and never lowers it",
    },
  },
  {
    name: "requeued-rows-dropped",
    rule: "G1",
    breaks:
      "rows requeued while their day is being removed are still delivered, and cursors to numbers assigned meanwhile become too old",
    patches: [
      {
        file: "db/core/functions/005_partitions.sql",
        find: "from @extschema@.%I where sync_status = ''pending'' and action <> 0 order by created_ts, entity_version', v_part);",
        replace: "from @extschema@.%I where false', v_part);",
      },
    ],
    caughtBy: {
      test: "db/test/partitions.pg.test.ts",
      name: "rows requeued while their day is being removed are still delivered, and cursors to numbers assigned meanwhile become too old",
    },
  },
  {
    name: "detached-day-forgotten",
    rule: null,
    breaks: "the next watcher completes an interrupted removal",
    patches: [
      {
        file: "db/core/functions/005_partitions.sql",
        find: "from pg_class c left join pg_inherits i on i.inhrelid = c.oid\n           where c.relnamespace = '@extschema@'::regnamespace and c.relkind = 'r' and c.relname ~",
        replace:
          "from pg_class c join pg_inherits i on i.inhrelid = c.oid\n           where c.relnamespace = '@extschema@'::regnamespace and c.relkind = 'r' and c.relname ~",
      },
    ],
    caughtBy: {
      test: "services/watcher/src/housekeeping/log-retention.pg.test.ts",
      name: "the next watcher completes a removal that was interrupted %s",
    },
  },
  {
    name: "reap-leaves-subscriptions",
    rule: null,
    breaks: "sessions and subscriptions of dead gateways are deleted after the grace period, by the watcher's own role",
    patches: [
      {
        file: "db/core/functions/008_sessions.sql",
        find: "  delete from @extschema@.rxdb_subscription s where s.connection_id = any (v_gone);\n  get diagnostics subscriptions = row_count;",
        replace: "  subscriptions := 0;",
      },
    ],
    caughtBy: {
      test: "services/watcher/src/housekeeping/housekeeper.pg.test.ts",
      name: "sessions and subscriptions of dead gateways are deleted after the grace period, by the watcher's own role",
    },
  },
  {
    name: "erasure-leaves-actor",
    rule: null,
    breaks: "erasure removes a person from accounts and log and keeps the data of others",
    patches: [
      {
        file: "db/core/functions/011_erasure.sql",
        find: "     set actor = case when f.own then",
        replace: "     set actor = case when false then",
      },
    ],
    caughtBy: {
      test: "services/watcher/src/jobs/job-catalog.pg.test.ts",
      name: "erasure removes a person from accounts and log and keeps the data of others",
    },
  },
  {
    name: "erasure-leaves-snapshots",
    rule: null,
    breaks: "erasure removes a person from accounts and log and keeps the data of others",
    patches: [
      {
        file: "db/core/functions/011_erasure.sql",
        find: "entity_from_version = case when f.about then null else",
        replace: "entity_from_version = case when false then null else",
      },
    ],
    caughtBy: {
      test: "services/watcher/src/jobs/job-catalog.pg.test.ts",
      name: "erasure removes a person from accounts and log and keeps the data of others",
    },
  },
];
