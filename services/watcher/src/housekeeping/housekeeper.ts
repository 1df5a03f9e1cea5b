import type { Logger } from "@heliograph/server-kit";
import { type Clock, systemClock } from "@heliograph/shared/clock";
import { sleep } from "@heliograph/shared/sleep";
import type { HousekeepingDatabase } from "./housekeeping-database.ts";

/** Interval between checks for tasks that are due. */
const checkEveryMs = 1000;
/**
 * How long the database must have answered this leader without interruption before the first round. After an outage every
 * heartbeat is old: a round at once would declare all gateways dead and make them close all sockets. More than the 15 s
 * after which a gateway counts as dead, so that each has had time for a heartbeat.
 */
export const settleMs = 20_000;

interface HousekeepingTask {
  readonly name: string;
  readonly everyMs: number;
  /** @returns how much was deleted */
  readonly run: (database: HousekeepingDatabase) => Promise<number>;
}

const tasks: readonly HousekeepingTask[] = [
  // A killed gateway removes nothing itself: its row, sessions and subscriptions would stay forever.
  { name: "rows of dead gateways and sessions", everyMs: 5000, run: (database) => database.reap() },
  // A day that is in use is skipped after 200 ms and tried again in the next round.
  { name: "days of the log past their retention", everyMs: 60_000, run: (database) => database.dropLogDays() },
];

/**
 * Deletes the rows that sync cannot tolerate piling up; all other cleaning is a job. Only the leader does it, with the
 * database alone, so that tables stay bounded while Redis is unavailable. Every task is idempotent.
 */
export class Housekeeper {
  readonly #database: HousekeepingDatabase;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #startedAt = new Map<HousekeepingTask, number>();

  constructor(parts: { database: HousekeepingDatabase; logger: Logger; clock?: Clock }) {
    this.#database = parts.database;
    this.#logger = parts.logger;
    this.#clock = parts.clock ?? systemClock;
  }

  /** Runs every task that is due. A task that fails does not delay the others and runs again at its next time. */
  async round(): Promise<void> {
    const now = this.#clock.now();
    for (const task of tasks) {
      if (now - (this.#startedAt.get(task) ?? Number.NEGATIVE_INFINITY) < task.everyMs) continue;
      this.#startedAt.set(task, now);
      try {
        const count = await task.run(this.#database);
        if (count > 0) this.#logger.info({ count, what: task.name }, "housekeeping deleted rows");
      } catch (error) {
        this.#logger.error({ err: error, what: task.name, waitMs: task.everyMs }, "housekeeping task failed; retrying");
      }
    }
  }

  /** Runs rounds until the signal aborts. `steadyMs`: how long this watcher has led without a failure. */
  async run(steadyMs: () => number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (steadyMs() >= settleMs) await this.round();
      await sleep(checkEveryMs, signal, this.#clock);
    }
  }
}
