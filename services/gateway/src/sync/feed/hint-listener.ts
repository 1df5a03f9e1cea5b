import { type BusMessage, hintChannel, logAction } from "@heliograph/protocol";
import { createRedis, decodeBusMessage, type FeedMessage, type Logger } from "@heliograph/server-kit";

export interface HintListenerPorts {
  readonly url: string;
  readonly prefix: string;
  readonly logger: Logger;
  onMessage(message: FeedMessage): void;
  /** Subscribed to the channel, for the first time or again. */
  onConnected(): void;
  onDisconnected(): void;
  onMalformed(): void;
}

/** Pause before a failed SUBSCRIBE is retried, milliseconds. */
const subscribeRetryMs = 1000;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** @returns undefined for a text that is no message of the bus: a client that can publish must not be able to stop a gateway */
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
  return message["items"].every(isBusChange) ? (message as unknown as BusMessage) : undefined;
}

const isText = (value: unknown): boolean => typeof value === "string";
const entityCode = /^[a-z][a-z0-9_]{0,40}$/;
/** The largest time value of a Date, milliseconds. */
const maxDateMs = 8.64e15;

/** Accepts only what the database can produce: codes are copied into frames, and times become dates. */
function isBusChange(item: unknown): boolean {
  if (typeof item !== "object" || item === null) return false;
  const { c, e, a, v, k, r, x, t, n } = item as Record<string, unknown>;
  return (
    typeof c === "string" &&
    entityCode.test(c) &&
    isText(e) &&
    isCount(a) &&
    a >= logAction.create &&
    a <= logAction.revoke &&
    isCount(v) &&
    Array.isArray(k) &&
    k.every(isText) &&
    typeof r === "boolean" &&
    typeof x === "boolean" &&
    typeof t === "number" &&
    Math.abs(t) <= maxDateMs &&
    (n === undefined || isCount(n))
  );
}

/** Receives hints and heartbeats from Redis. A failure costs latency only. @returns a function that stops listening */
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
  // On every "ready", because a subscription ends with its link.
  const subscribe = (): void => {
    clearTimeout(retry);
    redis
      .subscribe(channel)
      .then(() => ports.onConnected())
      .catch((error: Error) => {
        logger.warn({ cause: error.message }, "failed to subscribe to hint channel; retrying in 1 s");
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
