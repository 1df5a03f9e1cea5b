import { readFileSync } from "node:fs";
import path from "node:path";
import { migrate, seedDemo, suiteNames } from "@heliograph/db";
import { postgresAccount } from "@heliograph/testkit/postgres/account";
import { preparePostgresBinaries } from "@heliograph/testkit/postgres/binaries";
import { createData } from "@heliograph/testkit/postgres/create-data";
import { prepareDataPlace, removeData } from "@heliograph/testkit/postgres/data-place";
import { stopLeftover } from "@heliograph/testkit/postgres/leftover";
import { type PostgresPlace, type PostgresServer, startPostgres } from "@heliograph/testkit/postgres/server";
import { waitForDatabase } from "@heliograph/testkit/postgres/wait-for-database";
import { unlessAborted } from "@heliograph/testkit/process/stop-request";
import { keepOnPort } from "@heliograph/testkit/supervisor/keep-on-port";
import pg from "pg";
import type { DemoContext } from "./context.ts";

/** Not PostgreSQL's default port: another PostgreSQL on the machine may use that. */
const DEFAULT_PORT = 54_320;
const DATABASE = "heliograph";

/** A migrated database with the demonstration data. */
export interface DemoDatabase {
  /** URL of a superuser. */
  url: string;
  /** Null when the database comes from DATABASE_URL. */
  pid: number | null;
}

function refuseOtherVersion(place: PostgresPlace): void {
  const found = readFileSync(path.join(place.dataDirectory, "PG_VERSION"), "utf8").trim();
  const [wanted] = place.binaries.version.split(".");
  if (found === wanted) return;
  throw new Error(
    `The data in ${place.dataDirectory} belongs to PostgreSQL ${found}, and this is ${wanted}. Start with new data: npm run demo -- --reset`,
  );
}

/** Starts the embedded server on the data of this folder and creates what is missing. */
async function startEmbedded(context: DemoContext): Promise<DemoDatabase> {
  const { options, secrets, logs, report, signal, undo } = context;
  const account = postgresAccount();
  if (options.reset) {
    const { dataDirectory } = prepareDataPlace(options.dataFolder, account);
    await stopLeftover(dataDirectory);
    removeData(options.dataFolder, account);
  }
  const { dataDirectory, initialised } = prepareDataPlace(options.dataFolder, account);
  const place: PostgresPlace = { binaries: preparePostgresBinaries(), account, dataDirectory };
  if (initialised) {
    refuseOtherVersion(place);
    await stopLeftover(dataDirectory);
  } else {
    report("Creating a new database …");
    await createData(place, secrets.databasePassword);
  }
  const start = (candidate: number, startSignal: AbortSignal): Promise<PostgresServer> =>
    startPostgres(place, {
      listen: { port: candidate },
      settings: { max_connections: "200" },
      logSink: (line) => logs.write("postgres", line),
      signal: startSignal,
    });
  const { kept: server, port } = await keepOnPort("PostgreSQL", DEFAULT_PORT, start, { signal, report });
  undo.use(server);
  const url = `postgresql://postgres:${secrets.databasePassword}@127.0.0.1:${port}/${DATABASE}`;
  await createDatabase(url);
  return { url, pid: server.current()?.pid ?? null };
}

async function createDatabase(url: string): Promise<void> {
  const maintenance = new URL(url);
  maintenance.pathname = "/postgres";
  const client = new pg.Client({ connectionString: maintenance.href });
  await client.connect();
  try {
    const { rowCount } = await client.query("select from pg_database where datname = $1", [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

/** The database of the demo, migrated and filled. Waits for a server that DATABASE_URL names. */
export async function startDatabase(context: DemoContext): Promise<DemoDatabase> {
  const { options, report, signal } = context;
  const given = options.databaseUrl;
  if (given !== null) await waitForDatabase(given, { signal, report });
  const database = given === null ? await startEmbedded(context) : { url: given, pid: null };
  try {
    await unlessAborted(migrate(database.url, { names: suiteNames, suite: true }), signal);
    await unlessAborted(seedDemo(database.url), signal);
  } catch (error) {
    signal.throwIfAborted();
    const remedy = given === null ? " To discard its data and start again: npm run demo -- --reset" : "";
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`failed to migrate the database: ${reason}${remedy}`, { cause: error });
  }
  return database;
}
