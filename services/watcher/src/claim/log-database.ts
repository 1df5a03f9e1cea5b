import { type LogRow, readLog } from "@heliograph/server-kit";
import type { Pool, QueryConfig } from "pg";

/** Head of the feed as the lease row knows it. */
export interface Lease {
  readonly head: number;
  readonly epoch: string;
}
/** A claimed stretch of the feed, both ends included. */
export interface Claim {
  readonly first: number;
  readonly last: number;
  readonly epoch: string;
}

/** What the watcher needs of the database. Each call is one statement in autocommit: no lock outlives a round trip. */
export interface LogDatabase {
  /** Takes or renews the lease; undefined while somebody else leads. */
  lead(): Promise<Lease | undefined>;
  resign(): Promise<void>;
  /**
   * Sequences up to `limit` pending rows. Undefined: nothing pending.
   * @throws {NotLeadingError} when the lease is lost
   */
  claim(limit: number, expectedHead: number, window: "recent" | "all"): Promise<Claim | undefined>;
  read(after: number, limit: number): Promise<LogRow[]>;
  /** Creates missing log partitions; answers how many. */
  ensurePartitions(days: number): Promise<number>;
}

/** The lease belongs to another watcher: nothing was claimed. */
export class NotLeadingError extends Error {
  override readonly name = "NotLeadingError";
}

/**
 * How far back ordinary polls look. A transaction that stays open longer before it commits is found by the unbounded
 * poll, at most a second later. The bound keeps a poll at 0.2 ms while an old snapshot (a report, a dump) prevents the
 * claimed entries at the front of the index from being cleaned up; unbounded it would take 40 ms.
 */
const recentWindow = "10 seconds";

/** SQLSTATE that app.claim raises without a valid lease. */
const notLeading = "HG001";

/** The port on PostgreSQL. `me` is random per process: a restarted watcher is another one. */
export function createLogDatabase({
  pool,
  me,
  leaseTtlMs,
}: {
  pool: Pool;
  me: string;
  leaseTtlMs: number;
}): LogDatabase {
  // Who hears nothing for as long as a lease lasts does not lead any more: waiting longer on a link that died without a
  // word, and once for each connection of the pool, would only keep everybody's changes back.
  const bounded = {
    query: (statement: QueryConfig) => pool.query({ ...statement, query_timeout: leaseTtlMs } as QueryConfig),
  } as Pool;
  return {
    async lead() {
      const result = await bounded.query<{ head_seq: number; log_epoch: string }>({
        name: "lead",
        text: "select head_seq, log_epoch from app.lead($1, make_interval(secs => $2))",
        values: [me, leaseTtlMs / 1000],
      });
      const row = result.rows[0];
      return row && { head: row.head_seq, epoch: row.log_epoch };
    },
    async resign() {
      await pool.query("select app.resign($1)", [me]);
    },
    async claim(limit, expectedHead, window) {
      try {
        const result = await bounded.query<{ first_seq: number; last_seq: number; log_epoch: string }>({
          name: `claim-${window}`,
          text:
            window === "recent"
              ? `select first_seq, last_seq, log_epoch from app.claim($1, $2, $3, now() - interval '${recentWindow}')`
              : "select first_seq, last_seq, log_epoch from app.claim($1, $2, $3)",
          values: [me, limit, expectedHead],
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
      const result = await pool.query<{ created: number }>("select app.ensure_partitions($1) as created", [days]);
      return result.rows[0]?.created ?? 0;
    },
  };
}
