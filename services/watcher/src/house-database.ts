import type { Pool } from "pg";

/** What the leader deletes because nobody else does. Each call is one statement and answers how many rows it took. */
export type HouseDatabase = {
  /** Gives dead gateways up; deletes the sessions whose grace is over, with their subscriptions. */
  reap(): Promise<number>;
  expireGrants(): Promise<number>;
  deleteOrphans(): Promise<number>;
  expireMutations(): Promise<number>;
  /** Drops the partitions whose retention is over; answers how many. Stops at one that is in use, for the next time. */
  dropOldDays(): Promise<number>;
};

export type HouseSettings = {
  /** How long the session of a dead gateway may still be resumed, milliseconds. */
  readonly sessionGraceMs: number;
  /** Days of app.logging and of app.logging_detail that are kept; two at least. */
  readonly logRetentionDays: number;
  readonly auditRetentionDays: number;
};

/** The port on PostgreSQL. */
export function createHouseDatabase({ pool, settings }: { pool: Pool; settings: HouseSettings }): HouseDatabase {
  const count = async (text: string, values: readonly unknown[] = []): Promise<number> => {
    const { rows } = await pool.query<{ count: number }>(text, [...values]);
    return rows[0]?.count ?? 0;
  };
  return {
    reap: () =>
      count(
        "select gateways + sessions + subscriptions as count from app.reap_sessions(grace => make_interval(secs => $1))",
        [settings.sessionGraceMs / 1000],
      ),
    expireGrants: () => count("select app.expire_grants() as count"),
    deleteOrphans: () => count("select app.delete_orphan_subscriptions() as count"),
    expireMutations: () => count("select app.expire_mutations() as count"),
    async dropOldDays() {
      const { rows } = await pool.query<{ part_of: string; day: string }>(
        "select part_of, day from app.expired_log_days($1, $2)",
        [settings.logRetentionDays, settings.auditRetentionDays],
      );
      // Each in a transaction of its own: the lock that a drop needs is held for one day's drop, not for all of them.
      for (const { part_of, day } of rows) {
        const drop = part_of === "logging" ? "select app.drop_log_day($1)" : "select app.drop_detail_day($1)";
        await pool.query(drop, [day]);
      }
      return rows.length;
    },
  };
}
