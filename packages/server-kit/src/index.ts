export { type Identity, TokenError, type TokenSettings, Tokens } from "./auth/token.ts";
export { coalesce } from "./coalesce.ts";
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
export { addTo, isRights, place, wasCreated } from "./lives.ts";
export { type LogRow, readLog } from "./log-row.ts";
export { EmfLines, type EmfNames, startEmf } from "./observability/emf.ts";
export { answerHealth, type Health, startHealthServer } from "./observability/health-server.ts";
export { createLogger, type Logger, logReady } from "./observability/logger.ts";
export { createMetricsRegistry, type MetricsRegistry } from "./observability/metrics-registry.ts";
export { createPool, isSilence, isUnavailable } from "./postgres/pg-pool.ts";
export { createRedis } from "./redis/redis.ts";
export { type Release, Releasers } from "./service/releasers.ts";
export { runService, type ServiceContext } from "./service/run-service.ts";
export { waitUntilReady } from "./service/wait-until-ready.ts";
