import { clientFaults } from "./client-faults.ts";
import { clockFaults } from "./clock-faults.ts";
import { dataFaults } from "./data-faults.ts";
import type { Fault } from "./fault.ts";
import { leaderFaults } from "./leader-faults.ts";
import { postgresFaults } from "./postgres-faults.ts";
import { processFaults } from "./process-faults.ts";
import { redisFaults } from "./redis-faults.ts";
import { retentionFaults } from "./retention-faults.ts";
import { skewFaults } from "./skew-faults.ts";

/** Restarting or freezing the same process twice at a time would only test this program. */
const groups: readonly (readonly Fault[])[] = [
  dataFaults,
  [...processFaults, ...leaderFaults, ...clockFaults],
  redisFaults,
  postgresFaults,
  clientFaults,
];

/** Two faults of different kinds at the same time. */
const together: Fault = {
  name: "two-at-once",
  // One of them may be a membership that ends.
  refuses: true,
  async strike(context) {
    const usable = groups.map((group) =>
      group.filter(({ rewinds, possible }) => !rewinds && (possible?.(context.site) ?? true)),
    );
    const chosen = context.random.sample(usable, 2).map((group) => context.random.pick(group));
    // What one of them finds out may be the doing of the other.
    const notes = { ...context.notes, violation: () => undefined, measure: () => undefined };
    await Promise.all(chosen.map((fault) => fault.strike({ ...context, notes, random: context.random.fork() })));
  },
};

/** Every fault that a run can inject. */
export const faults: readonly Fault[] = [...groups.flat(), ...retentionFaults, ...skewFaults, together];

/** Kill -9 of every component, and clients that die: for runs that count. */
export const deaths: readonly string[] = [
  "gateway-kill",
  "gateway-kill-all",
  "leader-kill",
  "leader-kill-at-failpoint",
  "watcher-kill-all",
  "redis-kill",
  "postgres-kill",
  "client-reload",
];
