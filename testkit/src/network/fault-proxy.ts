import { once } from "node:events";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import type { SeededRandom } from "@heliograph/shared/seeded-random";
import { type NetworkFault, noFault } from "./network-fault.ts";
import { Pump } from "./pump.ts";

/** One connection through the proxy. */
class Link {
  readonly near: Socket;
  readonly far: Socket;
  readonly #pumps: readonly Pump[];
  /** A blackhole was injected: stays silent even after the proxy heals. */
  #silenced = false;
  #bytesLeft = Number.POSITIVE_INFINITY;

  constructor(parts: {
    near: Socket;
    far: Socket;
    fault: () => NetworkFault;
    random: SeededRandom;
    onClosed: () => void;
  }) {
    const { near, far, random, onClosed } = parts;
    this.near = near;
    this.far = far;
    const fault = (): NetworkFault => (this.#silenced ? { kind: "blackhole" } : parts.fault());
    const onBytes = (count: number) => {
      this.#bytesLeft -= count;
      if (this.#bytesLeft < 0) this.reset();
    };
    this.#pumps = [
      new Pump({ from: near, to: far, direction: "up", fault, random, onBytes }),
      new Pump({ from: far, to: near, direction: "down", fault, random, onBytes }),
    ];
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("error", () => undefined);
      one.on("close", (failed) => {
        if (near.destroyed && far.destroyed) {
          for (const pump of this.#pumps) pump.end();
          onClosed();
          // A silenced connection does not pass on the close of one side either.
        } else if (failed && !this.#silenced) other.resetAndDestroy();
      });
    }
    this.applyFault(parts.fault(), random);
  }

  get silenced(): boolean {
    return this.#silenced;
  }

  applyFault(fault: NetworkFault, random: SeededRandom): void {
    if (fault.kind === "refuse") {
      this.reset();
      return;
    }
    if (fault.kind === "blackhole") this.#silenced = true;
    this.#bytesLeft = fault.kind === "drop-after" ? random.int(0, fault.bytes) : Number.POSITIVE_INFINITY;
    for (const pump of this.#pumps) pump.kick();
  }

  reset(): void {
    this.near.resetAndDestroy();
    this.far.resetAndDestroy();
  }
}

/**
 * A TCP proxy on 127.0.0.1 into which network faults can be injected; `random` decides what a fault leaves open. It works on
 * bytes, so it serves PostgreSQL, Redis, HTTP and WebSocket.
 */
export class FaultProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #target: () => number | null;
  readonly #random: SeededRandom;
  readonly #links = new Set<Link>();
  #fault: NetworkFault = noFault;

  private constructor(server: Server, target: () => number | null, random: SeededRandom) {
    this.#server = server;
    this.#target = target;
    this.#random = random;
    server.on("connection", (near: Socket) => this.#accept(near));
  }

  /** `target` is called for each connection: a port on 127.0.0.1, or null to refuse it. */
  static async listen(target: () => number | null, random: SeededRandom): Promise<FaultProxy> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.listen({ host: "127.0.0.1", port: 0 });
    await once(server, "listening");
    return new FaultProxy(server, target, random);
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("The proxy is not listening.");
    return address.port;
  }

  /** Injects a fault into existing and future connections, in place of the previous one. */
  inject(fault: NetworkFault): void {
    this.#fault = fault;
    for (const link of this.#links) link.applyFault(fault, this.#random);
  }

  /** Ends the fault. */
  heal(): void {
    this.inject(noFault);
  }

  /** Resets the connections that a blackhole silenced; they would otherwise pile up at the server behind the proxy. */
  resetSilenced(): void {
    for (const link of this.#links) if (link.silenced) link.reset();
  }

  /** Resets all current connections once. */
  cut(): void {
    for (const link of this.#links) link.reset();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, "close");
  }

  #accept(near: Socket): void {
    near.on("error", () => undefined);
    const port = this.#target();
    if (port === null || this.#fault.kind === "refuse") {
      near.resetAndDestroy();
      return;
    }
    const far = createConnection({ host: "127.0.0.1", port, allowHalfOpen: true, noDelay: true });
    const link = new Link({
      near,
      far,
      fault: () => this.#fault,
      random: this.#random,
      onClosed: () => this.#links.delete(link),
    });
    this.#links.add(link);
  }
}
