import type { AddressInfo } from "node:net";
import { preview } from "vite";
import { webRoot } from "./built-application.ts";

/** What the pages may load and talk to: themselves. A build that needs more breaks here, not at a customer's proxy. */
const policy = [
  "default-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

export type PageServer = AsyncDisposable & { readonly url: string };

/** Serves a build on a free port, with one gateway behind the same address, as a load balancer would. */
export async function servePages(folder: string, gatewayUrl: string): Promise<PageServer> {
  const server = await preview({
    root: webRoot,
    logLevel: "warn",
    build: { outDir: folder },
    preview: {
      host: "127.0.0.1",
      port: 0,
      headers: { "content-security-policy": policy },
      proxy: { "/api": { target: gatewayUrl }, "/ws": { target: gatewayUrl, ws: true } },
    },
  });
  const { port } = server.httpServer.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => server.close() };
}
