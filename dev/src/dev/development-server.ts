import path from "node:path";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { createServer } from "vite";

/** A running Vite. */
export interface DevelopmentServer extends AsyncDisposable {
  url: string;
}

/** Serves web/ with hot replacement and proxies the API and the socket to `gateway` (an http URL). */
export async function startDevelopmentServer(port: number, gateway: string): Promise<DevelopmentServer> {
  // web/vite.config.ts reads this; it is also used without this command.
  process.env["VITE_DEV_PROXY"] = gateway;
  const root = path.join(repositoryRoot, "web");
  const server = await createServer({
    root,
    configFile: path.join(root, "vite.config.ts"),
    server: { port, host: "127.0.0.1" },
  });
  await server.listen();
  const url = server.resolvedUrls?.local[0] ?? `http://127.0.0.1:${port}/`;
  return { url: url.replace(/\/$/, ""), [Symbol.asyncDispose]: () => server.close() };
}
