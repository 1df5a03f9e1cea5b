import type { Mutant } from "../mutant.ts";

const store = "services/gateway/src/sync/sessions/session-store.ts";
const test = "services/gateway/src/sync/sessions/session-store.pg.test.ts";

/** Who owns a connection: its rows belong to one gateway and one generation, and the connection to one person. */
export const sessionMutants: readonly Mutant[] = [
  {
    name: "rows-of-an-older-generation",
    rule: "RES-14",
    breaks: "rows are written for the generation that owns the session, and for no earlier one of the same gateway",
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
    breaks: "a pod that lost a session writes no row of it any more",
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
    name: "session-ended-by-its-last-owner",
    rule: "RES-14",
    breaks: "a pod that lost a session neither ends it nor lets it expire",
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
    name: "anybody-resumes",
    rule: "RES-4",
    breaks: "a connection is taken over by its owner alone",
    patches: [
      {
        file: "db/core/functions/007_sessions.sql",
        find: "join @extschema@.rxdb_session s using (connection_id, user_id, organization_id)\n     where s.expires_ts",
        replace: "join @extschema@.rxdb_session s using (connection_id)\n     where s.expires_ts",
      },
    ],
    caughtBy: { test },
  },
];
