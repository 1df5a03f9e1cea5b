import type { GatewayConfig } from "../../config.ts";
import { defaultLimits, type Limits } from "./limits.ts";

/** The bounds of one connection as the settings have them. */
export function limitsOf(config: GatewayConfig): Limits {
  return {
    ...defaultLimits,
    maxMessageBytes: config.MAX_MESSAGE_BYTES,
    maxSubscriptions: config.MAX_SUBSCRIPTIONS,
    maxSocketsPerUser: config.MAX_SOCKETS_PER_USER,
    pingIntervalMs: config.PING_INTERVAL_MS,
    messagesPerSecond: config.MESSAGES_PER_SECOND,
    messageBurst: 6 * config.MESSAGES_PER_SECOND,
    maxWaitMs: config.SLOW_CONSUMER_MS,
  };
}
