import type { UpMessage } from "@heliograph/protocol";
import type { Clock } from "@heliograph/shared/clock";
import { retryDelay } from "../platform/retry-delay.ts";
import { type ErrorMessage, PendingRequests } from "./pending-requests.ts";
import { idsOf, type Limits, toBatches } from "./subscribe-batch.ts";
import { type Target, targetKey } from "./subscription-set.ts";

export interface UnsubscribeRetryPorts {
  /** False when there is no connection. */
  readonly send: (message: UpMessage) => boolean;
  /** Whether a view wants the target again. */
  readonly isWanted: (target: Target) => boolean;
  /** The moment to call `flush` again. */
  readonly onRetry: () => void;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Sends UNSUBSCRIBE until the server confirms it. Otherwise the server would keep notifying about rows without a view. */
export class UnsubscribeRetry {
  readonly #ports: UnsubscribeRetryPorts;
  readonly #requests: PendingRequests<readonly Target[]>;
  /** What has to be sent, by target key. */
  readonly #due = new Map<string, Target>();

  constructor(ports: UnsubscribeRetryPorts) {
    this.#ports = ports;
    this.#requests = new PendingRequests({
      ...ports,
      idPrefix: "u",
      onReturned: (targets) => this.#add(targets),
      retryDelayMs: (failures) => retryDelay(failures, ports.random()),
    });
  }

  add(target: Target): void {
    this.#due.set(targetKey(target), target);
  }

  /** A connection of a new session: the server holds nothing that could end. */
  clear(): void {
    this.#due.clear();
    this.#requests.clear();
  }

  /** Whether the server received what is pending is unknown: it is sent again with the next `flush`. */
  disconnected(): void {
    this.#requests.disconnected();
  }

  answered(id: string | undefined): void {
    this.#requests.answered(id);
  }

  /** @returns false when the error answers none of these requests */
  failed(message: ErrorMessage): boolean {
    return this.#requests.failed(message) !== undefined;
  }

  /** Sends what is due, except targets that are wanted again. */
  flush(limits: Limits): void {
    if (this.#requests.backingOff) return;
    const due = [...this.#due.values()].filter((target) => !this.#ports.isWanted(target));
    this.#due.clear();
    for (const { entityCode, container, entries } of toBatches(due, (target) => target, limits)) {
      const ids = idsOf(entries);
      const payload = { entityCode, ...(container ? { within: ids } : { entityIds: ids }) };
      if (!this.#requests.send(entries, (id) => ({ type: "UNSUBSCRIBE", id, payload }))) this.#add(entries);
    }
  }

  #add(targets: readonly Target[]): void {
    for (const target of targets) this.add(target);
  }
}
