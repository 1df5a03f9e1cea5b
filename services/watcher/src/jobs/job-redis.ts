import { Redis, type RedisOptions } from "ioredis";

/** Longest wait for an answer before the connection is replaced; BullMQ itself blocks for up to 10 s. */
const silenceMs = 15_000;

/** A connection for BullMQ, with the copies that BullMQ makes of it. */
export interface JobRedis {
  readonly redis: Redis;
  /** Closes the connection and every copy at once, without waiting for pending commands. */
  disconnect(): void;
}

/**
 * A connection that queues commands while Redis is unavailable and retries them without limit, unlike the connections for
 * hints: BullMQ requires it, and its commands are few. BullMQ copies the connection for blocking reads and closes the copy
 * with a QUIT, which a silent server never answers; so copies are tracked here and closed by `disconnect`.
 */
export function createJobRedis(url: string, name: string): JobRedis {
  const options = {
    connectionName: name,
    lazyConnect: false,
    maxRetriesPerRequest: null,
    connectTimeout: 3000,
    socketTimeout: silenceMs,
    keepAlive: 5000,
    retryStrategy: (attempt: number) => Math.min(100 * attempt, 2000),
    reconnectOnError: () => false as const,
  } satisfies RedisOptions;
  const redis = url.startsWith("unix:")
    ? new Redis({ ...options, path: url.slice("unix:".length).replace(/^\/\/(?=\/)/, "") })
    : new Redis(url, options);
  const all = [redis];
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (override) => {
    const copy = duplicate(override);
    // BullMQ reports errors of the copy; after its close it no longer listens to them.
    copy.on("error", () => undefined);
    all.push(copy);
    return copy;
  };
  redis.on("error", () => undefined);
  return {
    redis,
    disconnect() {
      for (const one of all) one.disconnect();
    },
  };
}
