import type { Logger } from "@heliograph/server-kit";
import type { Pool } from "pg";

/** The two halves of the log. */
export type LogHalf = "logging" | "logging_detail";

/** A day whose retention is over. `detaching`: an earlier try gave up in the middle. */
export interface ExpiredDay {
  readonly half: LogHalf;
  /** YYYY-MM-DD */
  readonly day: string;
  readonly state: "attached" | "detaching" | "detached";
}

/** What taking a day out of the log needs of the database. Each call is a transaction of its own. */
export interface RetentionDatabase {
  /** Oldest first, a half detached one before all. */
  expiredDays(): Promise<ExpiredDay[]>;
  /** Raises min_seq above the day. @throws while a row of it is still to be claimed */
  retire(day: string): Promise<void>;
  /** Takes the day out of its half without making a writer wait; finishes what an earlier try began. */
  detach(day: ExpiredDay): Promise<void>;
  drop(day: ExpiredDay): Promise<void>;
}

/** Somebody uses the day (55P03) or has rows of it that are not claimed (55000): its time comes later. */
const later = new Set(["55P03", "55000"]);

/**
 * Drops the days of one half whose retention is over, until one is in use: that one keeps its place and is tried again the
 * next time. No writer ever waits for this, however long a transaction is open.
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
  for (const day of await database.expiredDays()) {
    if (signal?.aborted) break;
    if (day.half !== half) continue;
    try {
      // First of all: a cursor must be refused before the first of its rows is gone, or it would be answered with a hole.
      if (day.state === "attached" && half === "logging") await database.retire(day.day);
      if (day.state !== "detached") await database.detach(day);
      await database.drop(day);
    } catch (error) {
      const { code, message } = error as { code?: string; message?: string };
      if (code === undefined || !later.has(code)) throw error;
      logger.info({ half, day: day.day, state: day.state, cause: message }, "this day of the log is dropped later");
      break;
    }
    dropped += 1;
    logger.info({ half, day: day.day }, "day of the log dropped");
  }
  return dropped;
}

/** Owner of the two halves. Only an owner may detach. */
const owner = "heliograph_log";
/** A lock that is not free within this time is not waited for; the detach waits so long for each open transaction. */
const lockTimeout = "200ms";

/** The port on PostgreSQL. `keep`: days of each half that stay, two at least. */
export function createRetentionDatabase({
  pool,
  keep,
}: {
  pool: Pool;
  keep: Readonly<Record<LogHalf, number>>;
}): RetentionDatabase {
  return {
    async expiredDays() {
      const { rows } = await pool.query<ExpiredDay>(
        "select part_of as half, day, state from app.expired_log_days($1, $2)",
        [keep.logging, keep.logging_detail],
      );
      return rows;
    },
    async retire(day) {
      await pool.query("select app.retire_log_day($1)", [day]);
    },
    async detach({ half, day, state }) {
      const client = await pool.connect();
      let whole = false;
      try {
        await client.query(`set role ${owner}`);
        await client.query(`set lock_timeout = '${lockTimeout}'`);
        // On its own: CONCURRENTLY ends a transaction in the middle, so it runs in no function and no block.
        const how = state === "detaching" ? "finalize" : "concurrently";
        await client.query(`alter table app.${half} detach partition app.${half}_${day.replaceAll("-", "")} ${how}`);
        await client.query("reset lock_timeout");
        await client.query("reset role");
        whole = true;
      } finally {
        // A session that may still be the owner, or has our lock_timeout, must serve nobody else.
        client.release(!whole);
      }
    },
    async drop({ half, day }) {
      await pool.query("select app.drop_log_day($1, $2)", [half, day]);
    },
  };
}
