import type { Mutant } from "../mutant.ts";

const store = "services/gateway/src/sync/sessions/session-store.ts";
const test = "services/gateway/src/sync/sessions/session-store.pg.test.ts";

/** Mutants of session ownership: rows belong to one gateway and generation, and a connection to one user. */
export const sessionMutants: readonly Mutant[] = [
  {
    name: "rows-of-an-older-generation",
    rule: "RES-14",
    breaks:
      "subscription rows are written only for the generation that owns the session, not for an earlier one of the same gateway",
    patches: [
      {
        file: store,
        find: `select s.connection_id, s.user_id
        from \${mine} join \${schema}.rxdb_session s using (connection_id, gateway_id, generation)`,
        replace: `select s.connection_id, s.user_id
        from \${mine} join \${schema}.rxdb_session s using (connection_id, gateway_id)`,
      },
    ],
    caughtBy: { test },
  },
  {
    name: "rows-of-another-gateway",
    rule: "RES-14",
    breaks: "a gateway that lost a session no longer writes its subscription rows",
    patches: [
      {
        file: store,
        find: `select s.connection_id, s.user_id
        from \${mine} join \${schema}.rxdb_session s using (connection_id, gateway_id, generation)`,
        replace: `select s.connection_id, s.user_id
        from \${mine} join \${schema}.rxdb_session s using (connection_id)`,
      },
    ],
    caughtBy: { test },
  },
  {
    name: "session-ended-by-former-owner",
    rule: "RES-14",
    breaks: "a gateway that lost a session neither ends it nor lets it expire",
    patches: [
      {
        file: store,
        find: `select s.connection_id
        from \${mine} join \${schema}.rxdb_session s using (connection_id, gateway_id, generation)`,
        replace: `select s.connection_id
        from \${mine} join \${schema}.rxdb_session s using (connection_id)`,
      },
    ],
    caughtBy: { test },
  },
  {
    name: "any-user-resumes",
    rule: "RES-4",
    breaks: "only the user who owns a connection can resume it",
    patches: [
      {
        file: "db/core/functions/008_sessions.sql",
        find: "join @extschema@.rxdb_session s using (connection_id, user_id, organization_id)\n     where s.expires_ts",
        replace: "join @extschema@.rxdb_session s using (connection_id)\n     where s.expires_ts",
      },
    ],
    caughtBy: { test },
  },
];
