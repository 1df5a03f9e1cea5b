export { type Identity, TokenError, type TokenSettings, Tokens } from "./auth/token.ts";
export { allowedOrigins, commonConfig, startLogLevel, tokenConfig } from "./config/common-config.ts";
export {
  type ConfigOf,
  type ConfigTable,
  choice,
  flag,
  integer,
  list,
  loadConfig,
  renderConfigTable,
  text,
  url,
} from "./config/config.ts";
export { ConfigurationError, configurationExitCode } from "./config/configuration-error.ts";
export { listenError } from "./config/listen-error.ts";
export { type ChangeBatch, decodeBusMessage, encodeFeedMessage, type FeedMessage } from "./feed/bus-codec.ts";
export { type CoalescedChanges, coalesce, coalesceInto, placeChange } from "./feed/coalesce.ts";
export { includesCreation, isRightsChange, type LogChange } from "./feed/log-change.ts";
export { type LogRow, readLog } from "./feed/log-row.ts";
export { EmfLines, type EmfNames, startEmf } from "./observability/emf.ts";
export { answerHealth, type Health, startHealthServer } from "./observability/health-server.ts";
export { createLogger, type Logger, logReady } from "./observability/logger.ts";
export { createMetricsRegistry, type MetricsRegistry } from "./observability/metrics-registry.ts";
export { createPool, type DatabasePool, isSilence, isUnavailable } from "./postgres/pg-pool.ts";
export { createRedis } from "./redis/redis.ts";
export { type Release, Releasers } from "./service/releasers.ts";
export { runService, type ServiceContext } from "./service/run-service.ts";
export { waitUntilReady } from "./service/wait-until-ready.ts";
