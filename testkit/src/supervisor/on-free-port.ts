import { freePort } from "../process/free-port.ts";

const MAX_ATTEMPTS = 10;

function isAddressInUse(error: unknown): boolean {
  return /EADDRINUSE|address already in use|could not bind/i.test(error instanceof Error ? `${error.message}` : "");
}

/**
 * Starts a program on the preferred port or the next free one. Retries with the next port when another process takes the port
 * between the check and the start.
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
      if (!isAddressInUse(error) || tries === MAX_ATTEMPTS) throw error;
    }
  }
}
