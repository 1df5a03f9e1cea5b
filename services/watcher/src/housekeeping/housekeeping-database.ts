import type { DatabasePool, Logger } from "@heliograph/server-kit";
import { dropExpiredDays, type RetentionDatabase } from "./log-retention.ts";

/** The deletions that the leader makes because sync depends on them. Each method returns how much it deleted. */
export interface HousekeepingDatabase {
  /** Declares silent gateways dead, and deletes sessions past their grace period with their subscriptions. */
  reap(): Promise<number>;
  /** Drops expired days of app.logging. Stops at a day that is in use; the next round tries it again. */
  dropLogDays(): Promise<number>;
}

/** The port on PostgreSQL. `sessionGraceMs`: how long a session of a dead gateway can be resumed. */
export function createHousekeepingDatabase(parts: {
  pool: DatabasePool;
  retention: RetentionDatabase;
  sessionGraceMs: number;
  logger: Logger;
}): HousekeepingDatabase {
  const { schema } = parts.pool.names;
  const { pool, retention, sessionGraceMs, logger } = parts;
  return {
    async reap() {
      const { rows } = await pool.query<{ count: number }>(
        `select gateways + sessions + subscriptions as count from ${schema}.reap_sessions(grace => make_interval(secs => $1))`,
        [sessionGraceMs / 1000],
      );
      return rows[0]?.count ?? 0;
    },
    dropLogDays: () => dropExpiredDays({ database: retention, half: "logging", logger }),
  };
}
