import { type DatabasePool, type LogRow, readLog } from "@heliograph/server-kit";
import type { QueryConfig } from "pg";
import type { FeedHead } from "./feed.ts";

/** Reads the log for the feed. Always from the writer, because a replica may lag behind the head. */
export interface LogReader {
  readHead(): Promise<FeedHead>;
  /** Rows after `after` in sequence, at most `limit`. */
  readLog(after: number, limit: number): Promise<readonly LogRow[]>;
  /** Sequence number behind which the rows of the last `maxAgeMs` lie, at most `maxRows` of them, up to `head`. */
  recentAfter(head: number, bounds: { maxRows: number; maxAgeMs: number }): Promise<number>;
}

interface HeadRow {
  log_epoch: string;
  head_seq: number;
  min_seq: number;
  leaderless_ms: number | null;
  oldest_ms: number | null;
}

// now() and not clock_timestamp() where the index is used: an index scan cannot use a volatile bound.
const headQuery = (schema: string): string => /*sql*/ `
  select s.log_epoch, s.head_seq, s.min_seq,
         case when s.lease_until < clock_timestamp()
              then (extract(epoch from greatest(s.lease_until, now() - interval '1 day')) * 1000)::float8 end as leaderless_ms,
         (select (extract(epoch from min(l.created_ts)) * 1000)::float8
            from ${schema}.logging l
           where l.sync_status = 'pending' and l.action <> 0 and l.created_ts < now() - interval '5 s') as oldest_ms
    from ${schema}.sync_state s`;

/** Longest wait for an answer, milliseconds. A page takes 20 ms, and nothing is delivered while a dead link is waited for. */
const answerWithinMs = 3000;

export function createLogReader(pool: DatabasePool): LogReader {
  const { schema } = pool.names;
  const headStatement = headQuery(schema);
  const bounded = {
    names: pool.names,
    query: (statement: QueryConfig) => pool.query({ ...statement, query_timeout: answerWithinMs } as QueryConfig),
  } as DatabasePool;
  return {
    async readHead() {
      const { rows } = await bounded.query<HeadRow>({ name: "read-head", text: headStatement });
      const [row] = rows;
      if (!row) throw new Error(`${schema}.sync_state has no row`);
      const behind = [row.leaderless_ms, row.oldest_ms].filter((since) => since !== null);
      return {
        epoch: row.log_epoch,
        seq: row.head_seq,
        minSeq: row.min_seq,
        behindSince: behind.length > 0 ? Math.min(...behind) : null,
      };
    },
    readLog: (after, limit) => readLog(bounded, { after, limit }),
    async recentAfter(head, { maxRows, maxAgeMs }) {
      const { rows } = await pool.query<{ first: number | null }>({
        text: /*sql*/ `
          select min(sync_seq) as first
            from ${schema}.logging
           where sync_seq > $1 and sync_seq <= $2 and sync_processed_ts > now() - $3::float8 * interval '1 ms'`,
        values: [head - maxRows, head, maxAgeMs],
      });
      return (rows[0]?.first ?? head + 1) - 1;
    },
  };
}
