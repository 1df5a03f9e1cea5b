import { createHash } from "node:crypto";
import { accepts } from "@heliograph/testkit/edge/balancer";
import { findRedis } from "@heliograph/testkit/redis/find-redis";
import { type RedisServer, startRedis } from "@heliograph/testkit/redis/server";
import { keepOnPort } from "@heliograph/testkit/supervisor/keep-on-port";
import type { DemoContext } from "./context.ts";

/** Beside Redis' usual port, which a machine with a Redis of its own uses. */
const DEFAULT_PORT = 63_790;
/** That of a URL without one. */
const REDIS_PORT = 6379;

/** The messenger of the demo. */
export interface DemoRedis {
  /** Null: there is none, and the gateways poll the log. */
  url: string | null;
  /** Null: it was given by REDIS_URL, or there is none. */
  pid: number | null;
}

/** The services go on without it and try again for ever; whoever gave it should hear that here and now. */
async function reportUnreachable(redisUrl: string, report: (text: string) => void): Promise<void> {
  const { protocol, hostname, port } = new URL(redisUrl);
  if (protocol === "unix:") return;
  const address = `${hostname}:${port || REDIS_PORT}`;
  if (await accepts({ url: `http://${address}` })) return;
  report(`Redis at ${address} does not answer: changes arrive within 250 ms until it does.`);
}

/** Redis from REDIS_URL, else one of our own, else none, and the demo says so. */
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
 * Beginning of the Redis channels. On a Redis that was given, another demo with another database may speak as well: its
 * sequence numbers would look like a history of ours.
 */
export function redisPrefix(redisIsGiven: boolean, databaseUrl: string): string {
  if (!redisIsGiven) return "heliograph";
  const { host, pathname } = new URL(databaseUrl);
  return `heliograph_${createHash("sha256").update(`${host}${pathname}`).digest("hex").slice(0, 8)}`;
}
