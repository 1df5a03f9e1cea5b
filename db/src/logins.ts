import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import type { DatabaseNames } from "@heliograph/shared/database-names";
import { withClient } from "./database/connection.ts";

/** Services, with the variable that holds the address which the service is given. */
const services = { gateway: "GATEWAY_DATABASE_URL", watcher: "WATCHER_DATABASE_URL" } as const;

/** The number that PostgreSQL itself uses. */
const iterations = 4096;

/**
 * The verifier that PostgreSQL stores for a password (RFC 5802 and 7677). It is computed here, so that neither the statement
 * nor the server's log shows the password. Only for ASCII passwords: other text would have to be normalized first.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const hmac = (text: string) => createHmac("sha256", salted).update(text).digest();
  const stored = createHash("sha256").update(hmac("Client Key")).digest("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${stored}:${hmac("Server Key").toString("base64")}`;
}

/**
 * Gives the service roles the passwords in the services' own addresses, so that each password is kept in one place. Open
 * sessions stay open; new ones need the new password.
 * @throws when a variable is missing, or names another role or no password
 */
export async function setLogins(
  databaseUrl: string,
  { roles }: DatabaseNames,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const passwords = (["gateway", "watcher"] as const).map((service) => {
    const [role, variable] = [roles[service], services[service]];
    const address = env[variable] ?? "";
    if (!URL.canParse(address)) throw new Error(`${variable} must be the DATABASE_URL of the service`);
    const { username, password } = new URL(address);
    if (decodeURIComponent(username) !== role) throw new Error(`${variable} must name the role ${role}`);
    const text = decodeURIComponent(password);
    if (!/^[\x21-\x7e]{16,}$/.test(text))
      throw new Error(`${variable} must hold a password of at least 16 ASCII characters`);
    return { role, verifier: scramVerifier(text) };
  });
  await withClient(databaseUrl, async (client) => {
    // ALTER ROLE takes no parameters; a verifier contains no quote.
    for (const { role, verifier } of passwords) await client.query(`alter role ${role} password '${verifier}'`);
  });
}
