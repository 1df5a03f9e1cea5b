/**
 * `npm run demo`: runs all of Heliograph on this machine: PostgreSQL and Redis, two watchers, two gateways, and one port in
 * front of the application and both gateways. Progress goes to stderr. stdout receives one line of JSON when everything is
 * ready.
 */
import { demoUsers } from "@heliograph/db";
import { startEdge } from "@heliograph/testkit/edge/edge";
import { staticFiles } from "@heliograph/testkit/edge/static-files";
import { allOrFirstError } from "@heliograph/testkit/process/all-or-first-error";
import { freePort } from "@heliograph/testkit/process/free-port";
import { readOptions } from "@heliograph/testkit/process/read-options";
import { onFreePort } from "@heliograph/testkit/supervisor/on-free-port";
import { buildWeb, webFolder } from "@heliograph/testkit/web/build-web";
import type { DemoContext } from "./demo/context.ts";
import { startDatabase } from "./demo/database.ts";
import { demoOptions, demoUsage } from "./demo/options.ts";
import { announceReady, present } from "./demo/ready-line.ts";
import { startRedisIfPossible } from "./demo/redis.ts";
import { runUntilStopped } from "./demo/run-until-stopped.ts";
import { startServices } from "./demo/services.ts";

async function startDemo(context: DemoContext, fail: () => void): Promise<void> {
  const { options, logs, report, undo } = context;
  report("Starting PostgreSQL and Redis, building the web application …");
  const [database, redis] = await allOrFirstError(
    [startDatabase(context), startRedisIfPossible(context), buildWeb(context.signal)],
    fail,
  );

  // Choose the port before the gateways start: they must know the origin of the application.
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
