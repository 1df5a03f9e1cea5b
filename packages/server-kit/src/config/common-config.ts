import { rolePrefixProblem, schemaNameProblem } from "@heliograph/shared/database-names";
import { choice, flag, integer, list, text, url } from "./config.ts";

const logLevels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;

/** Log level until the settings are parsed, so that an invalid LOG_LEVEL can be reported. */
export function startLogLevel(environment: Readonly<Record<string, string | undefined>>): (typeof logLevels)[number] {
  return logLevels.find((known) => known === environment["LOG_LEVEL"]) ?? "info";
}

/** Settings that gateway and watcher share; each service adds its own. */
export const commonConfig = {
  DATABASE_URL: url({ description: "PostgreSQL writer", protocols: ["postgresql:", "postgres:"] }),
  DATABASE_POOL_SIZE: integer({
    description: "maximum database connections of this process",
    default: 20,
    min: 2,
    max: 500,
  }),
  HELIOGRAPH_SCHEMA: text({
    description: "schema that Heliograph is installed in",
    default: "heliograph",
    problem: schemaNameProblem,
  }),
  HELIOGRAPH_ROLE_PREFIX: text({
    description: "prefix of the database roles, which all databases of a server share",
    default: "heliograph",
    problem: rolePrefixProblem,
  }),
  REDIS_URL: url<null>({
    description: "Redis or Valkey; without it the gateways poll the log for changes",
    protocols: ["redis:", "rediss:", "unix:"],
    default: null,
  }),
  REDIS_PREFIX: text({ description: "prefix of every channel and key in Redis", default: "heliograph" }),
  HOST: text<null>({ description: "address to listen on; all addresses of the machine if absent", default: null }),
  LOG_LEVEL: choice({
    description: "minimum severity of log lines",
    words: logLevels,
    default: "info",
  }),
  SYNC_ENABLED: flag({ description: "kill switch: false turns off the socket and the watcher", default: true }),
  METRICS_EMF: text<null>({
    description: "CloudWatch namespace for a metrics line in the log each minute; no such line if absent",
    default: null,
  }),
} as const;

/** Settings of the tokens. */
export const tokenConfig = {
  JWT_SECRET: text({ description: "key that signs and verifies tokens (HS256)", minLength: 32, secret: true }),
  JWT_SECRET_ACCEPTED: text<null>({
    description: "second key whose tokens are accepted during a key rotation, the next or the previous one",
    minLength: 32,
    secret: true,
    default: null,
  }),
  JWT_ISSUER: text({ description: "required `iss` claim of tokens", default: "heliograph" }),
  JWT_AUDIENCE: text({ description: "required `aud` claim of tokens", default: "heliograph" }),
  TOKEN_LIFETIME_S: integer({
    description: "lifetime of a token from sign-in",
    default: 43_200,
    min: 60,
    max: 2_592_000,
    unit: "s",
  }),
  TOKEN_RENEW_GRACE_S: integer({
    description: "how long after its expiry a token can be exchanged for a new one while the membership exists",
    default: 604_800,
    min: 0,
    max: 2_592_000,
    unit: "s",
  }),
} as const;

/** Origins whose pages may open sockets and read answers; if empty, the same origin only. */
export const allowedOrigins = list({
  description: "additional origins whose pages may connect, separated by commas",
  default: [],
});
