import { commonConfig, integer } from "@heliograph/server-kit";

/** Environment variables of the watcher. */
export const watcherConfig = {
  ...commonConfig,
  DATABASE_POOL_SIZE: integer({
    description: "maximum database connections of this process",
    default: 4,
    min: 2,
    max: 50,
  }),
  PORT: integer({ description: "port of the health endpoints and metrics", default: 4100, min: 0, max: 65_535 }),
  POLL_BUSY_MS: integer({
    description: "poll interval of the log while changes arrive",
    default: 25,
    min: 1,
    max: 10_000,
    unit: "ms",
  }),
  POLL_INTERVAL_MS: integer({
    description: "poll interval of the log when idle",
    default: 50,
    min: 1,
    max: 10_000,
    unit: "ms",
  }),
  CLAIM_BATCH: integer({
    description: "maximum rows sequenced in one claim; 2000 take about 40 ms",
    default: 2000,
    min: 1,
    max: 20_000,
    unit: "rows",
  }),
  LEASE_TTL_MS: integer({
    description: "duration of the leader's lease; another watcher takes over when it expires",
    default: 3000,
    min: 1000,
    max: 60_000,
    unit: "ms",
  }),
  SESSION_GRACE_MS: integer({
    description: "how long sessions of a dead gateway can be resumed before they are deleted",
    default: 60_000,
    min: 0,
    max: 86_400_000,
    unit: "ms",
  }),
  LOG_RETENTION_DAYS: integer({
    description: "retention of the feed; clients that were away longer subscribe again with the versions they hold",
    default: 7,
    min: 2,
    max: 3650,
    unit: "days",
  }),
  AUDIT_RETENTION_DAYS: integer({
    description: "retention of the audit log (who changed what)",
    default: 365,
    min: 2,
    max: 36_500,
    unit: "days",
  }),
  PARTITION_DAYS: integer({
    description: "how many days ahead log partitions are created",
    default: 14,
    min: 3,
    max: 90,
    unit: "days",
  }),
} as const;

export const watcherEnvironment = process.env;
