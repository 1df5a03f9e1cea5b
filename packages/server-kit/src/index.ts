export { Backoff } from "./backoff.ts";
export { coalesce } from "./coalesce.ts";
export { allowedOrigins, commonConfig, startLogLevel, tokenConfig } from "./common-config.ts";
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
} from "./config.ts";
export { ConfigurationError, configurationExitCode } from "./configuration-error.ts";
export { EmfLines, type EmfNames, startEmf } from "./emf.ts";
export { answerHealth, type Health, startHealthServer } from "./health-server.ts";
export { addTo, isRights, place, wasCreated } from "./lives.ts";
export { type LogRow, readLog } from "./log-row.ts";
export { createLogger, type Logger, logReady } from "./logger.ts";
export { createRegistry } from "./metrics.ts";
export { createPool, isSilence, isUnavailable } from "./pg-pool.ts";
export { createRedis } from "./redis.ts";
export { type Release, Releasers } from "./releasers.ts";
export { runService, type ServiceContext } from "./run-service.ts";
export { sleep } from "./sleep.ts";
export { type Identity, TokenError, type TokenSettings, Tokens } from "./token.ts";
export { waitUntilReady } from "./wait-until-ready.ts";
