import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 5_000;

/** Error classes for which waiting does not help. 28: authentication, 3D: no such database, 42: no privilege. */
const FINAL = /^(28|3D|42)/;

/**
 * Waits until a database accepts connections, with growing pauses, and reports the reason (never the password). Rejects when
 * the server refuses the connection.
 */
export async function waitForDatabase(
  databaseUrl: string,
  options: { signal: AbortSignal; report: (text: string) => void },
): Promise<void> {
  const { host, pathname } = new URL(databaseUrl);
  let reported = "";
  for (let delay = FIRST_DELAY_MS; ; delay = Math.min(delay * 2, LONGEST_DELAY_MS)) {
    const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      // Errors of pg itself have no code, for example a missing password.
      if ((code !== undefined && FINAL.test(code)) || message.startsWith("SASL: ")) {
        const why = /client password must be a string/.test(message)
          ? "the server requires a password and the URL has none"
          : message;
        throw new Error(`PostgreSQL at ${host} refuses the connection to ${pathname.slice(1)}: ${why}`, {
          cause: error,
        });
      }
      const reason = message || code || "no answer";
      if (reported !== reason) options.report(`Waiting for PostgreSQL at ${host} (${reason}) …`);
      reported = reason;
    }
    await wait(delay, undefined, { signal: options.signal });
  }
}
