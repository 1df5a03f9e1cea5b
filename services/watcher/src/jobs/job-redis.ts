import { Redis, type RedisOptions } from "ioredis";

/** Longest silence on a command before the connection is made anew; BullMQ itself blocks for up to 10 s. */
const silenceMs = 15_000;

/** A connection for BullMQ, and what BullMQ makes of it. */
export interface JobRedis {
  readonly redis: Redis;
  /** Ends it and every copy at once, whatever they wait for. */
  disconnect(): void;
}

/**
 * Unlike the connections that carry hints, this one queues commands while Redis is away and repeats them for ever: BullMQ
 * demands it, and there are few. BullMQ makes a copy for blocking reads, which it ends by a QUIT that a silent server
 * never answers; so copies are remembered, to be ended by us.
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
    // Its errors reach us through BullMQ; after the end nobody listens there any more.
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
