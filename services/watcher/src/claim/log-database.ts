import { type DatabasePool, type LogRow, readLog } from "@heliograph/server-kit";
import type { QueryConfig } from "pg";

/** Head of the feed as stored in the lease row. */
export interface Lease {
  readonly head: number;
  readonly epoch: string;
}
/** A claimed segment of the feed, both ends included. */
export interface Claim {
  readonly first: number;
  readonly last: number;
  readonly epoch: string;
}

/** The watcher's port to the database. Each call is one statement in autocommit, so no lock outlives a round trip. */
export interface LogDatabase {
  /** Acquires or renews the lease; undefined while another watcher holds it. */
  lead(): Promise<Lease | undefined>;
  /** Releases the lease, so that another watcher can take over at once. */
  resign(): Promise<void>;
  /**
   * Gives up to `limit` pending rows their sequence numbers; undefined when none is pending.
   * @throws {NotLeadingError} when another watcher holds the lease
   */
  claim(limit: number, expectedHead: number, window: "recent" | "all"): Promise<Claim | undefined>;
  /** Reads rows of the feed with a sequence number above `after`, in order. */
  read(after: number, limit: number): Promise<LogRow[]>;
  /** Creates missing log partitions for today and the next `days` days. @returns how many were created */
  ensurePartitions(days: number): Promise<number>;
  /** Counts rows of the log that wait in the overflow partition, because their day has no partition. */
  countRowsWithoutDay(): Promise<number>;
}

/** Thrown when another watcher holds the lease; nothing was claimed. */
export class NotLeadingError extends Error {
  override readonly name = "NotLeadingError";
}

/**
 * How far back in created_ts an ordinary poll searches. The unbounded poll finds a transaction that stayed open longer, at
 * most a second later. The bound keeps a poll at 0.2 ms while an old snapshot (a report, a dump) prevents PostgreSQL from
 * removing claimed entries from the front of the index; an unbounded poll would take 40 ms.
 */
const recentWindow = "10 seconds";

/** SQLSTATE that app.claim raises when the caller holds no valid lease. */
const notLeading = "HG001";

/** The port on PostgreSQL. `watcherId` is random per process, so a restarted watcher counts as a different one. */
export function createLogDatabase({
  pool,
  watcherId,
  leaseTtlMs,
}: {
  pool: DatabasePool;
  watcherId: string;
  leaseTtlMs: number;
}): LogDatabase {
  // A watcher that gets no answer for as long as a lease lasts no longer leads. Waiting longer on a silently dead link,
  // once for each connection of the pool, would only delay the takeover and with it all changes.
  const { schema } = pool.names;
  const bounded = {
    names: pool.names,
    query: (statement: QueryConfig) => pool.query({ ...statement, query_timeout: leaseTtlMs } as QueryConfig),
  } as DatabasePool;
  return {
    async lead() {
      const result = await bounded.query<{ head_seq: number; log_epoch: string }>({
        name: "lead",
        text: `select head_seq, log_epoch from ${schema}.lead($1, make_interval(secs => $2))`,
        values: [watcherId, leaseTtlMs / 1000],
      });
      const row = result.rows[0];
      return row && { head: row.head_seq, epoch: row.log_epoch };
    },
    async resign() {
      await pool.query(`select ${schema}.resign($1)`, [watcherId]);
    },
    async claim(limit, expectedHead, window) {
      try {
        const result = await bounded.query<{ first_seq: number; last_seq: number; log_epoch: string }>({
          name: `claim-${window}`,
          text:
            window === "recent"
              ? `select first_seq, last_seq, log_epoch from ${schema}.claim($1, $2, $3, now() - interval '${recentWindow}')`
              : `select first_seq, last_seq, log_epoch from ${schema}.claim($1, $2, $3)`,
          values: [watcherId, limit, expectedHead],
        });
        const row = result.rows[0];
        return row && { first: row.first_seq, last: row.last_seq, epoch: row.log_epoch };
      } catch (error) {
        if ((error as { code?: string }).code === notLeading)
          throw new NotLeadingError("the lease is lost", { cause: error });
        throw error;
      }
    },
    read: (after, limit) => readLog(bounded, { after, limit }),
    async ensurePartitions(days) {
      const result = await pool.query<{ created: number }>(`select ${schema}.ensure_partitions($1) as created`, [days]);
      return result.rows[0]?.created ?? 0;
    },
    async countRowsWithoutDay() {
      const result = await pool.query<{ count: number }>(`select ${schema}.rows_without_day() as count`);
      return result.rows[0]?.count ?? 0;
    },
  };
}
