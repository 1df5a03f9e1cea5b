import type { BusMessage } from "@heliograph/protocol";
import type { Violations } from "./violation.ts";

/**
 * Each sequence number is published once: no two hints of one epoch may contain the same number. A missing number is no
 * violation here, because any hint may be lost; the client checks find changes that were missed.
 */
export class BusCheck {
  readonly #violations: Violations;
  readonly #now: () => number;
  readonly #published = new Map<string, Map<number, string>>();

  constructor(violations: Violations, now: () => number) {
    this.#violations = violations;
    this.#now = now;
  }

  published(message: BusMessage): void {
    if (message.type !== "hint") return;
    const { epoch, prev, seq, items } = message;
    let itemsByNumber = this.#published.get(epoch);
    if (!itemsByNumber) {
      itemsByNumber = new Map();
      this.#published.set(epoch, itemsByNumber);
    }
    const text = items.map(({ c, e, v, a }) => `${c}:${e} v${v} ${a}`).join(", ");
    for (let number = prev + 1; number <= seq; number += 1) {
      if (itemsByNumber.has(number))
        this.#violations.add(
          "sequence",
          this.#now(),
          `number ${number} was published twice: ${itemsByNumber.get(number)} and ${text}`,
        );
      itemsByNumber.set(number, text);
    }
  }
}
