import { createHmac } from "node:crypto";
import pg from "pg";

/** Roles that services connect as. The schema creates them without a password. */
export type ServiceRole = "heliograph_gateway" | "heliograph_watcher";

/**
 * Password of a service role, derived from the superuser's: every demo and tool with the same superuser URL derives the same
 * one, so that two of them on one server do not overwrite each other's password. Null where the superuser needs none either
 * (trusted socket).
 */
function passwordOf(databaseUrl: URL, role: ServiceRole): string | null {
  if (databaseUrl.password === "") return null;
  return createHmac("sha256", decodeURIComponent(databaseUrl.password))
    .update(`heliograph login of ${role}`)
    .digest("hex");
}

/** URL with which a service connects to the database of `databaseUrl` (a superuser URL). */
export function roleUrl(databaseUrl: string, role: ServiceRole): string {
  const url = new URL(databaseUrl);
  const password = passwordOf(url, role);
  url.username = role;
  url.password = password ?? "";
  return url.href;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function canLogIn(url: string): Promise<unknown> {
  try {
    await withClient(url, async (client) => client.query("select 1"));
    return null;
  } catch (error) {
    return error;
  }
}

/**
 * Enables the service roles to log in on a migrated database. Changes a password only when the current one does not work: a
 * change keeps open connections but breaks every later connection of the program that set the old one.
 */
export async function ensureServiceLogins(databaseUrl: string): Promise<void> {
  for (const role of ["heliograph_gateway", "heliograph_watcher"] as const) {
    const url = roleUrl(databaseUrl, role);
    if ((await canLogIn(url)) === null) continue;
    const password = passwordOf(new URL(databaseUrl), role);
    if (password !== null) {
      // ALTER ROLE takes no parameters; the password is hexadecimal, so it needs no quoting.
      await withClient(databaseUrl, async (client) => client.query(`alter role ${role} password '${password}'`));
    }
    const cause = await canLogIn(url);
    if (cause !== null) throw new Error(`The role ${role} cannot log in on this database: ${String(cause)}`, { cause });
  }
}
