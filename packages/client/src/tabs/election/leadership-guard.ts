import type { Clock } from "@heliograph/shared/clock";

/**
 * How long a proof of leadership counts, milliseconds. A hung leader keeps the lock for longer
 * (`heartbeatIntervalMs` times `maxMissedHeartbeats`), so no other tab can lead within this time.
 */
export const proofMs = 2_000;

export interface LeadershipGuardPorts {
  /** Asks the browser whether this tab leads. */
  readonly confirm: () => Promise<boolean>;
  readonly pass: (text: string) => void;
  readonly clock: Clock;
}

/**
 * Passes texts on only while this tab is proven to lead. A page that was frozen or hung finds old messages in its queue
 * when it continues, and does not know whether another tab leads by now. Written to the common database, those messages
 * would undo what the new leader has learned since. So after a pause the first message waits for the browser's answer.
 */
export class LeadershipGuard {
  readonly #ports: LeadershipGuardPorts;
  #provedAt: number;
  #waiting: string[] | undefined;
  #closed = false;

  constructor(ports: LeadershipGuardPorts) {
    this.#ports = ports;
    this.#provedAt = ports.clock.now();
  }

  receive(text: string): void {
    if (this.#closed) return;
    if (this.#waiting) this.#waiting.push(text);
    else if (this.#ports.clock.now() - this.#provedAt <= proofMs) this.#ports.pass(text);
    else void this.#prove(text);
  }

  /** Drops what waits: the next leader receives the same from the server. */
  close(): void {
    this.#closed = true;
  }

  async #prove(text: string): Promise<void> {
    this.#waiting = [text];
    const askedAt = this.#ports.clock.now();
    // A browser that cannot answer is closing the tab, and there is nothing to protect.
    const leads = await this.#ports.confirm().catch(() => true);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (!leads || this.#closed) return; // `onLost` of the election follows
    this.#provedAt = askedAt;
    for (const one of waiting) if (!this.#closed) this.#ports.pass(one);
  }
}
