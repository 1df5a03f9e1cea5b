/**
 * `npm run demo`: the whole of Heliograph on this machine. PostgreSQL and Redis, two watchers, two gateways, and one port
 * with the application and both gateways behind it. Says what it does on stderr; stdout gets one line of JSON when
 * everything is ready.
 */
import { demoUsers } from "@heliograph/db";
import { buildWeb, webFolder } from "./demo/build-web.ts";
import type { DemoContext } from "./demo/context.ts";
import { startDatabase } from "./demo/database.ts";
import { onFreePort } from "./demo/on-free-port.ts";
import { demoOptions, demoUsage } from "./demo/options.ts";
import { announceReady, present } from "./demo/ready-line.ts";
import { startRedisIfPossible } from "./demo/redis.ts";
import { runUntilStopped } from "./demo/run-until-stopped.ts";
import { startServices } from "./demo/services.ts";
import { startEdge } from "./edge/edge.ts";
import { staticFiles } from "./edge/static-files.ts";
import { allOrFirstError } from "./process/all-or-first-error.ts";
import { freePort } from "./process/free-port.ts";
import { readOptions } from "./process/read-options.ts";

async function startDemo(context: DemoContext, fail: () => void): Promise<void> {
  const { options, logs, report, undo } = context;
  report("Starting PostgreSQL and Redis, building the web application …");
  const [database, redis] = await allOrFirstError(
    [startDatabase(context), startRedisIfPossible(context), buildWeb(context.signal)],
    fail,
  );

  // Chosen before the gateways start, because they must know the origin of the application.
  const webPort = await freePort(options.port);
  const origins = [`http://127.0.0.1:${webPort}`, `http://localhost:${webPort}`];
  report(`Starting gateways and watchers; their logs are in ${logs.folder} …`);
  const services = await startServices(context, { database, redis, origins });

  const { started: edge } = await onFreePort(webPort, (port) =>
    startEdge({ host: options.host, port, targets: () => present(services.gateways), serve: staticFiles(webFolder) }),
  );
  undo.use(edge);

  announceReady(context, { web: edge.url, database, redis, services });
  const [user] = demoUsers;
  report(
    `Open ${edge.url} and sign in as ${user?.email} with the password ${user?.password}. Ctrl-C stops everything.`,
  );
}

const options = readOptions(() => demoOptions(process.argv.slice(2), process.env), demoUsage);
await runUntilStopped("demo", options, startDemo);
