import type { BusMessage } from "@heliograph/protocol";
import type { Violations } from "./violation.ts";

/**
 * Numbers are given out once: no two hints of one history may claim the same. One that is left out here is no fault, for any
 * hint may be lost; whether somebody missed it is judged at the clients.
 */
export class BusCheck {
  readonly #violations: Violations;
  readonly #now: () => number;
  readonly #told = new Map<string, Map<number, string>>();

  constructor(violations: Violations, now: () => number) {
    this.#violations = violations;
    this.#now = now;
  }

  published(message: BusMessage): void {
    if (message.type !== "hint") return;
    const { epoch, prev, seq, items } = message;
    let ends = this.#told.get(epoch);
    if (!ends) {
      ends = new Map();
      this.#told.set(epoch, ends);
    }
    const text = items.map(({ c, e, v, a }) => `${c}:${e} v${v} ${a}`).join(", ");
    for (let number = prev + 1; number <= seq; number += 1) {
      if (ends.has(number))
        this.#violations.add(
          "sequence",
          this.#now(),
          `number ${number} was told twice: ${ends.get(number)} and ${text}`,
        );
      ends.set(number, text);
    }
  }
}
