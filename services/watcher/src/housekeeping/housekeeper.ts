import type { Logger } from "@heliograph/server-kit";
import { sleep } from "@heliograph/shared/sleep";
import type { HousekeepingDatabase } from "./housekeeping-database.ts";

/** How often it is looked whether something is due. */
const lookMs = 1000;
/**
 * The database must have answered this leader for so long before it judges who is dead. After an outage every heartbeat is
 * old: whoever looked first would give all gateways up, and they would send all sockets away. More than the 15 s after
 * which a gateway counts as dead, so each had time for a heartbeat.
 */
export const settleMs = 20_000;

interface Chore {
  readonly name: string;
  readonly everyMs: number;
  /** @returns how much there was to do */
  readonly run: (database: HousekeepingDatabase) => Promise<number>;
}

const chores: readonly Chore[] = [
  // A gateway that was killed removes nothing itself: its row, sessions and subscriptions would stay for ever.
  { name: "rows of dead gateways and sessions", everyMs: 5000, run: (database) => database.reap() },
  // One that is in use is left alone after 200 ms and tried again.
  { name: "days of the log past their retention", everyMs: 60_000, run: (database) => database.dropLogDays() },
];

/**
 * Deletes what nobody else deletes and what the sync cannot do without; everything else is a job. Done by the leader alone,
 * in the database alone: whatever becomes of Redis, tables do not grow for ever. Doing it twice does no harm.
 */
export class Housekeeper {
  readonly #database: HousekeepingDatabase;
  readonly #logger: Logger;
  readonly #doneAt = new Map<Chore, number>();

  constructor({ database, logger }: { database: HousekeepingDatabase; logger: Logger }) {
    this.#database = database;
    this.#logger = logger;
  }

  /** Does what is due. A chore that fails keeps none of the others back, and is tried again at its next time. */
  async round(now: number): Promise<void> {
    for (const chore of chores) {
      if (now - (this.#doneAt.get(chore) ?? Number.NEGATIVE_INFINITY) < chore.everyMs) continue;
      this.#doneAt.set(chore, now);
      try {
        const count = await chore.run(this.#database);
        if (count > 0) this.#logger.info({ count, what: chore.name }, "deleted");
      } catch (error) {
        this.#logger.error({ err: error, what: chore.name }, "could not delete; trying again");
      }
    }
  }

  /** Keeps house until the signal aborts. `steadyMs`: for how long this watcher has led without a failure. */
  async run(steadyMs: () => number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (steadyMs() >= settleMs) await this.round(performance.now());
      await sleep(lookMs, signal);
    }
  }
}
