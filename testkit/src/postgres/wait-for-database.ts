import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 5_000;

/** Errors of a server that answers: waiting does not help. 28: authentication, 3D: no such database, 42: no right. */
const FINAL = /^(28|3D|42)/;

/**
 * Waits until a database accepts connections, with growing pauses, and says what it waits for (never the password).
 * Rejects when the server answers that it does not want us.
 */
export async function waitForDatabase(
  databaseUrl: string,
  options: { signal: AbortSignal; report: (text: string) => void },
): Promise<void> {
  const { host, pathname } = new URL(databaseUrl);
  let said = "";
  for (let delay = FIRST_DELAY_MS; ; delay = Math.min(delay * 2, LONGEST_DELAY_MS)) {
    const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      // pg gives no code to a failure of its own: no password where the server asks for one.
      if ((code !== undefined && FINAL.test(code)) || message.startsWith("SASL: ")) {
        const why = /client password must be a string/.test(message)
          ? "it wants a password, the URL has none"
          : message;
        throw new Error(`PostgreSQL at ${host} refuses the connection to ${pathname.slice(1)}: ${why}`, {
          cause: error,
        });
      }
      const reason = message || code || "no answer";
      if (said !== reason) options.report(`Waiting for PostgreSQL at ${host} (${reason}) …`);
      said = reason;
    }
    await wait(delay, undefined, { signal: options.signal });
  }
}
