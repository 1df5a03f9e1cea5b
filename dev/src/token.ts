/**
 * `npm run token -- --email E`: prints a token for a user, as a sign-in would, without a password. Signs with the secret of
 * the demo or with JWT_SECRET, and looks the user up in the running demo's database or in --database-url.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { loadConfig, Tokens, tokenConfig } from "@heliograph/server-kit";
import { readOptions } from "@heliograph/testkit/process/read-options";
import { dataFolder } from "@heliograph/testkit/repository";
import pg from "pg";
import { runningDemo } from "./demo/running-demo.ts";
import { demoSecrets } from "./demo/secrets.ts";

/** A user, and the organization that the token is for. */
interface Membership {
  person_id: string;
  organization_id: string;
}

const usage =
  "npm run token -- --email <address> [--organization <id>] [--database-url <superuser URL>] [--data <folder>]";

function runningDemoUrl(folder: string): string {
  const demo = runningDemo(folder);
  if (demo === null)
    throw new Error("No demo runs from this clone. Start it with npm run demo, or pass --database-url.");
  return demo.databaseUrl;
}

async function membershipOf(databaseUrl: string, email: string, organization: string | undefined): Promise<Membership> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<Membership>(
      `select m.person_id, m.organization_id
         from app.person p join app.membership m on m.person_id = p.id
        where lower(p.email) = lower($1) and ($2::uuid is null or m.organization_id = $2)
        order by m.organization_id`,
      [email, organization ?? null],
    );
    if (rows[0] !== undefined) return rows[0];
    const known = await client.query<{ email: string }>("select email from app.person order by email limit 10");
    throw new Error(
      `No user has the address ${email}. Known addresses: ${known.rows.map((row) => row.email).join(", ")}`,
    );
  } finally {
    await client.end();
  }
}

/** The command line; null when help was asked for. */
function tokenOptions() {
  const { values } = parseArgs({
    options: {
      email: { type: "string" },
      organization: { type: "string" },
      "database-url": { type: "string" },
      data: { type: "string", default: dataFolder },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  const { email } = values;
  if (email === undefined) throw new Error("--email is missing: the address of the user that the token is for");
  return { ...values, email };
}

async function main(): Promise<string> {
  const values = readOptions(tokenOptions, usage);
  const folder = path.resolve(values.data);
  const databaseUrl = values["database-url"] ?? (process.env["DATABASE_URL"] || runningDemoUrl(folder));
  const { person_id, organization_id } = await membershipOf(databaseUrl, values.email, values.organization);
  const secret = process.env["JWT_SECRET"] || demoSecrets(folder).jwtSecret;
  const tokens = new Tokens(loadConfig(tokenConfig, { ...process.env, JWT_SECRET: secret }));
  return tokens.sign({ personId: person_id, organizationId: organization_id }).token;
}

try {
  process.stdout.write(`${await main()}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message || String(error) : String(error)}\n`);
  process.exitCode = 1;
}
