/**
 * `npm run dev`: the demo for development. Gateways and watchers restart when a source file changes. Vite serves the
 * application with hot replacement and proxies to the gateways. `--only api` (dev:api) omits the application. `--only web`
 * (dev:web) starts the application only and uses running gateways. VITE_WS_URL and VITE_API_URL point the application to
 * another server.
 */

import { startEdge } from "@heliograph/testkit/edge/edge";
import { allOrFirstError } from "@heliograph/testkit/process/all-or-first-error";
import { freePort } from "@heliograph/testkit/process/free-port";
import { readOptions } from "@heliograph/testkit/process/read-options";
import { aborted, stopRequest } from "@heliograph/testkit/process/stop-request";
import { onFreePort } from "@heliograph/testkit/supervisor/on-free-port";
import type { DemoContext } from "./demo/context.ts";
import { startDatabase } from "./demo/database.ts";
import { type DemoOptions, demoOptions, demoUsage } from "./demo/options.ts";
import { announceReady, present } from "./demo/ready-line.ts";
import { startRedisIfPossible } from "./demo/redis.ts";
import { runUntilStopped } from "./demo/run-until-stopped.ts";
import { runningDemo } from "./demo/running-demo.ts";
import { startServices } from "./demo/services.ts";
import { startDevelopmentServer } from "./dev/development-server.ts";

const VITE_PORT = 5173;
const usage = `npm run dev   (also dev:api: no application; dev:web: only the application, on gateways that run already)
The same options as ${demoUsage}`;

type Part = "api" | "web" | "all";

/** Reads the command line: `--only` comes first, from package.json, and the options of the demo follow. */
function devOptions(args: readonly string[]): { part: Part; options: DemoOptions } | null {
  const only = args[0] === "--only";
  const part = only ? args[1] : "all";
  if (part !== "api" && part !== "web" && part !== "all") throw new Error(`--only must be api or web, not ${part}`);
  const options = demoOptions(only ? args.slice(2) : args, process.env);
  return options && { part, options };
}

/** Starts services that restart on changes, behind one port, and the application unless only the API is requested. */
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

/** Starts Vite only. It uses the gateways of a running demo or dev:api, or those on the default port. */
async function serveWeb(dataFolder: string): Promise<never> {
  const gateway = runningDemo(dataFolder)?.gateways[0] ?? "http://127.0.0.1:4000";
  const stop = stopRequest();
  const server = await startDevelopmentServer(await freePort(VITE_PORT), gateway);
  process.stderr.write(`[dev] Open ${server.url}; the API is expected at ${gateway}.\n`);
  await aborted(stop);
  await server[Symbol.asyncDispose]();
  return process.exit();
}

const { part, options } = readOptions(() => devOptions(process.argv.slice(2)), usage);
if (part === "web") await serveWeb(options.dataFolder);
await runUntilStopped("dev", options, (context, fail) => startAll(part, context, fail));
