import { type ServiceKind, type ServiceProcess, startService } from "@heliograph/testkit/cluster/service-process";
import { ensureServiceLogins, roleUrl } from "@heliograph/testkit/postgres/role-login";
import { freePort } from "@heliograph/testkit/process/free-port";
import { keepOnPort } from "@heliograph/testkit/supervisor/keep-on-port";
import type { Kept } from "@heliograph/testkit/supervisor/keep-running";
import type { DemoContext } from "./context.ts";
import type { DemoDatabase } from "./database.ts";
import { type DemoRedis, redisPrefix } from "./redis.ts";

/** First port of each kind; the second instance uses the next one. */
const FIRST_PORT: Readonly<Record<ServiceKind, number>> = { gateway: 4000, watcher: 4100 };
const INSTANCES = 2;

/** The services of the demo; each is restarted when it ends. */
export interface DemoServices {
  gateways: readonly Kept<ServiceProcess>[];
  watchers: readonly Kept<ServiceProcess>[];
}

/** What to start the services with. */
export interface ServicesInput {
  database: DemoDatabase;
  redis: DemoRedis;
  /** Origins from which the application is loaded. */
  origins: readonly string[];
  /** Restart on changed sources; for development. */
  watch?: boolean;
}

function settingsOf(context: DemoContext, { database, redis, origins }: ServicesInput): Record<string, string> {
  return {
    JWT_SECRET: context.secrets.jwtSecret,
    CURSOR_SECRET: context.secrets.cursorSecret,
    // Where the suite stands.
    HELIOGRAPH_SCHEMA: "app",
    REDIS_PREFIX: redisPrefix(context.options.redisUrl !== null, database.url),
    ALLOWED_ORIGINS: origins.join(","),
    ...context.options.passOn,
    ...(redis.url === null ? {} : { REDIS_URL: redis.url }),
  };
}

/** Starts two gateways and two watchers at once and waits until all are ready. */
export async function startServices(context: DemoContext, input: ServicesInput): Promise<DemoServices> {
  const { logs, report, signal, undo } = context;
  await ensureServiceLogins(input.database.url);
  const settings = settingsOf(context, input);
  const taken = new Set<number>();

  const keep = async (kind: ServiceKind, index: number, preferred: number) => {
    const name = `${kind}-${index + 1}`;
    const start = (port: number, startSignal: AbortSignal) =>
      startService({
        name,
        kind,
        port,
        env: { ...settings, DATABASE_URL: roleUrl(input.database.url, `heliograph_${kind}`) },
        watch: input.watch ?? false,
        logSink: (_, line) => logs.writeService(name, line),
        signal: startSignal,
      });
    return (await keepOnPort(name, preferred, start, { signal, report, taken })).kept;
  };
  const starts: Promise<Kept<ServiceProcess>>[] = [];
  for (const kind of ["watcher", "gateway"] as const) {
    for (let index = 0; index < INSTANCES; index++) {
      // Choose ports one after the other: two concurrent searches would find the same free port.
      const preferred = await freePort(FIRST_PORT[kind] + index, taken);
      starts.push(keep(kind, index, preferred));
      taken.add(preferred);
    }
  }
  const results = await Promise.allSettled(starts);
  const kept = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  // Stop all at once: one after the other, four slow services would exceed the time of a stop.
  undo.defer(async () => void (await Promise.all(kept.map((service) => service[Symbol.asyncDispose]()))));
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
  return { watchers: kept.slice(0, INSTANCES), gateways: kept.slice(INSTANCES) };
}
