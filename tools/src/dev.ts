/**
 * `npm run dev`: the demo for work on it. Gateways and watchers start again when a source file changes, Vite serves the
 * application with hot replacement and proxies to the gateways. `--only api` (dev:api) leaves the application out,
 * `--only web` (dev:web) starts nothing else and uses gateways that run already. VITE_WS_URL and VITE_API_URL point the
 * application somewhere else.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import type { DemoContext } from "./demo/context.ts";
import { startDatabase } from "./demo/database.ts";
import { onFreePort } from "./demo/on-free-port.ts";
import { demoOptions } from "./demo/options.ts";
import { announceReady, present } from "./demo/ready-line.ts";
import { startRedisIfPossible } from "./demo/redis.ts";
import { runUntilStopped } from "./demo/run-until-stopped.ts";
import { startServices } from "./demo/services.ts";
import { startDevelopmentServer } from "./dev/development-server.ts";
import { startEdge } from "./edge/edge.ts";
import { allOrFirstError } from "./process/all-or-first-error.ts";
import { freePort } from "./process/free-port.ts";
import { readOptions } from "./process/read-options.ts";
import { aborted, stopRequest } from "./process/stop-request.ts";
import { dataFolder } from "./repository.ts";

const VITE_PORT = 5173;
const usage = "npm run dev -- [--only api|web]   (dev:api, dev:web)";

type Part = "api" | "web" | "all";

function partOf(args: string[]): Part {
  const { values } = parseArgs({ args, options: { only: { type: "string" } } });
  if (values.only === undefined) return "all";
  if (values.only === "api" || values.only === "web") return values.only;
  throw new Error(`--only must be api or web, it is ${values.only}`);
}

/** Services that restart on changes, behind one port; with the application in front unless only the API is wanted. */
async function startAll(part: Part, context: DemoContext, fail: () => void): Promise<void> {
  const { options, report, undo } = context;
  const [database, redis] = await allOrFirstError([startDatabase(context), startRedisIfPossible(context)], fail);
  const vitePort = await freePort(VITE_PORT);
  const origins = [options.port, vitePort].flatMap((port) => [`http://127.0.0.1:${port}`, `http://localhost:${port}`]);
  const services = await startServices(context, { database, redis, origins, watch: true });
  const { started: edge } = await onFreePort(options.port, (port) =>
    startEdge({
      host: options.host,
      port,
      targets: () => present(services.gateways),
      serve: (_, response) => void response.writeHead(404).end("The application is served by Vite: npm run dev:web\n"),
    }),
  );
  undo.use(edge);
  const web = part === "all" ? undo.use(await startDevelopmentServer(vitePort, edge.url)).url : null;
  announceReady(context, { web, database, redis, services });
  report(web === null ? `The API is at ${edge.url}/api/v1.` : `Open ${web}; the API is at ${edge.url}/api/v1.`);
}

/** Only Vite: the gateways are those of a running demo or dev:api, or on the usual port. */
async function serveWeb(): Promise<never> {
  const file = path.join(dataFolder, "demo.json");
  const running = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { gateways: string[] }) : null;
  const gateway = running?.gateways[0] ?? "http://127.0.0.1:4000";
  const stop = stopRequest();
  const server = await startDevelopmentServer(await freePort(VITE_PORT), gateway);
  process.stderr.write(`[dev] Open ${server.url}; the API is expected at ${gateway}.\n`);
  await aborted(stop);
  await server[Symbol.asyncDispose]();
  return process.exit();
}

const part = readOptions(() => partOf(process.argv.slice(2)), usage);
if (part === "web") await serveWeb();
const options = readOptions(() => demoOptions([], process.env), usage);
await runUntilStopped("dev", options, (context, fail) => startAll(part, context, fail));
