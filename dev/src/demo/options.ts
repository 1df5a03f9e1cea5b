import path from "node:path";
import { parseArgs } from "node:util";
import { commonConfig, integer, loadConfig, text, url } from "@heliograph/server-kit";
import { dataFolder } from "@heliograph/testkit/repository";

/** How the demo was called. */
export interface DemoOptions {
  /** Delete the data of the last time first. */
  reset: boolean;
  /** Where data, secrets and logs lie. */
  dataFolder: string;
  /** Preferred port of the web application; the next free one when it is taken. */
  port: number;
  /** Address that the web application listens on. */
  host: string;
  /** Superuser URL of a PostgreSQL to use in place of an embedded one. */
  databaseUrl: string | null;
  /** Redis to use in place of one of our own. */
  redisUrl: string | null;
  /** Settings that go on to every service: whatever the environment has. */
  passOn: Readonly<Record<string, string>>;
}

const DEFAULT_PORT = 8080;
/** What the demo itself reads of the environment. Each service gets its own value of these, or none. */
const environment = {
  DATABASE_URL: url<null>({
    description: "a superuser's URL of a PostgreSQL to use in place of an embedded one",
    protocols: ["postgresql:", "postgres:"],
    default: null,
  }),
  REDIS_URL: commonConfig.REDIS_URL,
  PORT: integer({ description: "port of the web application", default: DEFAULT_PORT, min: 1, max: 65_535 }),
  HOST: text({ description: "address that the web application listens on", default: "127.0.0.1" }),
} as const;

/** What `--help` prints. */
export const demoUsage = `npm run demo -- [options]
  --reset          start over with new data
  --port <number>  port of the web application (default ${DEFAULT_PORT}, or the next free one)
  --host <address> address it listens on (default 127.0.0.1)
  --data <folder>  where data, secrets and logs lie (default .data)
Environment: DATABASE_URL (a superuser's) and REDIS_URL are used instead of own servers; every other variable goes on to
the services, for example SYNC_ENABLED=false.`;

/**
 * Reads command line and environment; null when help was asked for. Throws with a sentence on an unknown option, and a
 * ConfigurationError that names the variable on a bad environment.
 */
export function demoOptions(args: readonly string[], env: Readonly<NodeJS.ProcessEnv>): DemoOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      reset: { type: "boolean", default: false },
      port: { type: "string" },
      host: { type: "string" },
      data: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, PORT, HOST } = loadConfig(environment, env);
  const port = Number(values.port ?? PORT);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`--port must be between 1 and 65535, it is ${values.port}`);
  if (databaseUrl !== null && values.reset) {
    throw new Error("--reset does not touch a database given by DATABASE_URL: drop it and create it again yourself.");
  }
  const passOn = Object.entries(env).filter(([name]) => !Object.hasOwn(environment, name) && !name.startsWith("npm_"));
  return {
    reset: values.reset,
    dataFolder: values.data === undefined ? dataFolder : path.resolve(values.data),
    port,
    host: values.host ?? HOST,
    databaseUrl,
    redisUrl,
    passOn: Object.fromEntries(passOn.map(([name, value]) => [name, value ?? ""])),
  };
}
