import { type BusMessage, hintChannel, logAction } from "@heliograph/protocol";
import { createRedis, decodeBusMessage, type FeedMessage, type Logger } from "@heliograph/server-kit";
import { isUuid } from "@heliograph/shared/uuid";

export type HintListenerPorts = {
  readonly url: string;
  readonly prefix: string;
  readonly logger: Logger;
  onMessage(message: FeedMessage): void;
  /** Subscribed, for the first time or again. */
  onConnected(): void;
  onDisconnected(): void;
  onMalformed(): void;
};

/** Pause before a refused subscription is tried again, milliseconds. */
const subscribeRetryMs = 1000;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Undefined for anything that is not a message of the bus: whoever can publish must not be able to stop a pod. */
export function parseBusMessage(text: string): BusMessage | undefined {
  let message: Record<string, unknown> | null;
  try {
    message = JSON.parse(text) as Record<string, unknown> | null;
  } catch {
    return undefined;
  }
  if (typeof message !== "object" || message === null) return undefined;
  if (typeof message["epoch"] !== "string" || !isCount(message["seq"])) return undefined;
  if (message["type"] === "heartbeat") return message as unknown as BusMessage;
  if (message["type"] !== "hint" || !isCount(message["prev"]) || !Array.isArray(message["items"])) return undefined;
  return message["items"].every(isItem) ? (message as unknown as BusMessage) : undefined;
}

const isId = (value: unknown): boolean => typeof value === "string" && isUuid(value);
const entityCode = /^[a-z][a-z0-9_]{0,40}$/;
/** Milliseconds beyond which there is no date. */
const lastMoment = 8.64e15;

/** Exactly what the database can yield: ids and codes go into frames as they are, times become dates. */
function isItem(item: unknown): boolean {
  if (typeof item !== "object" || item === null) return false;
  const { c, e, a, v, k, r, x, t, n } = item as Record<string, unknown>;
  return (
    typeof c === "string" &&
    entityCode.test(c) &&
    isId(e) &&
    isCount(a) &&
    a >= logAction.create &&
    a <= logAction.revoke &&
    isCount(v) &&
    Array.isArray(k) &&
    k.every(isId) &&
    typeof r === "boolean" &&
    typeof x === "boolean" &&
    typeof t === "number" &&
    Math.abs(t) <= lastMoment &&
    (n === undefined || isCount(n))
  );
}

/** Hears hints and heartbeats from Redis. Its failures cost latency and nothing else. Returns what ends it. */
export function listenToHints(ports: HintListenerPorts): () => void {
  const { url, prefix, logger } = ports;
  const redis = createRedis({ url, name: "gateway-hints", logger });
  const channel = hintChannel(prefix);
  let retry: NodeJS.Timeout | undefined;
  redis.on("message", (_channel, text) => {
    const message = parseBusMessage(text);
    if (message) ports.onMessage(decodeBusMessage(message));
    else ports.onMalformed();
  });
  // On every "ready": a subscription ends with its link.
  const subscribe = (): void => {
    clearTimeout(retry);
    redis
      .subscribe(channel)
      .then(() => ports.onConnected())
      .catch((error: Error) => {
        logger.warn({ cause: error.message }, "cannot listen to hints");
        if (redis.status === "ready") retry = setTimeout(subscribe, subscribeRetryMs);
      });
  };
  redis.on("ready", subscribe);
  redis.on("close", () => ports.onDisconnected());
  return () => {
    clearTimeout(retry);
    redis.disconnect();
  };
}
