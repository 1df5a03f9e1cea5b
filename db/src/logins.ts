import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import type { DatabaseNames } from "@heliograph/shared/database-names";
import { withClient } from "./database/connection.ts";

/** Variable that holds the database URL of each service. */
const services = { gateway: "GATEWAY_DATABASE_URL", watcher: "WATCHER_DATABASE_URL" } as const;

/** Default of PostgreSQL (scram_iterations). */
const iterations = 4096;

/**
 * Computes the verifier that PostgreSQL stores for a password (RFC 5802 and 7677), so that neither the statement nor the
 * server's log contains the password. Accepts only ASCII passwords: other text would have to be normalized first.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const hmac = (text: string) => createHmac("sha256", salted).update(text).digest();
  const stored = createHash("sha256").update(hmac("Client Key")).digest("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${stored}:${hmac("Server Key").toString("base64")}`;
}

/**
 * Sets the passwords of the service roles to those in the database URLs of the services, so that each password is stored in
 * one place. Open sessions stay open; new ones need the new password.
 * @throws when a variable is missing, names another role, or has no password of at least 16 ASCII characters
 */
export async function setLogins(
  databaseUrl: string,
  { roles }: DatabaseNames,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const passwords = (["gateway", "watcher"] as const).map((service) => {
    const [role, variable] = [roles[service], services[service]];
    const address = env[variable] ?? "";
    if (!URL.canParse(address)) throw new Error(`${variable} must be the database URL of the service`);
    const { username, password } = new URL(address);
    if (decodeURIComponent(username) !== role) throw new Error(`${variable} must name the role ${role}`);
    const text = decodeURIComponent(password);
    if (!/^[\x21-\x7e]{16,}$/.test(text))
      throw new Error(`${variable} must hold a password of at least 16 ASCII characters`);
    return { role, verifier: scramVerifier(text) };
  });
  await withClient(databaseUrl, async (client) => {
    // ALTER ROLE accepts no parameters. The verifier contains no quotes.
    for (const { role, verifier } of passwords) await client.query(`alter role ${role} password '${verifier}'`);
  });
}
