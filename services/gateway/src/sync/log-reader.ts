import { type LogRow, readLog } from "@heliograph/server-kit";
import type { Pool } from "pg";
import type { Head } from "./feed.ts";

/** The log in the database, as the feed reads it. Always the writer: a replica may be behind what was announced. */
export type LogReader = {
  readHead(): Promise<Head>;
  readLog(after: number, limit: number): Promise<readonly LogRow[]>;
};

export function createLogReader(pool: Pool): LogReader {
  return {
    async readHead() {
      const { rows } = await pool.query<{ log_epoch: string; head_seq: number }>({
        name: "read-head",
        text: "select log_epoch, head_seq from app.sync_state",
      });
      const [row] = rows;
      if (!row) throw new Error("app.sync_state has no row");
      return { epoch: row.log_epoch, seq: row.head_seq };
    },
    readLog: (after, limit) => readLog(pool, { after, limit }),
  };
}
