import { parseArgs } from "node:util";
import { ConfigurationError, databaseUrlFromEnvironment, serviceAddresses } from "./config.ts";
import { dumpCatalog } from "./dump.ts";
import { importFresh } from "./import-fresh.ts";
import { setLogins } from "./logins.ts";
import { type MigrationLogger, migrate } from "./migrate.ts";
import { checkSchema, writeSchema } from "./schema-check.ts";
import { seedDemo } from "./seed.ts";
import { writeInitialMigration } from "./snapshot.ts";

const usage = `Usage: db-import [command] [--logins] [--demo]

Works on the database that DATABASE_URL names.

  migrate             apply the migrations it does not have yet (the default)
  import              import the current definitions into an empty database, for development
  dump                print the schema as text
  check               compare fresh import, migrations and db/schema.sql, on scratch databases of that server
  schema              write db/schema.sql, from a scratch database of that server
  initial-migration   write db/migrations/0001_initial.sql from the definitions; only before the first release

  --logins            after migrate: give the services' roles the passwords that stand in GATEWAY_DATABASE_URL and
                      WATCHER_DATABASE_URL
  --demo              after migrate or import: fill in the demo data, if it is not there
`;

/** EX_CONFIG of sysexits.h: the same for every program here that was configured wrongly. */
const EXIT_CONFIGURATION = 78;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

const logger: MigrationLogger = { info: say, warn: say, error: say };

const commands: Readonly<Record<string, (url: string) => Promise<void>>> = {
  async migrate(url) {
    const names = await migrate(url, { logger });
    say(names.length === 0 ? "The database is up to date." : `Applied: ${names.join(", ")}`);
  },
  async import(url) {
    await importFresh(url);
    say("Imported the current definitions.");
  },
  async dump(url) {
    process.stdout.write(await dumpCatalog(url));
  },
  async check(url) {
    const problems = await checkSchema(url);
    for (const problem of problems) say(problem);
    if (problems.length > 0) process.exitCode = 1;
    else say("Fresh import, migrations and db/schema.sql agree.");
  },
  async schema(url) {
    await writeSchema(url);
  },
  async "initial-migration"() {
    say(`Wrote ${await writeInitialMigration()}`);
  },
};

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      logins: { type: "boolean", default: false },
      demo: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return void process.stdout.write(usage);
  const name = positionals[0] ?? "migrate";
  const command = commands[name];
  if (command === undefined || positionals.length > 1) throw new ConfigurationError(`unknown command\n\n${usage}`);
  const url = name === "initial-migration" ? "" : databaseUrlFromEnvironment();
  await command(url);
  if (values.logins && name === "migrate") {
    await setLogins(url, serviceAddresses());
    say("The services can log in.");
  }
  if (values.demo && (name === "migrate" || name === "import")) {
    await seedDemo(url);
    say("The demo data is there.");
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  say(`db-import: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof ConfigurationError ? EXIT_CONFIGURATION : 1;
}
