import { waitFor } from "@heliograph/testkit/wait/wait-for";
import { expect, test } from "vitest";
import { readMetric } from "./harness/read-metric.ts";
import { type ClusterOptions, TestCluster } from "./harness/test-cluster.ts";

const jobs = ["check-orphans", "drop-audit-days", "erase-subjects", "expire-grants", "expire-mutations", "statistics"];

const start = (parts: ClusterOptions): Promise<TestCluster> => TestCluster.start({ gateways: 0, ...parts });

async function untilAllRan(cluster: TestCluster): Promise<void> {
  await waitFor("every job has run", async () => {
    const { rows } = await cluster.sql.query<{ name: string }>(
      "select name from app.job where succeeded_ts is not null order by name",
    );
    return rows.map(({ name }) => name).join() === jobs.join();
  });
}

test("the watchers share the jobs, report the same status of them, and stop in time while a job runs", async () => {
  await using cluster = await start({ watchers: 2 });
  await untilAllRan(cluster);
  for (const watcher of cluster.services.watchers)
    await waitFor(`${watcher.name} shows the size of the log`, async () => {
      return (await readMetric(watcher.url, "heliograph_watcher_table_bytes", /table="logging"/)) > 0;
    });

  // Blocks a job: its statement waits for this lock.
  const holder = await cluster.sql.connect();
  await holder.query("begin");
  await holder.query("lock table app.entity_grant in access exclusive mode");
  await waitFor("a job waits for the lock", async () => {
    const { rowCount } = await cluster.sql.query(
      "select from pg_stat_activity where application_name = 'heliograph-watcher-jobs' and wait_event_type = 'Lock'",
    );
    return rowCount !== 0;
  });
  const started = performance.now();
  const exits = await Promise.all(cluster.services.watchers.map((watcher) => watcher.stop()));
  const tookMs = performance.now() - started;
  await holder.query("rollback");
  holder.release();
  process.stdout.write(`watchers stopped during a job after ${Math.round(tookMs)} ms\n`);
  expect(exits).toEqual([
    { code: 0, signal: null },
    { code: 0, signal: null },
  ]);
});

test("the jobs run without Redis and, with sync switched off, without a leader", async () => {
  await using cluster = await start({ redis: false, watchers: 1, env: { SYNC_ENABLED: "false" } });
  await untilAllRan(cluster);
});
