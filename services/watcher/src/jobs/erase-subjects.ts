import type { DatabasePool, Logger } from "@heliograph/server-kit";
import type { JobReport } from "./job.ts";

/**
 * Erases the persons whose erasure was requested (app.request_erasure), one after the other and day by day of the audit
 * log. Each step is a short transaction; after an interruption the next run starts that person again.
 */
export async function eraseSubjects(parts: {
  pool: DatabasePool;
  logger: Logger;
  signal: AbortSignal;
}): Promise<JobReport> {
  const { pool, logger, signal } = parts;
  const { schema } = pool.names;
  const { rows: asked } = await pool.query<{ person_id: string }>(
    `select person_id from ${schema}.erasure where erased_ts is null order by requested_ts`,
  );
  let erased = 0;
  let changed = 0;
  for (const { person_id: person } of asked) {
    // The account first: its deletion is logged too, and the steps below erase that log entry.
    await pool.query(`select ${schema}.begin_erasure($1)`, [person]);
    const { rows: days } = await pool.query<{ day: string }>(`select ${schema}.audit_days() as day`);
    for (const step of ["find_subject", "erase_subject"]) {
      for (const { day } of days) {
        if (signal.aborted) return { erased, changed };
        const { rows } = await pool.query<{ count: number | null }>(`select ${schema}.${step}($1, $2) as count`, [
          person,
          day,
        ]);
        changed += Number(rows[0]?.count) || 0;
      }
    }
    await pool.query(`select ${schema}.finish_erasure($1)`, [person]);
    erased += 1;
    logger.info({ person }, "erased a person from accounts and log");
  }
  return { erased, changed };
}
