import { once } from "node:events";
import { connect } from "node:net";

/** Somewhere a request can go. */
export interface Target {
  /** For example "http://127.0.0.1:4000". */
  readonly url: string;
}

/** A frozen process accepts connections and never answers, but a dead one refuses them at once on this machine. */
const CONNECT_MS = 1_000;

/** Does somebody accept connections there? */
export async function accepts(target: Target): Promise<boolean> {
  const { hostname, port } = new URL(target.url);
  // Brackets around an IPv6 address belong to the URL.
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
 * Chooses a target for each request: REST in turn, a socket where the fewest are open. A target that refuses connections
 * is passed over, before anything was sent to it, so that a request with a body need not be repeated.
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

  /** The next target in turn that is up, or null. */
  async forRequest(): Promise<Target | null> {
    const targets = this.#targets();
    const first = this.#turn++;
    return this.#firstUp(targets.map((_, i) => targets[(first + i) % targets.length] as Target));
  }

  /** The target with the fewest open sockets that is up, counted as one more until `release` is called, or null. */
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
