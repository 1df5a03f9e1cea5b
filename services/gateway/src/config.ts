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
    description: "key that seals cursors; the same on every gateway",
    minLength: 32,
    secret: true,
  }),
  ALLOWED_ORIGINS: allowedOrigins,
  TRUSTED_PROXIES: list({
    description: "addresses or ranges of proxies whose X-Forwarded-For is trusted, separated by commas",
    default: ["loopback"],
  }),
  TOKEN_IN_QUERY: flag({
    description: "also accept the token as ?token=, for tools that cannot set subprotocols",
    default: true,
  }),
  POLL_INTERVAL_MS: integer({
    description: "poll interval of the log without Redis",
    default: 250,
    min: 10,
    max: 60_000,
    unit: "ms",
  }),
  PING_INTERVAL_MS: integer({
    description: "interval of pings to a socket",
    default: defaultLimits.pingIntervalMs,
    min: 1000,
    max: 300_000,
    unit: "ms",
  }),
  MAX_SUBSCRIPTIONS: integer({
    description: "maximum number of ids and containers that one socket may hold",
    default: defaultLimits.maxSubscriptions,
    min: 1,
    max: 1_000_000,
  }),
  MAX_SOCKETS_PER_USER: integer({
    description: "maximum sockets of one person on one gateway",
    default: defaultLimits.maxSocketsPerUser,
    min: 1,
    max: 100_000,
  }),
  MAX_MESSAGE_BYTES: integer({
    description: "maximum size of a client's message",
    default: defaultLimits.maxMessageBytes,
    min: 1024,
    max: 1_048_576,
    unit: "bytes",
  }),
  MESSAGES_PER_SECOND: integer({
    description: "average number of messages that one socket may send; six times as many in a burst",
    default: defaultLimits.messagesPerSecond,
    min: 1,
    max: 100_000,
  }),
  SLOW_CONSUMER_MS: integer({
    description: "how long signals may wait for a socket that does not read; then it is closed with 4008",
    default: defaultLimits.maxWaitMs,
    min: 1000,
    max: 300_000,
    unit: "ms",
  }),
  SESSION_GRACE_MS: integer({
    description: "how long a session can be resumed after its socket was lost",
    default: 60_000,
    min: 1000,
    max: 3_600_000,
    unit: "ms",
  }),
  DRAIN_MS: integer({
    description: "time over which a stopping gateway asks its clients to leave; 5 ms for each socket if that is less",
    default: 5000,
    min: 0,
    max: 600_000,
    unit: "ms",
  }),
  KEEP_ALIVE_MS: integer({
    description:
      "how long an idle HTTP connection stays open; must exceed the idle timeout of a load balancer in front",
    default: 75_000,
    min: 1000,
    max: 4_100_000,
    unit: "ms",
  }),
  LOGIN_ATTEMPTS_PER_MINUTE: integer({
    description: "sign-in attempts per client address and account",
    default: 30,
    min: 1,
    max: 100_000,
  }),
  STATEMENT_TIMEOUT_MS: integer({
    description: "maximum duration of a REST request's statement",
    default: 10_000,
    min: 100,
    max: 600_000,
    unit: "ms",
  }),
} as const;

export type GatewayConfig = ConfigOf<typeof gatewayConfig>;

export const gatewayEnvironment = process.env;
