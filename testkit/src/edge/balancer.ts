import { once } from "node:events";
import { connect } from "node:net";

/** A server that requests can be sent to. */
export interface Target {
  /** For example "http://127.0.0.1:4000". */
  readonly url: string;
}

/** Longest wait for a connection. On this machine a dead process refuses at once; a frozen one accepts and never answers. */
const CONNECT_MS = 1_000;

/** Whether the target accepts connections. */
export async function accepts(target: Target): Promise<boolean> {
  const { hostname, port } = new URL(target.url);
  // URLs put brackets around IPv6 addresses; `connect` takes them without.
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) });
  const timer = setTimeout(() => socket.destroy(new Error("timeout")), CONNECT_MS);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/**
 * Chooses a target for each request: round robin for REST, the fewest open sockets for a socket. Targets that refuse connections
 * are skipped before anything is sent, so that a request with a body need not be repeated.
 */
export class Balancer {
  readonly #targets: () => readonly Target[];
  readonly #isUp: (target: Target) => Promise<boolean>;
  readonly #sockets = new Map<string, number>();
  #turn = 0;

  constructor(targets: () => readonly Target[], isUp: (target: Target) => Promise<boolean> = accepts) {
    this.#targets = targets;
    this.#isUp = isUp;
  }

  /** The next target that is up, round robin; null when none is. */
  async forRequest(): Promise<Target | null> {
    const targets = this.#targets();
    const first = this.#turn++;
    return this.#firstUp(targets.map((_, i) => targets[(first + i) % targets.length] as Target));
  }

  /** The target that is up with the fewest open sockets, or null. It counts one more socket until `release` is called. */
  async forSocket(): Promise<{ target: Target; release: () => void } | null> {
    const open = (target: Target) => this.#sockets.get(target.url) ?? 0;
    const target = await this.#firstUp([...this.#targets()].sort((a, b) => open(a) - open(b)));
    if (target === null) return null;
    this.#sockets.set(target.url, open(target) + 1);
    let released = false;
    const release = () => {
      if (!released) this.#sockets.set(target.url, open(target) - 1);
      released = true;
    };
    return { target, release };
  }

  async #firstUp(candidates: readonly Target[]): Promise<Target | null> {
    for (const candidate of candidates) if (await this.#isUp(candidate)) return candidate;
    return null;
  }
}
