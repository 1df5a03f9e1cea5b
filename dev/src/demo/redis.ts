import { createHash } from "node:crypto";
import { accepts } from "@heliograph/testkit/edge/balancer";
import { findRedis } from "@heliograph/testkit/redis/find-redis";
import { type RedisServer, startRedis } from "@heliograph/testkit/redis/server";
import { keepOnPort } from "@heliograph/testkit/supervisor/keep-on-port";
import type { DemoContext } from "./context.ts";

/** Not Redis' default port: another Redis on the machine may use that. */
const DEFAULT_PORT = 63_790;
/** The port of a URL without one. */
const REDIS_PORT = 6379;

/** The Redis of the demo. */
export interface DemoRedis {
  /** Null when there is no Redis and the gateways poll the log. */
  url: string | null;
  /** Null when Redis comes from REDIS_URL, or when there is none. */
  pid: number | null;
}

/** Reports a Redis that does not answer. The services continue without it and retry forever, so the user would not notice. */
async function reportUnreachable(redisUrl: string, report: (text: string) => void): Promise<void> {
  const { protocol, hostname, port } = new URL(redisUrl);
  if (protocol === "unix:") return;
  const address = `${hostname}:${port || REDIS_PORT}`;
  if (await accepts({ url: `http://${address}` })) return;
  report(`Redis at ${address} does not answer: changes arrive within 250 ms until it does.`);
}

/** Uses the Redis of REDIS_URL, or starts one, or runs without and reports that. */
export async function startRedisIfPossible(context: DemoContext): Promise<DemoRedis> {
  const { options, logs, report, signal, undo } = context;
  if (options.redisUrl !== null) {
    await reportUnreachable(options.redisUrl, report);
    return { url: options.redisUrl, pid: null };
  }
  const found = await findRedis();
  if (found.program === null) {
    report(`Running without Redis: changes arrive within 250 ms instead of a few ms (${found.reason}).`);
    return { url: null, pid: null };
  }
  const { program } = found;
  const start = (candidate: number, startSignal: AbortSignal): Promise<RedisServer> =>
    startRedis(program, { port: candidate, logSink: (line) => logs.write("redis", line), signal: startSignal });
  const { kept: redis, port } = await keepOnPort("Redis", DEFAULT_PORT, start, { signal, report });
  undo.use(redis);
  return { url: `redis://127.0.0.1:${port}`, pid: redis.current()?.pid ?? null };
}

/**
 * Prefix of the Redis channels. Another demo with another database may publish on the Redis of REDIS_URL as well. Its
 * sequence numbers must not be read as changes of this database.
 */
export function redisPrefix(redisIsGiven: boolean, databaseUrl: string): string {
  if (!redisIsGiven) return "heliograph";
  const { host, pathname } = new URL(databaseUrl);
  return `heliograph_${createHash("sha256").update(`${host}${pathname}`).digest("hex").slice(0, 8)}`;
}
