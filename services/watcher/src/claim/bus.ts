import { hintChannel, pokeChannel } from "@heliograph/protocol";
import { createRedis, encodeFeedMessage, type FeedMessage, type Logger } from "@heliograph/server-kit";

/** Sends hints to the gateways. A lost message costs latency only: gateways read missing rows from the log. */
export interface Bus {
  /** True when Redis accepted the message, false when it was dropped. Never throws and never queues. */
  publish(message: FeedMessage): Promise<boolean>;
  close(): Promise<void>;
}

/** The bus of a deployment without Redis, where gateways poll the log. */
export const silentBus: Bus = { publish: async () => false, close: async () => undefined };

/** Publishes hints on Redis and calls `onPoke` when a gateway reports a write. */
export function createRedisBus(options: { url: string; prefix: string; logger: Logger; onPoke: () => void }): Bus {
  const { url, prefix, logger, onPoke } = options;
  const publisher = createRedis({ url, name: "watcher-publisher", logger });
  const subscriber = createRedis({ url, name: "watcher-subscriber", logger });
  const channel = hintChannel(prefix);
  subscriber.on("message", onPoke);
  // A subscription ends with its connection, and a server that was down at start has none yet: subscribe on every "ready".
  subscriber.on("ready", () => {
    subscriber
      .subscribe(pokeChannel(prefix))
      .catch((error: Error) =>
        logger.warn({ cause: error.message }, "failed to subscribe to poke channel; retrying when Redis reconnects"),
      );
  });
  return {
    async publish(message) {
      if (publisher.status !== "ready") return false;
      try {
        await publisher.publish(channel, JSON.stringify(encodeFeedMessage(message)));
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
