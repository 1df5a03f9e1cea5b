import path from "node:path";
import { parseArgs } from "node:util";
import { commonConfig, integer, loadConfig, text, url } from "@heliograph/server-kit";
import { dataFolder } from "@heliograph/testkit/repository";

/** The options of one run of the demo. */
export interface DemoOptions {
  /** Delete existing data first. */
  reset: boolean;
  /** The folder of data, secrets and logs. */
  dataFolder: string;
  /** Preferred port of the web application; the next free port is used when it is taken. */
  port: number;
  /** Address that the web application listens on. */
  host: string;
  /** Superuser URL of a PostgreSQL to use instead of the embedded one. */
  databaseUrl: string | null;
  /** Redis to use instead of starting one. */
  redisUrl: string | null;
  /** Settings that are passed on to every service: the rest of the environment. */
  passOn: Readonly<Record<string, string>>;
}

const DEFAULT_PORT = 8080;
/** Variables that the demo itself reads. Each service gets its own value of these, or none. */
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

/** The text of `--help`. */
export const demoUsage = `npm run demo -- [options]
  --reset          start with new data
  --port <number>  port of the web application (default ${DEFAULT_PORT}, or the next free one)
  --host <address> address it listens on (default 127.0.0.1)
  --data <folder>  folder of data, secrets and logs (default .data)
Environment: DATABASE_URL (of a superuser) and REDIS_URL name servers to use instead of starting them. Every other
variable is passed on to the services, for example SYNC_ENABLED=false.`;

/**
 * Reads the command line and the environment. Returns null when help was requested.
 * @throws Error on an unknown option; ConfigurationError that names a bad variable
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
    throw new Error(`--port must be between 1 and 65535, not ${values.port}`);
  if (databaseUrl !== null && values.reset) {
    throw new Error("--reset does not delete the database of DATABASE_URL. Drop it and create it again yourself.");
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
