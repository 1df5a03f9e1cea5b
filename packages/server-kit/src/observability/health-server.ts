import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { MetricsRegistry } from "./metrics-registry.ts";

/** What the health endpoints ask. */
export interface Health {
  /** A reason while the process cannot do its work; undefined when it can. */
  readonly notReady: () => string | undefined;
}

/** Answers of the three endpoints, also used by services that have an HTTP server of their own. */
export async function answerHealth(
  path: string,
  health: Health,
  metricsRegistry: MetricsRegistry,
): Promise<{ status: number; type: string; body: string } | undefined> {
  switch (path) {
    case "/healthz/live":
      return { status: 200, type: "application/json", body: '{"status":"live"}' };
    case "/healthz/ready": {
      const reason = health.notReady();
      const body = reason === undefined ? { status: "ready" } : { status: "not ready", reason };
      return { status: reason === undefined ? 200 : 503, type: "application/json", body: JSON.stringify(body) };
    }
    case "/metrics":
      return { status: 200, type: metricsRegistry.contentType, body: await metricsRegistry.metrics() };
    default:
      return undefined;
  }
}

/** An HTTP server with /healthz/live, /healthz/ready and /metrics only. Port 0 takes a free one. */
export async function startHealthServer(options: {
  port: number;
  /** Every address when null. */
  host: string | null;
  health: Health;
  metricsRegistry: MetricsRegistry;
}): Promise<{ port: number; server: Server; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    answerHealth(path, options.health, options.metricsRegistry)
      .then((answer) => {
        const { status, type, body } = answer ?? {
          status: 404,
          type: "application/json",
          body: '{"error":{"code":"not_found"}}',
        };
        response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(body);
      })
      .catch((error: unknown) => {
        response
          .writeHead(500, { "content-type": "application/json" })
          .end(JSON.stringify({ error: { code: "internal", message: String(error) } }));
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port: options.port, ...(options.host && { host: options.host }) }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { port, server, close };
}
