import { once } from "node:events";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import type { SeededRandom } from "@heliograph/shared/seeded-random";
import { Pump } from "./pump.ts";
import { noTrouble, type Trouble } from "./trouble.ts";

/** One connection through the proxy. */
class Link {
  readonly near: Socket;
  readonly far: Socket;
  readonly #pumps: readonly Pump[];
  /** Silent for good, whatever becomes of the link. */
  #dead = false;
  #bytesLeft = Number.POSITIVE_INFINITY;

  constructor(parts: {
    near: Socket;
    far: Socket;
    trouble: () => Trouble;
    random: SeededRandom;
    onClosed: () => void;
  }) {
    const { near, far, random, onClosed } = parts;
    this.near = near;
    this.far = far;
    const trouble = (): Trouble => (this.#dead ? { kind: "blackhole" } : parts.trouble());
    const onBytes = (count: number) => {
      this.#bytesLeft -= count;
      if (this.#bytesLeft < 0) this.reset();
    };
    this.#pumps = [
      new Pump({ from: near, to: far, direction: "up", trouble, random, onBytes }),
      new Pump({ from: far, to: near, direction: "down", trouble, random, onBytes }),
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
          // The end of one side is news that does not pass a silent link either.
        } else if (failed && !this.#dead) other.resetAndDestroy();
      });
    }
    this.troubled(parts.trouble(), random);
  }

  get dead(): boolean {
    return this.#dead;
  }

  troubled(trouble: Trouble, random: SeededRandom): void {
    if (trouble.kind === "refuse") {
      this.reset();
      return;
    }
    if (trouble.kind === "blackhole") this.#dead = true;
    this.#bytesLeft = trouble.kind === "drop-after" ? random.int(0, trouble.bytes) : Number.POSITIVE_INFINITY;
    for (const pump of this.#pumps) pump.kick();
  }

  reset(): void {
    this.near.resetAndDestroy();
    this.far.resetAndDestroy();
  }
}

/**
 * A TCP proxy on 127.0.0.1 that can be told to misbehave, with the choices of its random. Works on bytes, so everything
 * passes through it: PostgreSQL, Redis, HTTP, sockets.
 */
export class FaultProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #target: () => number | null;
  readonly #random: SeededRandom;
  readonly #links = new Set<Link>();
  #trouble: Trouble = noTrouble;

  private constructor(server: Server, target: () => number | null, random: SeededRandom) {
    this.#server = server;
    this.#target = target;
    this.#random = random;
    server.on("connection", (near: Socket) => this.#accept(near));
  }

  /** `target` is asked for each connection: a port on 127.0.0.1, or null when there is nobody to connect to. */
  static async listen(target: () => number | null, random: SeededRandom): Promise<FaultProxy> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.listen({ host: "127.0.0.1", port: 0 });
    await once(server, "listening");
    return new FaultProxy(server, target, random);
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("The proxy does not listen.");
    return address.port;
  }

  get trouble(): Trouble {
    return this.#trouble;
  }

  /** From now on; connections that exist are troubled too. */
  misbehave(trouble: Trouble): void {
    this.#trouble = trouble;
    for (const link of this.#links) link.troubled(trouble, this.#random);
  }

  heal(): void {
    this.misbehave(noTrouble);
  }

  /** Resets the connections that a blackhole has silenced: what they hold at the server behind would pile up otherwise. */
  bury(): void {
    for (const link of this.#links) if (link.dead) link.reset();
  }

  /** Resets what is connected now, once. */
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
    if (port === null || this.#trouble.kind === "refuse") {
      near.resetAndDestroy();
      return;
    }
    const far = createConnection({ host: "127.0.0.1", port, allowHalfOpen: true, noDelay: true });
    const link = new Link({
      near,
      far,
      trouble: () => this.#trouble,
      random: this.#random,
      onClosed: () => this.#links.delete(link),
    });
    this.#links.add(link);
  }
}
