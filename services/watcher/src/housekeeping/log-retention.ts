import type { DatabasePool, Logger } from "@heliograph/server-kit";
import { type Clock, systemClock } from "@heliograph/shared/clock";
import { ClockCheck } from "./clock-check.ts";

/** The two halves of the log: the feed (logging) and the audit log (logging_detail). */
export type LogHalf = "logging" | "logging_detail";

/** A day past its retention. `detaching`: an earlier detach was interrupted. */
export interface ExpiredDay {
  readonly half: LogHalf;
  /** YYYY-MM-DD */
  readonly day: string;
  readonly state: "attached" | "detaching" | "detached";
}

/** The database operations that remove a day from the log. Each call is a transaction of its own. */
export interface RetentionDatabase {
  /** Whether the database's clock agrees with the monotonic clock of this process and with the last time it was trusted. */
  clockAgrees(): Promise<boolean>;
  /** Oldest first, but an interrupted detach comes before all others. */
  expiredDays(): Promise<ExpiredDay[]>;
  /** Raises min_seq above the day. @throws while a row of the day is pending */
  retire(day: string): Promise<void>;
  /** Detaches the day without blocking writers, or finishes an interrupted detach. */
  detach(day: ExpiredDay): Promise<void>;
  drop(day: ExpiredDay): Promise<void>;
}

/** The day is in use (55P03) or has pending rows (55000): the next round tries it again. */
const retryCodes = new Set(["55P03", "55000"]);

/**
 * Drops the expired days of one half, oldest first. Stops at a day that is in use; the next call tries it again. Writers
 * never wait for this, however long a transaction stays open.
 * @returns how many days were dropped
 */
export async function dropExpiredDays(parts: {
  database: RetentionDatabase;
  half: LogHalf;
  logger: Logger;
  signal?: AbortSignal;
}): Promise<number> {
  const { database, half, logger, signal } = parts;
  let dropped = 0;
  if (!(await database.clockAgrees())) {
    logger.info({ half }, "the database's clock was not steady for an hour; no day of the log is dropped");
    return 0;
  }
  for (const day of await database.expiredDays()) {
    if (signal?.aborted) break;
    if (day.half !== half) continue;
    try {
      // First: cursors into the day must be refused before its rows disappear, or a resume would skip the missing rows.
      if (day.state === "attached" && half === "logging") await database.retire(day.day);
      if (day.state !== "detached") await database.detach(day);
      await database.drop(day);
    } catch (error) {
      const { code, message } = error as { code?: string; message?: string };
      if (code === undefined || !retryCodes.has(code)) throw error;
      logger.info(
        { half, day: day.day, state: day.state, cause: message },
        "cannot drop a day of the log yet; retrying in the next round",
      );
      break;
    }
    dropped += 1;
    logger.info({ half, day: day.day }, "dropped a day of the log");
  }
  return dropped;
}

/** Longest wait for a lock; a concurrent detach waits this long for each open transaction. */
const lockTimeout = "200ms";

/** The port on PostgreSQL. `keep`: retention of each half in days, at least 2. */
export function createRetentionDatabase({
  pool,
  keep,
  clock = systemClock,
}: {
  pool: DatabasePool;
  keep: Readonly<Record<LogHalf, number>>;
  clock?: Clock;
}): RetentionDatabase {
  const { schema, roles } = pool.names;
  const check = new ClockCheck();
  return {
    async clockAgrees() {
      const { rows } = await pool.query<{ wall_ms: number; trusted_ms: number | null }>(
        `select (extract(epoch from clock_timestamp()) * 1000)::float8 as wall_ms,
                (extract(epoch from clock_ts) * 1000)::float8 as trusted_ms
           from ${schema}.sync_state`,
      );
      const [row] = rows;
      if (!row) throw new Error(`${schema}.sync_state has no row`);
      const agrees = check.look({ nowMs: clock.now(), wallMs: row.wall_ms, trustedMs: row.trusted_ms });
      if (agrees) await pool.query(`select ${schema}.note_clock()`);
      return agrees;
    },
    async expiredDays() {
      const { rows } = await pool.query<ExpiredDay>(
        `select part_of as half, day, state from ${schema}.expired_log_days($1, $2)`,
        [keep.logging, keep.logging_detail],
      );
      return rows;
    },
    async retire(day) {
      await pool.query(`select ${schema}.retire_log_day($1)`, [day]);
    },
    async detach({ half, day, state }) {
      const client = await pool.connect();
      let restored = false;
      try {
        // Only the owner of the log may detach a partition.
        await client.query(`set role ${roles.log}`);
        await client.query(`set lock_timeout = '${lockTimeout}'`);
        // Sent alone: DETACH CONCURRENTLY commits in the middle, so it cannot run in a function or a transaction block.
        const how = state === "detaching" ? "finalize" : "concurrently";
        await client.query(
          `alter table ${schema}.${half} detach partition ${schema}.${half}_${day.replaceAll("-", "")} ${how}`,
        );
        await client.query("reset lock_timeout");
        await client.query("reset role");
        restored = true;
      } finally {
        // A session that may still have the owner's role or this lock_timeout is closed instead of reused.
        client.release(!restored);
      }
    },
    async drop({ half, day }) {
      await pool.query(`select ${schema}.drop_log_day($1, $2)`, [half, day]);
    },
  };
}
