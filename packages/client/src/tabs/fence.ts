import type { Clock } from "@heliograph/shared/clock";

/**
 * What arrives this long after the last proof of leading needs a new one. A silent leader keeps the lead for longer than
 * this (`pulseMs` times `missedPings`), so within it nobody else can lead.
 */
export const proofMs = 2_000;

export type FencePorts = {
  /** Asks the browser whether this tab leads. */
  readonly confirm: () => Promise<boolean>;
  readonly pass: (text: string) => void;
  readonly clock: Clock;
};

/**
 * Between the leader's socket and everything else. A page that was frozen, or hung, finds the frames of before in its
 * queue when it wakes, and nothing tells it whether another tab leads by now: written to the common database, they would
 * undo what that one has learned since. So after each pause the first frames wait for the browser's word.
 */
export class Fence {
  readonly #ports: FencePorts;
  #provedAt: number;
  #waiting: string[] | undefined;
  #closed = false;

  constructor(ports: FencePorts) {
    this.#ports = ports;
    this.#provedAt = ports.clock.now();
  }

  receive(text: string): void {
    if (this.#closed) return;
    if (this.#waiting) this.#waiting.push(text);
    else if (this.#ports.clock.now() - this.#provedAt <= proofMs) this.#ports.pass(text);
    else void this.#prove(text);
  }

  /** Frames that wait are dropped: another tab has been told the same, or will be. */
  close(): void {
    this.#closed = true;
  }

  async #prove(text: string): Promise<void> {
    this.#waiting = [text];
    const askedAt = this.#ports.clock.now();
    // If the browser cannot tell, the tab is closing, and there is nothing to protect from.
    const leads = await this.#ports.confirm().catch(() => true);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (!leads || this.#closed) return; // the loss of the lead is on its way
    this.#provedAt = askedAt;
    for (const frame of waiting) if (!this.#closed) this.#ports.pass(frame);
  }
}
