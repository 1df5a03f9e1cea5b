import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { SeededRandom } from "@heliograph/shared/seeded-random";
import { PostgresHost } from "./postgres-host.ts";
import { RedisHost } from "./redis-host.ts";
import { ServiceSlot } from "./service-slot.ts";

const GATEWAYS = 3;
const WATCHERS = 2;
/** Short, so that clients and gateways notice a dead link within the few seconds that an injection lasts. */
export const pingIntervalMs = 2_000;
const LEADER_MS = 5_000;

/** PostgreSQL, Redis, gateways and watchers, with a fault proxy on every connection between them. */
export class ChaosCluster implements AsyncDisposable {
  readonly postgres: PostgresHost;
  readonly redis: RedisHost;
  readonly gateways: readonly ServiceSlot[];
  readonly watchers: readonly ServiceSlot[];
  /** Settings of the gateways, with the secret that tokens are signed with. */
  readonly settings: Readonly<Record<string, string>>;
  readonly #undo: AsyncDisposableStack;

  private constructor(parts: {
    postgres: PostgresHost;
    redis: RedisHost;
    slots: readonly ServiceSlot[];
    settings: Readonly<Record<string, string>>;
    undo: AsyncDisposableStack;
  }) {
    this.postgres = parts.postgres;
    this.redis = parts.redis;
    this.gateways = parts.slots.filter(({ kind }) => kind === "gateway");
    this.watchers = parts.slots.filter(({ kind }) => kind === "watcher");
    this.settings = parts.settings;
    this.#undo = parts.undo;
  }

  static async start(
    random: SeededRandom,
    logSink: (name: string, line: string) => void,
    options: { ownDisk: boolean },
  ): Promise<ChaosCluster> {
    await using undo = new AsyncDisposableStack();
    const postgres = undo.use(await PostgresHost.start(random.fork(), options));
    const redis = undo.use(await RedisHost.start());
    const settings = {
      HELIOGRAPH_SCHEMA: "app",
      REDIS_PREFIX: `chaos_${randomBytes(4).toString("hex")}`,
      JWT_SECRET: randomBytes(32).toString("hex"),
      CURSOR_SECRET: randomBytes(32).toString("hex"),
      PING_INTERVAL_MS: String(pingIntervalMs),
      MAX_SOCKETS_PER_USER: "10000",
    };
    const { PING_INTERVAL_MS: _ping, MAX_SOCKETS_PER_USER: _sockets, ...shared } = settings;
    const wanted = [
      ...Array.from({ length: WATCHERS }, (_, n) => ({ kind: "watcher" as const, name: `watcher-${n + 1}` })),
      ...Array.from({ length: GATEWAYS }, (_, n) => ({ kind: "gateway" as const, name: `gateway-${n + 1}` })),
    ];
    const started = await Promise.allSettled(
      wanted.map(async ({ kind, name }) =>
        ServiceSlot.start({
          name,
          kind,
          databaseUrl: postgres.url,
          databasePort: () => postgres.port,
          redisPort: redis.port,
          env: kind === "gateway" ? settings : shared,
          random: random.fork(),
          logSink,
        }),
      ),
    );
    const slots = started.flatMap((result) => (result.status === "fulfilled" ? [undo.use(result.value)] : []));
    const failed = started.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
    return new ChaosCluster({ postgres, redis, slots, settings, undo: undo.move() });
  }

  get services(): readonly ServiceSlot[] {
    return [...this.gateways, ...this.watchers];
  }

  /** Port of a random gateway that passes health checks; null when there is none. */
  chooseGateway(random: SeededRandom): number | null {
    const ports = this.gateways.flatMap(({ port }) => (port === null ? [] : [port]));
    return ports.length === 0 ? null : random.pick(ports);
  }

  /** How often services exited on their own. */
  get crashes(): number {
    return this.services.reduce((sum, { crashes }) => sum + crashes, 0);
  }

  /** The watcher that reports itself as leader; a random one when a concurrent fault keeps all from leading. */
  async leader(random: SeededRandom): Promise<ServiceSlot> {
    for (const deadline = Date.now() + LEADER_MS; Date.now() < deadline; await wait(100)) {
      for (const watcher of this.watchers)
        if ((await watcher.metric("heliograph_watcher_leading")) === 1) return watcher;
    }
    return random.pick(this.watchers);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync();
  }
}
