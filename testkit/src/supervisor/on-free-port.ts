import { freePort } from "../process/free-port.ts";

const TRIES = 10;

function saysInUse(error: unknown): boolean {
  return /EADDRINUSE|address already in use|could not bind/i.test(error instanceof Error ? `${error.message}` : "");
}

/**
 * Starts something on the preferred port, or on the next that is free. Between looking and listening another process may
 * take the port; then the next one is tried.
 */
export async function onFreePort<T>(
  preferred: number,
  start: (port: number) => Promise<T>,
  taken: Set<number> = new Set(),
): Promise<{ started: T; port: number }> {
  for (let tries = 1; ; tries++) {
    const port = await freePort(preferred, taken);
    taken.add(port);
    try {
      return { started: await start(port), port };
    } catch (error) {
      if (!saysInUse(error) || tries === TRIES) throw error;
    }
  }
}
