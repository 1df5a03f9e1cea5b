import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { demoUsers } from "@heliograph/db";
import type { ServiceProcess } from "@heliograph/testkit/cluster/service-process";
import type { Kept } from "@heliograph/testkit/supervisor/keep-running";
import type { DemoContext } from "./context.ts";
import type { DemoDatabase } from "./database.ts";
import type { DemoRedis } from "./redis.ts";
import type { DemoServices } from "./services.ts";

/** The running parts of the demo. */
export interface Running {
  /** Address of the application, null when only the services run. */
  web: string | null;
  database: DemoDatabase;
  redis: DemoRedis;
  services: DemoServices;
}

/** The instances that are running now. */
export function present(kept: readonly Kept<ServiceProcess>[]): ServiceProcess[] {
  return kept.flatMap((one) => one.current() ?? []);
}

/**
 * Prints the one line on stdout with the addresses of all parts. Writes it to `<dataFolder>/demo.json` as well, where other
 * tools find the running demo.
 */
export function announceReady(context: DemoContext, { web, database, redis, services }: Running): void {
  const gateways = present(services.gateways);
  const ready = JSON.stringify({
    event: "ready",
    web,
    gateways: gateways.map(({ url }) => url),
    databaseUrl: database.url,
    redisUrl: redis.url,
    pids: {
      gateway: gateways.map(({ pid }) => pid),
      watcher: present(services.watchers).map(({ pid }) => pid),
      postgres: database.pid,
      redis: redis.pid,
    },
    users: demoUsers,
  });
  const file = path.join(context.options.dataFolder, "demo.json");
  // Readable by the owner only: the line contains the superuser's password.
  writeFileSync(file, `${ready}\n`, { mode: 0o600 });
  context.undo.defer(() => rmSync(file, { force: true }));
  process.stdout.write(`${ready}\n`);
}
