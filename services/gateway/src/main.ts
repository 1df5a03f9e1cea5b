import {
  createLogger,
  createMetricsRegistry,
  createPool,
  EmfLines,
  loadConfig,
  logReady,
  runService,
  startEmf,
  startLogLevel,
  Tokens,
  waitUntilReady,
} from "@heliograph/server-kit";
import { systemClock } from "@heliograph/shared/clock";
import { databaseNames } from "@heliograph/shared/database-names";
import { buildApp, listen } from "./app.ts";
import { gatewayConfig, gatewayEnvironment } from "./config.ts";
import { DatabaseLiveness } from "./database-liveness.ts";
import { EntityRegistry } from "./db/entity-registry.ts";
import { createGatewayMetrics, gatewayEmf } from "./metrics.ts";
import { createMetricsObserver } from "./metrics-observer.ts";
import { PubsubService } from "./sync/pubsub-service.ts";

/** A gateway whose database has been silent for longer is not ready. */
const silenceLimitMs = 10_000;
/**
 * Connections apart from those of users' requests, one for each that may be busy at once: feed, heartbeat, liveness probe, and the
 * three kinds of session statements. With fewer, a storm of subscriptions would block the feed.
 */
const syncPoolSize = 6;
/** Time for the rest of the shutdown after the drain: remaining sockets, last statements, pools. */
const afterDrainMs = 10_000;
/** How much longer this side waits for an answer than the server works on it, milliseconds. */
const silenceMs = 1000;

runService(createLogger("gateway", startLogLevel(gatewayEnvironment)), async ({ releasers, signal, allowShutdown }) => {
  const config = loadConfig(gatewayConfig, gatewayEnvironment);
  allowShutdown(config.DRAIN_MS + afterDrainMs);
  const logger = createLogger("gateway", config.LOG_LEVEL);
  const metricsRegistry = createMetricsRegistry("gateway");
  const metrics = createGatewayMetrics(metricsRegistry);
  if (config.METRICS_EMF !== null) {
    const options = { namespace: config.METRICS_EMF, service: "gateway", metricsRegistry, names: gatewayEmf };
    const stop = startEmf(new EmfLines(options), (error) =>
      logger.warn({ err: error }, "failed to write metrics line; retrying next minute"),
    );
    releasers.push("metrics lines", stop);
  }

  const url = config.DATABASE_URL;
  const names = databaseNames(config.HELIOGRAPH_SCHEMA, config.HELIOGRAPH_ROLE_PREFIX);
  const pool = createPool({
    url,
    names,
    name: "heliograph-gateway",
    max: config.DATABASE_POOL_SIZE,
    logger,
    pipeline: true,
    // For statements outside users' transactions, which set their own: catalog, members, sign-in.
    session: { statement_timeout: `${config.STATEMENT_TIMEOUT_MS}ms`, idle_in_transaction_session_timeout: "30s" },
    queryTimeoutMs: config.STATEMENT_TIMEOUT_MS + silenceMs,
  });
  releasers.push("database pool", () => pool.end());
  // Timeouts on both sides: a feed statement that hangs on a dead link would stop the gateway from following the log.
  const syncPool = createPool({
    url,
    names,
    name: "heliograph-gateway-sync",
    max: syncPoolSize,
    logger,
    session: { statement_timeout: "5s", idle_in_transaction_session_timeout: "5s" },
    queryTimeoutMs: 6000,
  });
  releasers.push("sync pool", () => syncPool.end());

  const registry = new EntityRegistry(pool);
  const tokens = new Tokens(config);
  const pubsub = new PubsubService({
    config,
    pool,
    syncPool,
    registry,
    tokens,
    logger,
    observer: createMetricsObserver({ metrics, logger }),
  });
  metrics.observeSizes(() => pubsub.sizes);
  const liveness = new DatabaseLiveness({ probe: () => syncPool.query("select 1"), clock: systemClock, logger });
  let filled = false;
  const notReady = (): string | undefined => {
    if (!filled) return "waiting for the database";
    return pubsub.notReady ?? (liveness.silentMs > silenceLimitMs ? "the database does not answer" : undefined);
  };

  // Before the database answers: an orchestrator must see a live process that waits, not a crash loop.
  const app = await buildApp({ config, pool, registry, tokens, logger, metrics, metricsRegistry, pubsub, notReady });
  releasers.push("HTTP server", () => app.close());
  const port = await listen(app, config.PORT, config.HOST);

  await waitUntilReady({
    what: "PostgreSQL and its schema",
    logger,
    signal,
    attempt: () => registry.refresh(),
  });
  const stopProbing = new AbortController();
  const probing = liveness.run(stopProbing.signal);
  releasers.push("database liveness", async () => {
    stopProbing.abort();
    await probing;
  });
  await waitUntilReady({ what: "the feed", logger, signal, attempt: () => pubsub.start(port) });
  filled = true;
  // Pushed last and released first: sockets move to other gateways while this one still answers requests.
  releasers.push("sockets", () => pubsub.stop());
  if (!config.SYNC_ENABLED) logger.warn("SYNC_ENABLED is false: refusing sockets, serving REST only");
  logReady(logger, port, "gateway ready");
});
