import { clientFaults } from "./client-faults.ts";
import { dataFaults } from "./data-faults.ts";
import type { Fault } from "./fault.ts";
import { postgresFaults } from "./postgres-faults.ts";
import { processFaults } from "./process-faults.ts";
import { redisFaults } from "./redis-faults.ts";

const single: readonly Fault[] = [...dataFaults, ...processFaults, ...redisFaults, ...postgresFaults, ...clientFaults];

/** Restarting or freezing the same process twice at a time would only test this program. */
const groups: readonly (readonly Fault[])[] = [processFaults, redisFaults, postgresFaults, clientFaults, dataFaults];

/** Two faults of different kinds at the same time. */
const together: Fault = {
  name: "two-at-once",
  async strike(context) {
    const chosen = context.dice.sample(groups, 2).map((group) => context.dice.pick(group));
    await Promise.all(chosen.map((fault) => fault.strike({ ...context, dice: context.dice.fork() })));
  },
};

/** Every fault that a run can inject. */
export const faults: readonly Fault[] = [...single, together];
