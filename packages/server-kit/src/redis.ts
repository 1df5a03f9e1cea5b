import { Redis, type RedisOptions } from "ioredis";
import type { Logger } from "./logger.ts";

/**
 * A Redis connection that reconnects for ever (0.1 to 2 s) and never queues commands while it is down: a hint published
 * late is worth less than none, since pods have read the log by then, and an unbounded queue would grow.
 */
export function createRedis(options: { readonly url: string; readonly name: string; readonly logger: Logger }): Redis {
  const common = {
    connectionName: options.name,
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 3000,
    keepAlive: 5000,
    retryStrategy: (attempt: number) => Math.min(100 * attempt, 2000),
    reconnectOnError: () => false as const,
  } satisfies RedisOptions;
  const redis = options.url.startsWith("unix:")
    ? new Redis({ ...common, path: options.url.slice("unix:".length).replace(/^\/\/(?=\/)/, "") })
    : new Redis(options.url, common);
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
