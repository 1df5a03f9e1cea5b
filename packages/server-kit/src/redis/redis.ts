import { Redis, type RedisOptions } from "ioredis";
import type { Logger } from "../observability/logger.ts";

/**
 * A connection is replaced when a command stays unanswered for this long. Less than the leader's lease (3 s): a frozen or
 * silently unreachable server would otherwise block the leader until it loses the lease, then the next leader, while
 * commands pile up in memory.
 */
const answerTimeoutMs = 1000;

/** Ping interval. A connection that only subscribes would otherwise notice a dead link after minutes. */
const pingEveryMs = 3000;

/**
 * Creates a Redis connection that reconnects without limit (every 0.1 to 2 s) and never queues commands while it is down:
 * a late hint is useless, because gateways have read the log by then, and a queue would grow without bound. Subscriptions
 * end with the connection, so callers must subscribe on every "ready".
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
    // Callers subscribe on every "ready". ioredis does not await its own resubscription: a connection that drops before the
    // answer would cause an unhandled rejection, which ends the process.
    autoResubscribe: false,
    reconnectOnError: () => false as const,
  } satisfies RedisOptions;
  const redis = options.url.startsWith("unix:")
    ? new Redis({ ...common, path: options.url.slice("unix:".length).replace(/^\/\/(?=\/)/, "") })
    : new Redis(options.url, common);
  let pinging: NodeJS.Timeout | undefined;
  redis.on("ready", () => {
    clearInterval(pinging);
    pinging = setInterval(() => void redis.ping().catch(() => undefined), pingEveryMs).unref();
  });
  redis.on("close", () => clearInterval(pinging));
  let down = false;
  redis.on("error", (error: Error) => {
    if (!down)
      options.logger.warn({ cause: error.message }, "cannot reach Redis; gateways poll the log until it reconnects");
    down = true;
  });
  redis.on("ready", () => {
    if (down) options.logger.info("reconnected to Redis");
    down = false;
  });
  // Not awaited: the service starts without Redis too. The error listener reports a failure.
  redis.connect().catch(() => undefined);
  return redis;
}
