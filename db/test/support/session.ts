import type { TestDatabase } from "@heliograph/server-kit/testing";
import pg from "pg";

/** A separate connection, for tests of concurrent sessions. */
export interface Session extends AsyncDisposable {
  readonly client: pg.Client;
  readonly notices: string[];
  query<R extends pg.QueryResultRow = pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<R[]>;
  /** Whether this session is waiting for a lock held by another session. */
  isBlocked(): Promise<boolean>;
}

export async function openSession(db: TestDatabase, role?: string): Promise<Session> {
  const client = new pg.Client({ connectionString: db.url(role) });
  client.on("error", () => {});
  await client.connect();
  const notices: string[] = [];
  client.on("notice", (notice) => void notices.push(notice.message ?? ""));
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() pid");
  const pid = rows[0]?.pid;
  return {
    client,
    notices,
    async query<R extends pg.QueryResultRow>(sql: string, values: unknown[] = []) {
      return (await client.query<R>(sql, values)).rows;
    },
    async isBlocked() {
      const blocked = await db.pool.query("select from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'", [
        pid,
      ]);
      return blocked.rowCount !== 0;
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

/** Waits until a session is blocked by a lock. The timeout of the test limits the wait. */
export async function untilBlocked(session: Session): Promise<void> {
  while (!(await session.isBlocked()));
}
