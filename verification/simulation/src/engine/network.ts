import type { SeededRandom } from "@heliograph/shared/seeded-random";

/**
 * - up: messages arrive
 * - cut: connections are reset and new ones refused
 * - dark: packets are dropped without notice, as on an unplugged cable
 */
export type LinkState = "up" | "cut" | "dark";

/** State and latency of the links between processes. */
export class Network {
  readonly #random: SeededRandom;
  readonly #links = new Map<string, LinkState>();
  /** How often each link was cut, so that a connection can detect that it was broken in the meantime. */
  readonly #breaks = new Map<string, number>();
  /** Share of messages that take much longer than usual. */
  slowShare = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  state(a: string, b: string): LinkState {
    return this.#links.get(pair(a, b)) ?? "up";
  }

  set(a: string, b: string, state: LinkState): void {
    this.#links.set(pair(a, b), state);
    if (state === "cut") this.#breaks.set(pair(a, b), this.breaks(a, b) + 1);
  }

  breaks(a: string, b: string): number {
    return this.#breaks.get(pair(a, b)) ?? 0;
  }

  /** Restores all links. */
  heal(): void {
    this.#links.clear();
    this.slowShare = 0;
  }

  /** Draws the latency of one message, milliseconds. */
  latency(): number {
    if (this.slowShare > 0 && this.#random.chance(this.slowShare)) return 20 + this.#random.next() * 400;
    return 0.2 + this.#random.next() * 3;
  }
}

const pair = (a: string, b: string): string => (a < b ? `${a}|${b}` : `${b}|${a}`);
