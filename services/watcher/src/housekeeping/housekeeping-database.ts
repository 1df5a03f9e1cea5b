import type { Logger } from "@heliograph/server-kit";
import type { Pool } from "pg";
import { dropExpiredDays, type RetentionDatabase } from "./log-retention.ts";

/** What the leader deletes because the sync itself depends on it. Answers how much there was to do. */
export interface HousekeepingDatabase {
  /** Gives dead gateways up; deletes the sessions whose grace is over, with their subscriptions. */
  reap(): Promise<number>;
  /** Drops the days of app.logging whose retention is over. Stops at one that is in use, for the next time. */
  dropLogDays(): Promise<number>;
}

/** The port on PostgreSQL. `sessionGraceMs`: how long the session of a dead gateway may still be resumed. */
export function createHousekeepingDatabase(parts: {
  pool: Pool;
  retention: RetentionDatabase;
  sessionGraceMs: number;
  logger: Logger;
}): HousekeepingDatabase {
  const { pool, retention, sessionGraceMs, logger } = parts;
  return {
    async reap() {
      const { rows } = await pool.query<{ count: number }>(
        "select gateways + sessions + subscriptions as count from app.reap_sessions(grace => make_interval(secs => $1))",
        [sessionGraceMs / 1000],
      );
      return rows[0]?.count ?? 0;
    },
    dropLogDays: () => dropExpiredDays({ database: retention, half: "logging", logger }),
  };
}
