import type { GatewayConfig } from "@heliograph/gateway/config";
import type { EntityRegistry } from "@heliograph/gateway/db/entity-registry";
import { PubsubService } from "@heliograph/gateway/sync/pubsub-service";
import { silentObserver } from "@heliograph/gateway/sync/sync-observer";
import { decodeBusMessage, type Tokens } from "@heliograph/server-kit";
import { entityTypes } from "../database/entity-types.ts";
import { createSimPool } from "../database/pool.ts";
import { Host } from "../engine/host.ts";
import type { SimSocket } from "../ports/socket.ts";
import { verifyToken } from "../ports/token.ts";
import type { Infrastructure } from "./infrastructure.ts";

/** Only the settings that the sync service reads. Pings are frequent, so that a dead link is detected within a schedule. */
const config = {
  REDIS_URL: "redis://simulated",
  REDIS_PREFIX: "sim",
  CURSOR_SECRET: "a secret of thirty-two characters",
  ALLOWED_ORIGINS: [],
  TOKEN_IN_QUERY: false,
  SYNC_ENABLED: true,
  DATABASE_POOL_SIZE: 8,
  POLL_INTERVAL_MS: 250,
  PING_INTERVAL_MS: 3000,
  MAX_SUBSCRIPTIONS: 1000,
  MAX_SOCKETS_PER_USER: 64,
  MAX_MESSAGE_BYTES: 65_536,
  MESSAGES_PER_SECOND: 50,
  SLOW_CONSUMER_MS: 3000,
  SESSION_GRACE_MS: 15_000,
  DRAIN_MS: 500,
} as unknown as GatewayConfig;

export const sessionGraceMs = config.SESSION_GRACE_MS;
export const pingIntervalMs = config.PING_INTERVAL_MS;

/** Pause between two attempts to start while the database does not answer. */
const startRetryMs = 500;

/** A gateway process: the real sync service on simulated ports. */
export class GatewayNode {
  readonly name: string;
  readonly #infrastructure: Infrastructure;
  readonly #sockets = new Set<SimSocket>();
  #host: Host;
  #service: PubsubService | undefined;
  #serving = false;
  /** Sequence number that its feed has reached. */
  feedSeq = 0;

  constructor(name: string, infrastructure: Infrastructure) {
    this.name = name;
    this.#infrastructure = infrastructure;
    this.#host = new Host(name);
  }

  get host(): Host {
    return this.#host;
  }

  /** Whether it accepts new sockets and requests. */
  get serving(): boolean {
    return this.#serving && this.#host.alive && this.#service?.notReady === undefined;
  }

  start(): void {
    const { scheduler, bus, database, databaseHost, network, random, onGap, logger } = this.#infrastructure;
    const host = new Host(this.name);
    this.#host = host;
    scheduler.within(host, () => {
      const pool = (timeoutMs: number) =>
        createSimPool({ host, database, databaseHost, network, scheduler, onGap, timeoutMs });
      const service = new PubsubService({
        config,
        pool: pool(3000),
        syncPool: pool(3000),
        registry: {
          get: (code) => entityTypes.get(code),
          find: async (code) => entityTypes.get(code),
        } as EntityRegistry,
        tokens: { verify: verifyToken } as Tokens,
        logger,
        observer: {
          ...silentObserver,
          feedMoved: (seq) => {
            this.feedSeq = seq;
          },
        },
        random: random.next,
        bus: {
          listenToHints: ({ onMessage, onConnected, onDisconnected }) =>
            bus.listen({
              host,
              onMessage: (message) => onMessage(decodeBusMessage(message)),
              onConnected,
              onDisconnected,
            }),
          createPoker: () => ({ poke: () => bus.poke(host), close: () => undefined }),
        },
      });
      this.#service = service;
      void this.#begin(service, host);
    });
  }

  async #begin(service: PubsubService, host: Host): Promise<void> {
    for (;;) {
      try {
        await service.start(4000);
        this.#serving = true;
        return;
      } catch {
        await new Promise<void>((resolve) => void this.#infrastructure.scheduler.after(startRetryMs, host, resolve));
      }
    }
  }

  /** Accepts a handshake; false when it is refused. Runs in the gateway process. */
  accept(socket: SimSocket, token: string): boolean {
    const service = this.#service;
    if (!this.serving || !service) return false;
    try {
      const identity = verifyToken(token);
      const { connection, closed } = service.attach(identity, socket);
      this.#sockets.add(socket);
      socket.accept({
        received: (text) => connection.receive(text),
        pong: () => connection.receiveControl(),
        drained: () => connection.drained(),
        closed: (code) => {
          this.#sockets.delete(socket);
          closed(code);
        },
      });
      return true;
    } catch {
      return false;
    }
  }

  poke(): void {
    if (this.serving) this.#infrastructure.scheduler.within(this.#host, () => this.#service?.poke());
  }

  /** SIGTERM: drains its sockets; calls back when it has exited. */
  drain(ended: () => void): void {
    const { scheduler } = this.#infrastructure;
    const host = this.#host;
    const service = this.#service;
    this.#serving = false;
    if (!service || !host.alive) return;
    scheduler.within(host, () => {
      void service.stop().then(() => {
        this.#end(host);
        ended();
      });
    });
  }

  kill(): void {
    this.#end(this.#host);
  }

  #end(host: Host): void {
    host.alive = false;
    this.#serving = false;
    this.#infrastructure.bus.forget(host);
    for (const socket of this.#sockets) socket.gatewayDied();
    this.#sockets.clear();
  }
}
