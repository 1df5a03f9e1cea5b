import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { listenError } from "../config/listen-error.ts";
import type { MetricsRegistry } from "./metrics-registry.ts";

/** The state that the health endpoints report. */
export interface Health {
  /** The reason why the process is not ready; undefined if it is. */
  readonly notReady: () => string | undefined;
}

/** Answers the three endpoints; also for services with an HTTP server of their own. Undefined for other paths. */
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

/** Starts an HTTP server with /healthz/live, /healthz/ready and /metrics only. Port 0 selects a free port. */
export async function startHealthServer(options: {
  port: number;
  /** Null: all addresses. */
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
    const fail = (error: Error): void => reject(listenError(error, options.port));
    server.once("error", fail);
    server.listen({ port: options.port, ...(options.host && { host: options.host }) }, () => {
      server.off("error", fail);
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
