import { randomUUID } from "node:crypto";
import {
  createLogger,
  createPool,
  createRegistry,
  loadConfig,
  logReady,
  runService,
  startHealthServer,
  startLogLevel,
  waitUntilReady,
} from "@heliograph/server-kit";
import { createRedisBus, silentBus } from "./bus.ts";
import { watcherConfig, watcherEnvironment } from "./config.ts";
import { createHouseDatabase } from "./house-database.ts";
import { Housekeeper } from "./housekeeper.ts";
import { createLogDatabase } from "./log-database.ts";
import { LogWatcher } from "./log-watcher.ts";
import { createWatcherMetrics } from "./metrics.ts";
import { keepPartitions } from "./partition-keeper.ts";
import { Wake } from "./wake.ts";

/** A watcher whose database has been silent for longer is not ready. */
const silenceLimitMs = 10_000;

runService(createLogger("watcher", startLogLevel(watcherEnvironment)), async ({ releasers, signal }) => {
  const config = loadConfig(watcherConfig, watcherEnvironment);
  const logger = createLogger("watcher", config.LOG_LEVEL);
  const registry = createRegistry("watcher");

  // Sessions that a frozen or cut-off watcher leaves behind end by themselves; a claim is durable before it is told.
  const pool = createPool({
    url: config.DATABASE_URL,
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

  const database = createLogDatabase({ pool, me: randomUUID(), leaseTtlMs: config.LEASE_TTL_MS });
  const metrics = createWatcherMetrics(registry);
  const wake = new Wake();
  const onPoke = (): void => {
    metrics.pokes.inc();
    wake.poke();
  };
  const bus =
    config.REDIS_URL && config.SYNC_ENABLED
      ? createRedisBus({ url: config.REDIS_URL, prefix: config.REDIS_PREFIX, logger, onPoke })
      : silentBus;
  releasers.push("bus", () => bus.close());

  const watcher = new LogWatcher({ database, bus, wake, settings: config, metrics, logger });

  // Before the database: an orchestrator must see a live process that waits, not a crash loop.
  let started = false;
  const notReady = (): string | undefined => {
    if (!started) return "waiting for the database";
    return config.SYNC_ENABLED && watcher.silentMs > silenceLimitMs ? "the database does not answer" : undefined;
  };
  const health = await startHealthServer({ port: config.PORT, host: config.HOST, health: { notReady }, registry });
  releasers.push("health server", health.close);

  await waitUntilReady({
    what: "PostgreSQL and its schema",
    logger,
    signal,
    attempt: () => pool.query("select 1 from app.sync_state"),
  });
  started = true;

  const stop = new AbortController();
  const partitions = keepPartitions({ database, days: config.PARTITION_DAYS, logger, signal: stop.signal });
  const housekeeper = new Housekeeper({
    database: createHouseDatabase({
      pool,
      settings: {
        sessionGraceMs: config.SESSION_GRACE_MS,
        logRetentionDays: config.LOG_RETENTION_DAYS,
        auditRetentionDays: config.AUDIT_RETENTION_DAYS,
      },
    }),
    logger,
  });
  const watching = config.SYNC_ENABLED ? watcher.run(stop.signal) : Promise.resolve();
  const housekeeping = housekeeper.run(() => watcher.steadyMs, stop.signal);
  // Last pushed, first released: the lease is handed over while database and bus still work.
  releasers.push("watcher", async () => {
    stop.abort();
    await Promise.all([watching, partitions, housekeeping]);
  });
  if (!config.SYNC_ENABLED) logger.warn("SYNC_ENABLED is false: changes are logged but not sequenced or told");
  logReady(logger, health.port, "watcher ready");
});
