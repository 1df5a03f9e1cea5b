import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** An HTTP address that another program requests when it is ready, and whose response says how the run continues. */
export interface StartGate extends AsyncDisposable {
  readonly url: string;
}

/**
 * Opens a gate on the loopback. A request is answered with the result of `open` as JSON, so a run begins when k6 has created
 * its virtual users, however long that takes.
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
