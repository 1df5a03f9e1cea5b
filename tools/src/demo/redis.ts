import { createHash } from "node:crypto";
import { findRedis } from "../redis/find-redis.ts";
import { type RedisServer, startRedis } from "../redis/server.ts";
import type { DemoContext } from "./context.ts";
import { keepRunning } from "./keep-running.ts";
import { onFreePort } from "./on-free-port.ts";

/** Beside Redis' usual port, which a machine with a Redis of its own uses. */
const DEFAULT_PORT = 63_790;

/** The messenger of the demo. */
export interface DemoRedis {
  /** Null: there is none, and the gateways poll the log. */
  url: string | null;
  /** Null: it was given by REDIS_URL, or there is none. */
  pid: number | null;
}

/** Redis from REDIS_URL, else one of our own, else none, and the demo says so. */
export async function startRedisIfPossible(context: DemoContext): Promise<DemoRedis> {
  const { options, logs, report, signal, undo } = context;
  if (options.redisUrl !== null) return { url: options.redisUrl, pid: null };
  const found = await findRedis();
  if (found.program === null) {
    report(`Running without Redis: changes arrive within 250 ms instead of a few ms (${found.reason}).`);
    return { url: null, pid: null };
  }
  const { program } = found;
  let known: number | null = null;
  const start = (port: number, startSignal: AbortSignal): Promise<RedisServer> =>
    startRedis(program, { port, logSink: (line) => logs.write("redis", line), signal: startSignal });
  const redis = await keepRunning(
    "Redis",
    async (startSignal) => {
      if (known !== null) return start(known, startSignal);
      const { started, port } = await onFreePort(DEFAULT_PORT, (candidate) => start(candidate, startSignal));
      known = port;
      return started;
    },
    { signal, report },
  );
  undo.use(redis);
  return { url: `redis://127.0.0.1:${known}`, pid: redis.current()?.pid ?? null };
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
