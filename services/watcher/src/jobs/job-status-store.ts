import type { DatabasePool } from "@heliograph/server-kit";
import type { JobReport } from "./job.ts";

/** Past runs of a job over all watchers. Ages are in milliseconds on the database's clock. */
export interface JobStatus {
  readonly attemptedAgoMs: number;
  /** Null when the job has never succeeded. */
  readonly succeededAgoMs: number | null;
  /** Failed attempts since the last success. */
  readonly failures: number;
  readonly report: JobReport;
}

/** The status of every job, shared by all watchers in app.job. It survives an emptied Redis. */
export interface JobStatusStore {
  read(): Promise<ReadonlyMap<string, JobStatus>>;
  recordStart(name: string): Promise<void>;
  recordSuccess(name: string, durationMs: number, report: JobReport): Promise<void>;
  recordFailure(name: string, error: unknown): Promise<void>;
}

/** Stored characters of an error: enough to recognise it. */
const errorLength = 300;

export function createJobStatusStore(pool: DatabasePool): JobStatusStore {
  const { schema } = pool.names;
  return {
    async read() {
      const { rows } = await pool.query<{
        name: string;
        attempted: number;
        succeeded: number | null;
        failures: number;
        result: JobReport | null;
      }>(
        `select name, failures, result,
                (extract(epoch from clock_timestamp() - attempted_ts) * 1000)::float8 as attempted,
                (extract(epoch from clock_timestamp() - succeeded_ts) * 1000)::float8 as succeeded
           from ${schema}.job`,
      );
      return new Map(
        rows.map((row) => [
          row.name,
          {
            attemptedAgoMs: row.attempted,
            succeededAgoMs: row.succeeded,
            failures: row.failures,
            report: row.result ?? {},
          },
        ]),
      );
    },
    async recordStart(name) {
      await pool.query(
        `insert into ${schema}.job (name) values ($1)
         on conflict (name) do update set attempted_ts = clock_timestamp()`,
        [name],
      );
    },
    async recordSuccess(name, durationMs, report) {
      await pool.query(
        `update ${schema}.job set succeeded_ts = clock_timestamp(), failures = 0, duration_ms = $2, result = $3, error = null
          where name = $1`,
        [name, durationMs, JSON.stringify(report)],
      );
    },
    async recordFailure(name, error) {
      await pool.query(`update ${schema}.job set failures = failures + 1, error = $2 where name = $1`, [
        name,
        String(error).slice(0, errorLength),
      ]);
    },
  };
}
