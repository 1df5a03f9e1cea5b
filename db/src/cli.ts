import { parseArgs } from "node:util";
import { seedDemo } from "../suite/seed/seed-demo.ts";
import { ConfigurationError, databaseUrlFromEnvironment, namesFromEnvironment, serviceAddresses } from "./config.ts";
import { dumpCatalog } from "./dump.ts";
import { setLogins } from "./logins.ts";
import { migrate } from "./migrate.ts";
import { recordRelease } from "./releases.ts";
import { checkSchema, writeSchema } from "./schema-check.ts";

const usage = `Usage: db-import [command] [--logins] [--suite] [--demo]

Uses the database in DATABASE_URL, the schema HELIOGRAPH_SCHEMA and roles whose names begin with
HELIOGRAPH_ROLE_PREFIX (default of both: heliograph). The suite requires HELIOGRAPH_SCHEMA=app.

  migrate   install Heliograph, or apply pending migrations (default)
  dump      print the schema as text
  check     compare a fresh installation, the migrations and the committed dumps, on scratch databases of the server
  schema    write core/schema.sql and suite/schema.sql, from scratch databases of the server
  release   record the current definitions as a release; later changes then require migrations

  --suite   with migrate: also install the suite (the demonstration tables)
  --demo    with migrate: also install the suite and its demonstration data, if missing
  --logins  with migrate: then set the passwords of the services' roles from GATEWAY_DATABASE_URL and
            WATCHER_DATABASE_URL
`;

/** EX_CONFIG of sysexits.h, the exit code of all Heliograph programs for invalid configuration. */
const EXIT_CONFIGURATION = 78;

const report = (text: string): void => void process.stderr.write(`${text}\n`);

interface Flags {
  readonly logins: boolean;
  readonly suite: boolean;
  readonly demo: boolean;
}

const commands: Readonly<Record<string, (flags: Flags) => Promise<void>>> = {
  async migrate({ logins, suite, demo }) {
    const url = databaseUrlFromEnvironment();
    const names = namesFromEnvironment();
    const applied = await migrate(url, { names, suite: suite || demo, logger: { info: report } });
    if (applied.length === 0) report("The database is up to date.");
    if (logins) {
      await setLogins(url, names, serviceAddresses());
      report("The passwords of the service roles are set.");
    }
    if (demo) {
      await seedDemo(url);
      report("The demonstration data is installed.");
    }
  },
  async dump() {
    process.stdout.write(await dumpCatalog(databaseUrlFromEnvironment(), namesFromEnvironment()));
  },
  async check() {
    const problems = await checkSchema(databaseUrlFromEnvironment());
    for (const problem of problems) report(problem);
    if (problems.length > 0) process.exitCode = 1;
    else report("Fresh installation, migrations and the committed dumps agree.");
  },
  async schema() {
    await writeSchema(databaseUrlFromEnvironment());
  },
  async release() {
    report(`Recorded release ${await recordRelease()}.`);
  },
};

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      logins: { type: "boolean", default: false },
      suite: { type: "boolean", default: false },
      demo: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return void process.stdout.write(usage);
  const command = commands[positionals[0] ?? "migrate"];
  if (command === undefined || positionals.length > 1) throw new ConfigurationError(`unknown command\n\n${usage}`);
  await command(values);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  report(`db-import: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof ConfigurationError ? EXIT_CONFIGURATION : 1;
}
