import type { DatabasePool, Logger } from "@heliograph/server-kit";
import { dropExpiredDays, type RetentionDatabase } from "../housekeeping/log-retention.ts";
import { eraseSubjects } from "./erase-subjects.ts";
import type { Job } from "./job.ts";

const second = 1000;
const minute = 60 * second;

/** Most rows that one statement deletes; more would keep its transaction open too long. */
const mutationBatch = 5000;

/** Every recurring job, whether the queue or a timer triggers it. */
export function createJobCatalog(parts: {
  pool: DatabasePool;
  retention: RetentionDatabase;
  logger: Logger;
}): readonly Job[] {
  const { pool, retention, logger } = parts;
  const { schema } = pool.names;
  const count = async (call: string): Promise<number> =>
    (await pool.query<{ count: number }>(`select ${call} as count`)).rows[0]?.count ?? 0;
  return [
    {
      // Policies do not depend on the clock: an expired grant stays effective until it is deleted.
      name: "expire-grants",
      everyMs: 10 * second,
      run: async () => ({ deleted: await count(`${schema}.expire_grants()`) }),
    },
    {
      name: "erase-subjects",
      everyMs: minute,
      run: (signal) => eraseSubjects({ pool, logger, signal }),
    },
    {
      name: "drop-audit-days",
      everyMs: 10 * minute,
      run: async (signal) => ({
        deleted: await dropExpiredDays({ database: retention, half: "logging_detail", logger, signal }),
      }),
    },
    {
      name: "check-orphans",
      everyMs: 10 * minute,
      async run() {
        const { rows: problems } = await pool.query(`select * from ${schema}.check_sync()`);
        for (const problem of problems)
          logger.error(
            { problem },
            `a tracked table has lost its triggers or policies; run ${schema}.check_sync() for the remedy`,
          );
        return {
          subscriptions: await count(`${schema}.delete_orphan_subscriptions()`),
          grants: await count(`${schema}.delete_orphan_grants()`),
          problems: problems.length,
        };
      },
    },
    {
      name: "expire-mutations",
      everyMs: 60 * minute,
      async run(signal) {
        let deleted = 0;
        for (let batch = mutationBatch; batch === mutationBatch && !signal.aborted; deleted += batch)
          batch = await count(`${schema}.expire_mutations(max_rows => ${mutationBatch})`);
        return { deleted };
      },
    },
    {
      name: "statistics",
      everyMs: 10 * minute,
      async run() {
        await pool.query(`select ${schema}.refresh_statistics()`);
        const { rows } = await pool.query<{ name: string; bytes: number }>(
          `select name, bytes from ${schema}.table_sizes()`,
        );
        return Object.fromEntries(rows.map(({ name, bytes }) => [name, bytes]));
      },
    },
  ];
}
