import type { LogAction } from "@heliograph/protocol";
import type { DatabasePool } from "../postgres/pg-pool.ts";

/** One sequenced row of app.logging, as the feed needs it. */
export type LogRow = {
  readonly sync_seq: number;
  readonly entity_code: string;
  readonly entity_id: string;
  readonly action: LogAction;
  readonly entity_version: number;
  readonly container_ids: readonly string[];
  readonly restricted: boolean;
  readonly recheck: boolean;
  /** created_ts in milliseconds since 1970 */
  readonly created_ms: number;
};

/**
 * Rows of the feed after `after`, in sequence, at most `limit`. Reads only what the partial index on sync_seq holds; the
 * statement is named, so each connection plans it once over all partitions. The remainder is the time of a row whose day has no
 * partition: it is stored 8000 years (252 455 616 000 seconds) later.
 */
export async function readLog(
  pool: Pick<DatabasePool, "query" | "names">,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<LogRow[]> {
  const result = await pool.query<LogRow>({
    name: "read-log",
    text: /*sql*/ `
      select sync_seq, entity_code, entity_id, action, entity_version, container_ids, restricted, recheck,
             (extract(epoch from created_ts) % 252455616000 * 1000)::float8 as created_ms
        from ${pool.names.schema}.logging
       where sync_seq > $1
       order by sync_seq
       limit $2`,
    values: [after, limit],
  });
  return result.rows;
}
