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

/** Faults of one group never run together: two restarts of the same process at once would test only this program. */
const groups: readonly (readonly Fault[])[] = [
  dataFaults,
  [...processFaults, ...leaderFaults, ...clockFaults],
  redisFaults,
  postgresFaults,
  clientFaults,
];

/** Two faults of different groups at the same time. */
const twoAtOnce: Fault = {
  name: "two-at-once",
  // One of them may be "membership", which revokes rights.
  mayRefuseWrites: true,
  async inject(context) {
    const usable = groups.map((group) =>
      group.filter(({ losesWrites, isSupported }) => !losesWrites && (isSupported?.(context.cluster) ?? true)),
    );
    const chosen = context.random.sample(usable, 2).map((group) => context.random.pick(group));
    // Measurements and violations are dropped: one fault may have caused what the other observes.
    const observer = { ...context.observer, violation: () => undefined, measure: () => undefined };
    await Promise.all(chosen.map((fault) => fault.inject({ ...context, observer, random: context.random.fork() })));
  },
};

/** Every fault that a run can inject. */
export const faults: readonly Fault[] = [...groups.flat(), ...retentionFaults, ...skewFaults, twoAtOnce];

/** kill -9 of every component and terminated clients: the faults of `--oracle`. */
export const kills: readonly string[] = [
  "gateway-kill",
  "gateway-kill-all",
  "leader-kill",
  "leader-kill-at-failpoint",
  "watcher-kill-all",
  "redis-kill",
  "postgres-kill",
  "client-reload",
];
