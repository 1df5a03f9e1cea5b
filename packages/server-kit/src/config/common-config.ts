import { rolePrefixProblem, schemaNameProblem } from "@heliograph/shared/database-names";
import { choice, flag, integer, list, text, url } from "./config.ts";

const logLevels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;

/** Level of the lines written before the settings are parsed: a LOG_LEVEL that does not exist must still be told. */
export function startLogLevel(environment: Readonly<Record<string, string | undefined>>): (typeof logLevels)[number] {
  return logLevels.find((known) => known === environment["LOG_LEVEL"]) ?? "info";
}

/** Settings that gateway and watcher share; each service adds its own. */
export const commonConfig = {
  DATABASE_URL: url({ description: "PostgreSQL writer", protocols: ["postgresql:", "postgres:"] }),
  DATABASE_POOL_SIZE: integer({ description: "most connections of this process", default: 20, min: 2, max: 500 }),
  HELIOGRAPH_SCHEMA: text({
    description: "schema that Heliograph is installed in",
    default: "heliograph",
    problem: schemaNameProblem,
  }),
  HELIOGRAPH_ROLE_PREFIX: text({
    description: "beginning of the names of the database roles, which all databases of a server share",
    default: "heliograph",
    problem: rolePrefixProblem,
  }),
  REDIS_URL: url<null>({
    description: "Redis or Valkey; without it changes are found by polling the log",
    protocols: ["redis:", "rediss:", "unix:"],
    default: null,
  }),
  REDIS_PREFIX: text({ description: "beginning of every channel and key", default: "heliograph" }),
  HOST: text<null>({ description: "address to listen on; every one of the machine when absent", default: null }),
  LOG_LEVEL: choice({
    description: "least severe log line written",
    words: logLevels,
    default: "info",
  }),
  SYNC_ENABLED: flag({ description: "kill switch: false turns the socket and the watcher off", default: true }),
  METRICS_EMF: text<null>({
    description: "namespace of CloudWatch under which a line of metrics is written each minute; none when absent",
    default: null,
  }),
} as const;

/** Settings that say which tokens are accepted. */
export const tokenConfig = {
  JWT_SECRET: text({ description: "key that signs and verifies tokens (HS256)", minLength: 32, secret: true }),
  JWT_SECRET_ACCEPTED: text<null>({
    description: "another key whose tokens are accepted, the next or the one before, while keys are changed",
    minLength: 32,
    secret: true,
    default: null,
  }),
  JWT_ISSUER: text({ description: "iss that a token must carry", default: "heliograph" }),
  JWT_AUDIENCE: text({ description: "aud that a token must carry", default: "heliograph" }),
  TOKEN_LIFETIME_S: integer({
    description: "validity of a token from login",
    default: 43_200,
    min: 60,
    max: 2_592_000,
    unit: "s",
  }),
  TOKEN_RENEW_GRACE_S: integer({
    description: "how long after its end a token can still be exchanged for a new one by whoever is still a member",
    default: 604_800,
    min: 0,
    max: 2_592_000,
    unit: "s",
  }),
} as const;

/** Origins that may open sockets and read answers; empty: same origin only. */
export const allowedOrigins = list({
  description: "origins of pages that may connect, separated by commas",
  default: [],
});
