import { setImmediate } from "node:timers/promises";

/** Turns of the event loop that the longest chain of immediates in the code under test takes. */
const turns = 12;

/** Lets everything run that waits for nothing but its turn: promises, microtasks and immediates. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await setImmediate();
}
