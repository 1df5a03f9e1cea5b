import type { Mutant } from "../mutant.ts";

/** Mutants of versions, triggers and log rows. */
export const logRowMutants: readonly Mutant[] = [
  {
    name: "versions-restart-on-insert",
    rule: "G3",
    breaks: "a row that is deleted and created again gets a higher version, also in one transaction or one statement",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: "new.%2$I := (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8;",
        replace: "new.%2$I := 1;",
      },
    ],
    caughtBy: {
      test: "db/test/version-never-restarts.pg.test.ts",
      name: "a row that is deleted and created again gets a higher version, also in one transaction or one statement",
    },
  },
  {
    name: "delete-at-old-version",
    rule: "G3",
    breaks: "a row that is deleted and created again gets a higher version, also in one transaction or one statement",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: "3 as action, greatest(o.%5$I + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version",
        replace: "3 as action, o.%5$I as version",
      },
    ],
    caughtBy: {
      test: "db/test/version-never-restarts.pg.test.ts",
      name: "a row that is deleted and created again gets a higher version, also in one transaction or one statement",
    },
  },
  {
    name: "version-by-clock-only",
    rule: "G3",
    breaks: "a version also increases if it is ahead of the clock",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: "new.%2$I := greatest(old.%2$I operator(pg_catalog.+) 1, (extract",
        replace: "new.%2$I := greatest((extract",
      },
    ],
    caughtBy: {
      test: "db/test/version-never-restarts.pg.test.ts",
      name: "a version also increases if it is ahead of the clock",
    },
  },
  {
    name: "insert-ignores-floor",
    rule: "G3",
    breaks: "a row created again after the clock stepped back is newer than its deletion that was claimed before",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: "new.%2$I := pg_catalog.nextval('@extschema@.version_floor');",
        replace: "null;",
      },
    ],
    caughtBy: {
      test: "db/test/clock-steps.pg.test.ts",
      name: "a row created again after the clock stepped back is newer than its deletion that was claimed before",
    },
  },
  {
    name: "version-counts-writes",
    rule: "G5",
    breaks: "versions do not count writes",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: "new.%2$I := greatest(old.%2$I operator(pg_catalog.+) 1, (extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000000)::pg_catalog.int8,",
        replace: "new.%2$I := greatest(old.%2$I operator(pg_catalog.+) 1,",
      },
    ],
    caughtBy: { test: "db/test/version-never-restarts.pg.test.ts", name: "versions do not count writes" },
  },
  {
    name: "unchanged-row-bumped",
    rule: "G6",
    breaks: "an update without changes neither increases the version nor is logged",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: "if new operator(pg_catalog.*<>) old then",
        replace: "if true then",
      },
    ],
    caughtBy: {
      test: "db/test/no-op-update.pg.test.ts",
      name: "an update without changes neither increases the version nor is logged",
    },
  },
  {
    name: "unchanged-row-logged",
    rule: "G6",
    breaks: "an update without changes neither increases the version nor is logged",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: " where n.%1$I is distinct from o.%1$I',",
        replace: "',",
      },
    ],
    caughtBy: {
      test: "db/test/no-op-update.pg.test.ts",
      name: "an update without changes neither increases the version nor is logged",
    },
  },
  {
    name: "change-by-equality",
    rule: "G1",
    breaks: "values that are equal but displayed differently count as a change",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: "if new operator(pg_catalog.*<>) old then",
        replace: "if new operator(pg_catalog.<>) old then",
      },
    ],
    caughtBy: {
      test: "db/test/no-op-update.pg.test.ts",
      name: "values that are equal but displayed differently count as a change",
    },
  },
  {
    name: "log-trigger-invoker",
    rule: "G4",
    breaks: "the log trigger writes for users who have no rights of their own on the log and its functions",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: "language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_nestloop = off set jit = off as $b$",
        replace:
          "language plpgsql set search_path = pg_catalog, pg_temp set enable_nestloop = off set jit = off as $b$",
      },
    ],
    caughtBy: { test: "db/test/actor.pg.test.ts", error: "permission denied for function inet_or_null" },
  },
  {
    name: "log-trigger-open-search-path",
    rule: "G5",
    breaks: "operators and functions of a hostile search_path are not called",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: "security definer set search_path = pg_catalog, pg_temp set enable_nestloop = off",
        replace: "security definer set enable_nestloop = off",
      },
    ],
    caughtBy: {
      test: "db/test/log-forging.pg.test.ts",
      name: "operators and functions of a hostile search_path are not called",
    },
  },
  {
    name: "version-trigger-unqualified",
    rule: "G5",
    breaks: "operators and functions of a hostile search_path are not called",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: "if new operator(pg_catalog.*<>) old then",
        replace: "if new *<> old then",
      },
    ],
    caughtBy: {
      test: "db/test/log-forging.pg.test.ts",
      name: "operators and functions of a hostile search_path are not called",
    },
  },
  {
    name: "log-trigger-for-public",
    rule: "G5",
    breaks: "no function of the schema can be executed by PUBLIC",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: "    execute format('revoke execute on function @extschema@.%I() from public', v_name);\n",
        replace: "",
      },
    ],
    caughtBy: {
      test: "db/test/log-forging.pg.test.ts",
      name: "no function of the schema can be executed by PUBLIC",
    },
  },
  {
    name: "log-trigger-nested-loops",
    rule: "G6",
    breaks: "a plan cached for one row also suits thousands, because it uses hash or merge joins",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: " set enable_nestloop = off set jit = off as $b$",
        replace: " set jit = off as $b$",
      },
    ],
    caughtBy: {
      test: "db/test/log-plan.pg.test.ts",
      name: "a plan cached for one row also suits thousands, because it uses hash or merge joins",
    },
  },
  {
    name: "containers-only-after",
    rule: "INV-3",
    breaks: "a row that moves is logged with its containers before and after",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: "case when %4$s = %5$s then %4$s else %5$s || %4$s end as containers",
        replace: "%4$s as containers",
      },
    ],
    caughtBy: {
      test: "db/test/log-routing.pg.test.ts",
      name: "a row that moves is logged with its containers before and after",
    },
  },
  {
    name: "containers-only-before",
    rule: "INV-3",
    breaks: "a row that moves is logged with its containers before and after",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: "case when %4$s = %5$s then %4$s else %5$s || %4$s end as containers",
        replace: "%5$s as containers",
      },
    ],
    caughtBy: {
      test: "db/test/log-routing.pg.test.ts",
      name: "a row that moves is logged with its containers before and after",
    },
  },
  {
    name: "restricted-only-after",
    rule: "INV-6",
    breaks: "restricted means that the row is or was private",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: "n.%1$I is not null and %6$s or o.%1$I is not null and %7$s as restricted",
        replace: "n.%1$I is not null and %6$s as restricted",
      },
    ],
    caughtBy: { test: "db/test/log-routing.pg.test.ts", name: "restricted means that the row is or was private" },
  },
  {
    name: "restricted-only-before",
    rule: "INV-6",
    breaks: "restricted means that the row is or was private",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: "n.%1$I is not null and %6$s or o.%1$I is not null and %7$s as restricted",
        replace: "o.%1$I is not null and %7$s as restricted",
      },
    ],
    caughtBy: { test: "db/test/log-routing.pg.test.ts", name: "restricted means that the row is or was private" },
  },
  {
    name: "restricted-not-for-own-policies",
    rule: "INV-6",
    breaks: "every row of a table with its own policies counts as restricted, unless the table is declared public",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: "when v_own_policy or e.owner_column is not null then 'true' when v_private",
        replace: "when v_private",
      },
    ],
    caughtBy: {
      test: "db/test/log-routing.pg.test.ts",
      name: "every row of a table with its own policies counts as restricted, unless the table is declared public",
    },
  },
  {
    name: "recheck-without-rights-columns",
    rule: "INV-8",
    breaks: "a change of a column listed in rights requires a recheck",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: "from unnest(e.rights || case when v_own_policy then e.containers end",
        replace: "from unnest('{}'::text[] || case when v_own_policy then e.containers end",
      },
    ],
    caughtBy: {
      test: "db/test/log-routing.pg.test.ts",
      name: "a change of a column listed in rights requires a recheck",
    },
  },
  {
    name: "recheck-without-tenant",
    rule: "INV-8",
    breaks:
      "a change of tenant or is_private requires a recheck; moving a row does not, because the same users can read it",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: "array[e.tenant_column, e.owner_column, case when v_private then 'is_private' end]",
        replace: "array[e.owner_column, case when v_private then 'is_private' end]",
      },
    ],
    caughtBy: {
      test: "db/test/log-routing.pg.test.ts",
      name: "a change of tenant or is_private requires a recheck; moving a row does not, because the same users can read it",
    },
  },
  {
    name: "recheck-without-containers",
    rule: "INV-8",
    breaks:
      "moving a row of a table with its own policies requires a recheck, because they may depend on the container",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: "case when v_own_policy then e.containers end",
        replace: "null::text[]",
      },
    ],
    caughtBy: {
      test: "db/test/log-routing.pg.test.ts",
      name: "moving a row of a table with its own policies requires a recheck, because they may depend on the container",
    },
  },
  {
    name: "grant-without-recheck",
    rule: "INV-9",
    breaks: "a grant is logged for its row, with the row's containers and the person",
    patches: [
      {
        file: "db/core/triggers/002_rights_logging.sql",
        find: "values (v_id, $1, $2, v_action, v_version, $4, true, true, v_ts);",
        replace: "values (v_id, $1, $2, v_action, v_version, $4, true, false, v_ts);",
      },
    ],
    caughtBy: {
      test: "db/test/rights-log.pg.test.ts",
      name: "a grant is logged for its row, with the row's containers and the person",
    },
  },
  {
    name: "grant-not-restricted",
    rule: "INV-11",
    breaks: "a grant is logged for its row, with the row's containers and the person",
    patches: [
      {
        file: "db/core/triggers/002_rights_logging.sql",
        find: "values (v_id, $1, $2, v_action, v_version, $4, true, true, v_ts);",
        replace: "values (v_id, $1, $2, v_action, v_version, $4, false, true, v_ts);",
      },
    ],
    caughtBy: {
      test: "db/test/rights-log.pg.test.ts",
      name: "a grant is logged for its row, with the row's containers and the person",
    },
  },
  {
    name: "truncate-allowed",
    rule: "G1",
    breaks: "TRUNCATE is rejected, also as part of a cascade, and the error has a remedy",
    patches: [
      {
        file: "db/core/triggers/001_entity_logging.sql",
        find: "  execute format('create or replace trigger zzz_sync_truncate before truncate on %s for each statement execute function @extschema@.sync_refuse_truncate()', \"table\");\n",
        replace: "",
      },
    ],
    caughtBy: {
      test: "db/test/key-and-truncate.pg.test.ts",
      name: "TRUNCATE is rejected, also as part of a cascade, and the error has a remedy",
    },
  },
];
