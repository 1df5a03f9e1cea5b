import { type BusMessage, hintChannel, pokeChannel } from "@heliograph/protocol";
import { createRedis, type Logger } from "@heliograph/server-kit";

/** The way to the gateways. Nothing depends on it: what is lost here is found in the log. */
export interface Bus {
  /** True when Redis took the message; false when it was dropped. Never throws, never queues. */
  publish(message: BusMessage): Promise<boolean>;
  close(): Promise<void>;
}

/** A bus for the tier without Redis: gateways poll the log themselves. */
export const silentBus: Bus = { publish: async () => false, close: async () => undefined };

/** Publishes hints on Redis and calls `onPoke` when a gateway has written. */
export function createRedisBus(options: { url: string; prefix: string; logger: Logger; onPoke: () => void }): Bus {
  const { url, prefix, logger, onPoke } = options;
  const publisher = createRedis({ url, name: "watcher-publisher", logger });
  const subscriber = createRedis({ url, name: "watcher-subscriber", logger });
  const channel = hintChannel(prefix);
  subscriber.on("message", onPoke);
  // A subscription ends with its link, and a server that was down at start has none yet. So on every "ready".
  subscriber.on("ready", () => {
    subscriber
      .subscribe(pokeChannel(prefix))
      .catch((error: Error) => logger.warn({ cause: error.message }, "no pokes"));
  });
  return {
    async publish(message) {
      if (publisher.status !== "ready") return false;
      try {
        await publisher.publish(channel, JSON.stringify(message));
        return true;
      } catch {
        return false;
      }
    },
    async close() {
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}
