import { Redis, type RedisOptions } from "ioredis";
import type { Logger } from "../observability/logger.ts";

/**
 * A connection on which a command stays unanswered for so long is dropped and made anew. Less than a leader's lease (3 s):
 * a server that is frozen, or cut off without a word, would otherwise hold the leader until the lease is gone, and then the
 * next leader; and what is sent to it meanwhile would pile up in memory.
 */
const answerTimeoutMs = 1000;

/** A connection that only listens asks this often whether it is still heard; else it would notice a dead link in minutes. */
const askMs = 3000;

/**
 * A Redis connection that reconnects for ever (0.1 to 2 s) and never queues commands while it is down: a hint published
 * late is worth less than none, since pods have read the log by then, and an unbounded queue would grow. Subscriptions end
 * with the link: subscribe on every "ready".
 */
export function createRedis(options: { readonly url: string; readonly name: string; readonly logger: Logger }): Redis {
  const common = {
    connectionName: options.name,
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 3000,
    socketTimeout: answerTimeoutMs,
    keepAlive: 5000,
    retryStrategy: (attempt: number) => Math.min(100 * attempt, 2000),
    // Whoever listens subscribes on every "ready". What ioredis repeats by itself nobody awaits: a link that drops again
    // before the answer would be an unhandled rejection, which ends the process.
    autoResubscribe: false,
    reconnectOnError: () => false as const,
  } satisfies RedisOptions;
  const redis = options.url.startsWith("unix:")
    ? new Redis({ ...common, path: options.url.slice("unix:".length).replace(/^\/\/(?=\/)/, "") })
    : new Redis(options.url, common);
  let asking: NodeJS.Timeout | undefined;
  redis.on("ready", () => {
    clearInterval(asking);
    asking = setInterval(() => void redis.ping().catch(() => undefined), askMs).unref();
  });
  redis.on("close", () => clearInterval(asking));
  let down = false;
  redis.on("error", (error: Error) => {
    if (!down)
      options.logger.warn(
        { cause: error.message },
        "redis is unreachable; changes travel by polling the log until it is back",
      );
    down = true;
  });
  redis.on("ready", () => {
    if (down) options.logger.info("redis is back");
    down = false;
  });
  // Without waiting: the service starts whether or not Redis is there. The error listener reports a failure.
  redis.connect().catch(() => undefined);
  return redis;
}
