import {
  allowedOrigins,
  type ConfigOf,
  commonConfig,
  flag,
  integer,
  list,
  text,
  tokenConfig,
} from "@heliograph/server-kit";
import { defaultLimits } from "./sync/connection/limits.ts";

/** Every setting of the gateway. */
export const gatewayConfig = {
  ...commonConfig,
  ...tokenConfig,
  PORT: integer({ description: "REST, socket, health endpoints and metrics", default: 4000, min: 0, max: 65_535 }),
  CURSOR_SECRET: text({
    description: "key that seals cursors; the same on every pod",
    minLength: 32,
    secret: true,
  }),
  ALLOWED_ORIGINS: allowedOrigins,
  TRUSTED_PROXIES: list({
    description: "addresses or ranges of proxies whose X-Forwarded-For is believed, separated by commas",
    default: ["loopback"],
  }),
  TOKEN_IN_QUERY: flag({
    description: "accept the token as ?token= too, for tools that cannot set subprotocols",
    default: true,
  }),
  POLL_INTERVAL_MS: integer({
    description: "pause between looks at the log while there is no Redis",
    default: 250,
    min: 10,
    max: 60_000,
    unit: "ms",
  }),
  PING_INTERVAL_MS: integer({
    description: "pause between pings to a socket",
    default: defaultLimits.pingIntervalMs,
    min: 1000,
    max: 300_000,
    unit: "ms",
  }),
  MAX_SUBSCRIPTIONS: integer({
    description: "most ids and containers that one socket may hold",
    default: defaultLimits.maxSubscriptions,
    min: 1,
    max: 1_000_000,
  }),
  MAX_SOCKETS_PER_USER: integer({
    description: "most sockets of one person on one pod",
    default: defaultLimits.maxSocketsPerUser,
    min: 1,
    max: 100_000,
  }),
  MAX_MESSAGE_BYTES: integer({
    description: "largest message of a client",
    default: defaultLimits.maxMessageBytes,
    min: 1024,
    max: 1_048_576,
    unit: "bytes",
  }),
  MESSAGES_PER_SECOND: integer({
    description: "messages that one socket may send on average; six times as many at once",
    default: defaultLimits.messagesPerSecond,
    min: 1,
    max: 100_000,
  }),
  SLOW_CONSUMER_MS: integer({
    description: "how long signals may wait for a socket that does not take them",
    default: defaultLimits.maxWaitMs,
    min: 1000,
    max: 300_000,
    unit: "ms",
  }),
  SESSION_GRACE_MS: integer({
    description: "how long a connection may be resumed after its socket was lost",
    default: 60_000,
    min: 1000,
    max: 3_600_000,
    unit: "ms",
  }),
  DRAIN_MS: integer({
    description: "over how long a gateway that stops sends its sockets away; 5 ms for each socket if that is less",
    default: 5000,
    min: 0,
    max: 600_000,
    unit: "ms",
  }),
  KEEP_ALIVE_MS: integer({
    description:
      "how long an idle HTTP connection stays open; longer than the idle timeout of a load balancer in front",
    default: 75_000,
    min: 1000,
    max: 4_100_000,
    unit: "ms",
  }),
  LOGIN_ATTEMPTS_PER_MINUTE: integer({
    description: "attempts to sign in per address and account",
    default: 30,
    min: 1,
    max: 100_000,
  }),
  STATEMENT_TIMEOUT_MS: integer({
    description: "longest statement of a REST request",
    default: 10_000,
    min: 100,
    max: 600_000,
    unit: "ms",
  }),
} as const;

export type GatewayConfig = ConfigOf<typeof gatewayConfig>;

export const gatewayEnvironment = process.env;
