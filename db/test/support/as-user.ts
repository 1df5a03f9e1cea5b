import type { TestDatabase } from "@heliograph/server-kit/testing";
import pg from "pg";

/** The user that a statement runs for, as set by the gateway. */
export interface Caller {
  readonly personId: string;
  readonly organizationId: string;
  readonly actor?: object;
  readonly request?: object;
}

type Query = <R extends pg.QueryResultRow = pg.QueryResultRow>(sql: string, values?: unknown[]) => Promise<R[]>;

/** Runs `work` like the gateway runs a user's request: one transaction with the application role and the user's settings. */
export async function asUser<T>(db: TestDatabase, caller: Caller, work: (query: Query) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: db.url("heliograph_gateway") });
  await client.connect();
  try {
    await client.query("begin");
    await client.query(
      `select set_config('role', 'heliograph_app', true), set_config('app.person_id', $1, true),
              set_config('app.organization_id', $2, true), set_config('app.actor', $3, true), set_config('app.request', $4, true)`,
      [
        caller.personId,
        caller.organizationId,
        caller.actor === undefined ? "" : JSON.stringify(caller.actor),
        caller.request === undefined ? "" : JSON.stringify(caller.request),
      ],
    );
    const result = await work(async (sql, values = []) => (await client.query(sql, values)).rows);
    await client.query("commit");
    return result;
  } finally {
    // Also ends the transaction if an error left it open.
    await client.end();
  }
}
