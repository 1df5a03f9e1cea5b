import { waitFor } from "@heliograph/testkit/wait/wait-for";
import { expect, test } from "vitest";
import { sequenceFaults } from "./harness/feed-sequence.ts";
import { insertProjects, rename } from "./harness/fixture-rows.ts";
import { leads, TestCluster } from "./harness/test-cluster.ts";

/** Shifts the wall clock of a Node process. The monotonic clock cannot be set on a real machine either. */
function shiftedClock(minutes: number): Record<string, string> {
  const code = `const real = Date.now; Date.now = () => real() + ${minutes * 60_000};`;
  return { NODE_OPTIONS: `--import=data:text/javascript;base64,${Buffer.from(code).toString("base64")}` };
}

// Fails when a lease is compared with the watcher's own clock: the watcher ahead would see every lease as expired.
test("of two watchers whose clocks differ by twenty minutes, only one leads at a time, and takeover works", async () => {
  await using cluster = await TestCluster.start({ gateways: 1, watchers: 0 });
  const watchers = [
    await cluster.services.add("watcher", { env: shiftedClock(-10) }),
    await cluster.services.add("watcher", { env: shiftedClock(10) }),
  ];
  const { organizationId } = (await cluster.rest("alice")).person;
  const [id = ""] = await insertProjects(cluster.sql, { organizationId, count: 1 });
  await cluster.settled();
  const socket = await cluster.socket("bob");
  await socket.subscribe("project", [id]);
  const leader = await cluster.leader();
  // The standby requests the lease four times a second.
  const { rows } = await cluster.sql.query<{ id: string }>("select leader_id as id from app.sync_state");
  for (let n = 0; n < 20; n++) {
    await socket.untilVersion("project", id, await rename(cluster.sql, "project", id, `Change ${n}`));
    expect(await leads(leader)).toBe(true);
  }
  expect((await cluster.sql.query("select leader_id as id from app.sync_state")).rows).toEqual(rows);
  await leader.kill("SIGKILL");
  const other = watchers.find((watcher) => watcher !== leader);
  if (!other) throw new Error("there is no second watcher");
  await waitFor("the other leads", () => leads(other));
  await socket.untilVersion("project", id, await rename(cluster.sql, "project", id, "After the takeover"));
  expect(await sequenceFaults(cluster.sql)).toEqual([]);
});
