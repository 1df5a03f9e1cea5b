import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Where another program says that it is ready, and learns how the run goes on. */
export interface StartGate extends AsyncDisposable {
  readonly url: string;
}

/**
 * A gate on this machine. Its first visitor is answered with what `open` says, as JSON: so a run begins when k6 has made its
 * virtual users, however long that takes.
 */
export async function startGate(open: () => unknown): Promise<StartGate> {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(open()));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
