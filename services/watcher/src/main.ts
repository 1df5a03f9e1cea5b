import { randomUUID } from "node:crypto";
import {
  createLogger,
  createMetricsRegistry,
  createPool,
  EmfLines,
  loadConfig,
  logReady,
  runService,
  startEmf,
  startHealthServer,
  startLogLevel,
  waitUntilReady,
} from "@heliograph/server-kit";
import { databaseNames } from "@heliograph/shared/database-names";
import { createRedisBus, silentBus } from "./claim/bus.ts";
import { createLogDatabase } from "./claim/log-database.ts";
import { LogWatcher } from "./claim/log-watcher.ts";
import { PollPause } from "./claim/poll-pause.ts";
import { watcherConfig, watcherEnvironment } from "./config.ts";
import { Housekeeper } from "./housekeeping/housekeeper.ts";
import { createHousekeepingDatabase } from "./housekeeping/housekeeping-database.ts";
import { createRetentionDatabase } from "./housekeeping/log-retention.ts";
import { keepPartitions } from "./housekeeping/partition-keeper.ts";
import { startJobs } from "./jobs/start-jobs.ts";
import { createWatcherMetrics, watcherEmf } from "./metrics.ts";

/** A watcher is not ready after this much time without an answer from the database. */
const silenceLimitMs = 10_000;

runService(createLogger("watcher", startLogLevel(watcherEnvironment)), async ({ releasers, signal }) => {
  const config = loadConfig(watcherConfig, watcherEnvironment);
  const logger = createLogger("watcher", config.LOG_LEVEL);
  const metricsRegistry = createMetricsRegistry("watcher");

  const names = databaseNames(config.HELIOGRAPH_SCHEMA, config.HELIOGRAPH_ROLE_PREFIX);
  // The time limits end sessions that a frozen or disconnected watcher leaves behind. A claim must be durable before its
  // hint is published, hence synchronous_commit.
  const pool = createPool({
    url: config.DATABASE_URL,
    names,
    name: "heliograph-watcher",
    max: config.DATABASE_POOL_SIZE,
    logger,
    session: {
      idle_in_transaction_session_timeout: "2s",
      lock_timeout: "1s",
      statement_timeout: "5s",
      synchronous_commit: "on",
    },
    queryTimeoutMs: 6000,
  });
  releasers.push("database pool", () => pool.end());

  const database = createLogDatabase({ pool, watcherId: randomUUID(), leaseTtlMs: config.LEASE_TTL_MS });
  const metrics = createWatcherMetrics(metricsRegistry);
  const pollPause = new PollPause();
  const onPoke = (): void => {
    metrics.pokes.inc();
    pollPause.poke();
  };
  const bus =
    config.REDIS_URL && config.SYNC_ENABLED
      ? createRedisBus({ url: config.REDIS_URL, prefix: config.REDIS_PREFIX, logger, onPoke })
      : silentBus;
  releasers.push("bus", () => bus.close());

  const watcher = new LogWatcher({ database, bus, pollPause, settings: config, metrics, logger });

  // The health server starts before the database is reachable: an orchestrator must see a live process that waits, not a
  // crash loop.
  let started = false;
  const notReady = (): string | undefined => {
    if (!started) return "waiting for the database";
    return config.SYNC_ENABLED && watcher.silentMs > silenceLimitMs ? "the database does not answer" : undefined;
  };
  const health = await startHealthServer({
    port: config.PORT,
    host: config.HOST,
    health: { notReady },
    metricsRegistry,
  });
  releasers.push("health server", health.close);

  await waitUntilReady({
    what: "PostgreSQL and its schema",
    logger,
    signal,
    attempt: () => pool.query(`select 1 from ${pool.names.schema}.sync_state`),
  });
  started = true;

  const stop = new AbortController();
  const partitions = keepPartitions({
    database,
    days: config.PARTITION_DAYS,
    logger,
    signal: stop.signal,
    onKept: () => {
      metrics.partitions.until = Date.now() + config.PARTITION_DAYS * 86_400_000;
    },
    onChecked: (rows) => {
      metrics.rowsWithoutDay.set(rows);
      if (rows > 0) metrics.missingDays.inc();
    },
  });
  const keep = { logging: config.LOG_RETENTION_DAYS, logging_detail: config.AUDIT_RETENTION_DAYS };
  const housekeeper = new Housekeeper({
    database: createHousekeepingDatabase({
      pool,
      retention: createRetentionDatabase({ pool, keep }),
      sessionGraceMs: config.SESSION_GRACE_MS,
      logger,
    }),
    logger,
  });
  // With sync switched off no watcher leads, but grants must still expire: then every watcher runs the jobs.
  const leading = (): boolean => !config.SYNC_ENABLED || watcher.leading;
  const stopJobs = startJobs({
    databaseUrl: config.DATABASE_URL,
    names,
    redisUrl: config.REDIS_URL,
    redisPrefix: config.REDIS_PREFIX,
    keep,
    leading,
    logger,
    metricsRegistry,
  });
  releasers.push("jobs", stopJobs);
  if (config.METRICS_EMF !== null) {
    const lines = new EmfLines({
      namespace: config.METRICS_EMF,
      service: "watcher",
      metricsRegistry,
      names: watcherEmf,
    });
    releasers.push(
      "CloudWatch metrics",
      startEmf(lines, (error) =>
        logger.warn({ err: error }, "failed to write a CloudWatch metrics line; retrying in a minute"),
      ),
    );
  }
  const watching = config.SYNC_ENABLED ? watcher.run(stop.signal) : Promise.resolve();
  const startedAt = performance.now();
  const housekeeping = housekeeper.run(
    () => (config.SYNC_ENABLED ? watcher.steadyMs : performance.now() - startedAt),
    stop.signal,
  );
  // Pushed last and so released first: the lease is released while database and bus still work.
  releasers.push("watcher", async () => {
    stop.abort();
    await Promise.all([watching, partitions, housekeeping]);
  });
  if (!config.SYNC_ENABLED) logger.warn("SYNC_ENABLED is false: changes are logged but not sequenced or published");
  logReady(logger, health.port, "watcher ready");
});
