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

/** The exit code of all programs of the repository for a wrong command line. */
const EXIT_USAGE = 2;

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

/** The command to run, or null for --help. @throws Error about the command line */
function parseCommandLine(args: string[]): (() => Promise<void>) | null {
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
  if (values.help) return null;
  const [name = "migrate", ...rest] = positionals;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new Error(`There is no command ${name}.`);
  if (rest.length > 0) throw new Error(`Name one command, not ${positionals.join(" ")}.`);
  return () => command(values);
}

function readCommandLine(): (() => Promise<void>) | null {
  try {
    return parseCommandLine(process.argv.slice(2));
  } catch (error) {
    report(`db-import: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(EXIT_USAGE);
  }
}

const command = readCommandLine();
try {
  if (command === null) process.stdout.write(usage);
  else await command();
} catch (error) {
  report(`db-import: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof ConfigurationError ? EXIT_CONFIGURATION : 1;
}
