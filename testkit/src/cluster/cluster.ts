import { randomBytes } from "node:crypto";
import { ensureServiceLogins, roleUrl } from "../postgres/role-login.ts";
import { type ServiceKind, type ServiceProcess, startService } from "./service-process.ts";

/** Database, Redis and number of services of a cluster. */
export interface ClusterOptions {
  /** Superuser URL of a migrated database; the services get URLs with their own roles. */
  databaseUrl: string;
  /** Null: without Redis, the gateways poll the log. */
  redisUrl: string | null;
  /** Prefix of the Redis channels; clusters on one Redis need different ones. Default: a random one. */
  redisPrefix?: string;
  /** Number of gateways, or their ports. Default: 2 on any free ports. */
  gateways?: number | readonly number[];
  watchers?: number | readonly number[];
  /** Settings for every service; they override the defaults below. */
  env?: Readonly<Record<string, string>>;
  /** Receives every log line of every service. */
  logSink?: (name: string, line: string) => void;
}

/** A running cluster. Disposing it stops every service that is still running, gateways first. */
export interface Cluster extends AsyncDisposable {
  readonly gateways: readonly ServiceProcess[];
  readonly watchers: readonly ServiceProcess[];
  /** Settings of the services, for example `settings["JWT_SECRET"]` to sign tokens that they accept. */
  readonly settings: Readonly<Record<string, string>>;
  /** Starts another service, or a replacement for a killed one on the same `port`. */
  add(kind: ServiceKind, options?: { port?: number; env?: Readonly<Record<string, string>> }): Promise<ServiceProcess>;
  stop(): Promise<void>;
}

function settingsOf(options: ClusterOptions): Record<string, string> {
  return {
    // The schema of the suite.
    HELIOGRAPH_SCHEMA: "app",
    REDIS_PREFIX: options.redisPrefix ?? `cluster_${randomBytes(6).toString("hex")}`,
    JWT_SECRET: randomBytes(32).toString("hex"),
    CURSOR_SECRET: randomBytes(32).toString("hex"),
    ...(options.redisUrl === null ? {} : { REDIS_URL: options.redisUrl }),
    ...options.env,
  };
}

function portsOf(wanted: number | readonly number[] | undefined): readonly number[] {
  return typeof wanted === "object" ? wanted : Array.from({ length: wanted ?? 2 }, () => 0);
}

/** Starts watchers and gateways as real processes and waits until all of them are ready. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  await ensureServiceLogins(options.databaseUrl);
  const settings = settingsOf(options);
  const services: ServiceProcess[] = [];
  const count = { gateway: 0, watcher: 0 };

  const add: Cluster["add"] = async (kind, more = {}) => {
    const service = await startService({
      name: `${kind}-${++count[kind]}`,
      kind,
      port: more.port ?? 0,
      env: { ...settings, DATABASE_URL: roleUrl(options.databaseUrl, `heliograph_${kind}`), ...more.env },
      logSink: options.logSink,
    });
    services.push(service);
    // Services become ready in any order; callers rely on the order of their ports.
    services.sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
    return service;
  };
  const stopAll = async (kind: ServiceKind) => {
    await Promise.all(services.filter((service) => service.kind === kind).map((service) => service.stop()));
  };
  const stop = async () => {
    await stopAll("gateway");
    await stopAll("watcher");
  };

  const wanted = [
    ...portsOf(options.watchers).map((port) => ["watcher", port] as const),
    ...portsOf(options.gateways).map((port) => ["gateway", port] as const),
  ];
  const started = await Promise.allSettled(wanted.map(([kind, port]) => add(kind, { port })));
  const failed = started.find((result) => result.status === "rejected");
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return {
    get gateways() {
      return services.filter(({ kind }) => kind === "gateway");
    },
    get watchers() {
      return services.filter(({ kind }) => kind === "watcher");
    },
    settings,
    add,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
