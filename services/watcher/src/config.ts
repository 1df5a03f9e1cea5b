import { type ConfigOf, commonConfig, integer } from "@heliograph/server-kit";

/** Every setting of the watcher. */
export const watcherConfig = {
  ...commonConfig,
  DATABASE_POOL_SIZE: integer({ description: "most connections of this process", default: 4, min: 2, max: 50 }),
  PORT: integer({ description: "health endpoints and metrics", default: 4100, min: 0, max: 65_535 }),
  POLL_BUSY_MS: integer({
    description: "pause between looks at the log while changes flow",
    default: 25,
    min: 1,
    max: 10_000,
    unit: "ms",
  }),
  POLL_INTERVAL_MS: integer({
    description: "pause between looks at the log when nothing changes",
    default: 50,
    min: 1,
    max: 10_000,
    unit: "ms",
  }),
  CLAIM_BATCH: integer({
    description: "most rows sequenced at once; 2000 take about 40 ms",
    default: 2000,
    min: 1,
    max: 20_000,
    unit: "rows",
  }),
  LEASE_TTL_MS: integer({
    description: "how long a leader may be silent before another takes over",
    default: 3000,
    min: 1000,
    max: 60_000,
    unit: "ms",
  }),
  SESSION_GRACE_MS: integer({
    description: "how long the sessions of a gateway that died may be taken over before they are deleted",
    default: 60_000,
    min: 0,
    max: 86_400_000,
    unit: "ms",
  }),
  LOG_RETENTION_DAYS: integer({
    description: "how long the feed is kept; clients that were away longer compare versions instead",
    default: 7,
    min: 2,
    max: 3650,
    unit: "days",
  }),
  AUDIT_RETENTION_DAYS: integer({
    description: "how long it is kept who changed what",
    default: 365,
    min: 2,
    max: 36_500,
    unit: "days",
  }),
  PARTITION_DAYS: integer({
    description: "days for which log partitions exist ahead of time",
    default: 14,
    min: 3,
    max: 90,
    unit: "days",
  }),
} as const;

export type WatcherConfig = ConfigOf<typeof watcherConfig>;

export const watcherEnvironment = process.env;
