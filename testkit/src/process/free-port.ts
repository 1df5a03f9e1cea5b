import { once } from "node:events";
import { createServer } from "node:net";

const HIGHEST_PORT = 65_535;

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen({ port, host: "127.0.0.1", exclusive: true });
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}

/**
 * The first free port at or above `preferred`, excluding those in `taken` (chosen but not yet listening). Another process may
 * take it before it is used; the caller must then retry with the next.
 */
export async function freePort(preferred: number, taken: ReadonlySet<number> = new Set()): Promise<number> {
  for (let port = preferred; port <= HIGHEST_PORT; port++) {
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new Error(`There is no free port at or above ${preferred}.`);
}

/** A free port chosen by the system. */
export async function anyFreePort(): Promise<number> {
  const server = createServer();
  server.listen({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("A TCP server has no port.");
  return address.port;
}
