import { pokeChannel } from "@heliograph/protocol";
import { createRedis, type Logger } from "@heliograph/server-kit";

export interface Poker {
  /** Asks the watcher to poll the log immediately. Cheap to call often. */
  poke(): void;
  close(): void;
}

/** At most one poke in this time, milliseconds: the watcher claims everything that is pending, so more are redundant. */
const pokeIntervalMs = 2;

/** For deployments without Redis, where the watcher finds changes at its next poll. */
export const silentPoker: Poker = { poke: () => undefined, close: () => undefined };

export function createPoker(options: { url: string; prefix: string; logger: Logger }): Poker {
  const redis = createRedis({ url: options.url, name: "gateway-poker", logger: options.logger });
  const channel = pokeChannel(options.prefix);
  let timer: NodeJS.Timeout | undefined;
  let last = Number.NEGATIVE_INFINITY;
  const publish = (): void => {
    timer = undefined;
    last = performance.now();
    // Dropped while Redis is away: a late poke would only make the watcher poll a log that it has read long ago.
    if (redis.status === "ready") redis.publish(channel, "").catch(() => undefined);
  };
  return {
    poke() {
      if (timer) return;
      const wait = last + pokeIntervalMs - performance.now();
      // The first poke goes out immediately: it is what makes a single write visible early.
      if (wait <= 0) publish();
      else timer = setTimeout(publish, wait);
    },
    close() {
      clearTimeout(timer);
      redis.disconnect();
    },
  };
}
