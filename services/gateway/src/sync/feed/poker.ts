import { pokeChannel } from "@heliograph/protocol";
import { createRedis, type Logger } from "@heliograph/server-kit";

export type Poker = {
  /** Asks the watcher to look at the log at once. Costs nothing to call often. */
  poke(): void;
  close(): void;
};

/** At most one poke in this time: the watcher claims everything there is, so more of them would say nothing more. */
const pokeIntervalMs = 2;

/** Without Redis the watcher finds changes by itself, at its next poll. */
export const silentPoker: Poker = { poke: () => undefined, close: () => undefined };

export function createPoker(options: { url: string; prefix: string; logger: Logger }): Poker {
  const redis = createRedis({ url: options.url, name: "gateway-poker", logger: options.logger });
  const channel = pokeChannel(options.prefix);
  let timer: NodeJS.Timeout | undefined;
  let last = Number.NEGATIVE_INFINITY;
  const publish = (): void => {
    timer = undefined;
    last = performance.now();
    // Dropped while Redis is away: a late poke would only make the watcher look at a log that it has long read.
    if (redis.status === "ready") redis.publish(channel, "").catch(() => undefined);
  };
  return {
    poke() {
      if (timer) return;
      const wait = last + pokeIntervalMs - performance.now();
      // The first one at once: it is what brings a single write to the screen early.
      if (wait <= 0) publish();
      else timer = setTimeout(publish, wait);
    },
    close() {
      clearTimeout(timer);
      redis.disconnect();
    },
  };
}
