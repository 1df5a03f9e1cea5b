import { randomUUID } from "node:crypto";
import type { TestSocket } from "@heliograph/testkit/socket/test-socket";
import { describe, expect, test } from "vitest";
import { insertProjects, insertTasks, rename } from "./harness/fixture-rows.ts";
import { readMetric } from "./harness/read-metric.ts";
import { type User, useTestCluster } from "./harness/test-cluster.ts";

const cluster = useTestCluster();

/** A refused client asks again after 5 s at the soonest; a notified one has the row within milliseconds. */
const promisedMs = 2000;

async function grant(taskId: string, user: User, at = cluster()): Promise<void> {
  const { person } = await at.rest(user);
  await at.sql.query(
    "insert into app.entity_grant (entity_code, entity_id, person_id, organization_id) values ('task', $1, $2, $3)",
    [taskId, person.id, person.organizationId],
  );
}

async function revoke(taskId: string, user: User): Promise<void> {
  const { person } = await cluster().rest(user);
  await cluster().sql.query("delete from app.entity_grant where entity_id = $1 and person_id = $2", [
    taskId,
    person.id,
  ]);
}

async function newTasks(parts: { count: number; isPrivate: boolean }): Promise<{ projectId: string; ids: string[] }> {
  const { organizationId } = (await cluster().rest("alice")).person;
  const [projectId = ""] = await insertProjects(cluster().sql, { organizationId, count: 1 });
  const ids = await insertTasks(cluster().sql, { organizationId, projectId, ...parts });
  await cluster().settled();
  return { projectId, ids };
}

const shown = (socket: TestSocket, id: string): Promise<unknown> =>
  socket.next(
    "INVALIDATE",
    ({ payload }) => payload.changes.some(({ entityId, action }) => entityId === id && action !== "DELETE"),
    promisedMs,
  );
const gone = (socket: TestSocket, id: string): Promise<unknown> =>
  socket.next("GONE", ({ payload }) => payload.entityIds.includes(id), promisedMs);

test("refused, then granted; revoked, then granted again; then the subscription is live", async () => {
  const { ids } = await newTasks({ count: 1, isPrivate: true });
  const [task = ""] = ids;
  const [bob, carol] = [await cluster().socket("bob", 0), await cluster().socket("carol", 1)];
  for (const socket of [bob, carol]) expect((await socket.subscribe("task", [task])).gone).toEqual([task]);
  const startedAt = performance.now();
  await grant(task, "bob");
  await shown(bob, task);
  process.stdout.write(`granted -> INVALIDATE in ${Math.round(performance.now() - startedAt)} ms\n`);
  await bob.untilVersion("task", task, await rename(cluster().sql, "task", task, "For bob"));
  await revoke(task, "bob");
  await gone(bob, task);
  const hidden = await rename(cluster().sql, "task", task, "Not for bob");
  await grant(task, "bob");
  await shown(bob, task);
  await bob.untilVersion("task", task, await rename(cluster().sql, "task", task, "For bob again"));
  expect(bob.versions.deliveries("task", task).filter(({ action }) => action === "UPDATE").length).toBeLessThan(3);
  expect(hidden).toBeGreaterThan(0);
  await carol.ping();
  expect(carol.versions.deliveries("task", task)).toEqual([]);
});

test("refused as private, then public; refused because it does not exist, then created under that id", async () => {
  const { ids, projectId } = await newTasks({ count: 1, isPrivate: true });
  const [task = ""] = ids;
  const born = randomUUID();
  const bob = await cluster().socket("bob", 0);
  expect(new Set((await bob.subscribe("task", [task, born])).gone)).toEqual(new Set([task, born]));
  await cluster().sql.query("update app.task set is_private = false where id = $1", [task]);
  await shown(bob, task);
  const { organizationId } = (await cluster().rest("alice")).person;
  const insert = "insert into app.task (id, organization_id, project_id, title) values ($1, $2, $3, 'Born')";
  await cluster().sql.query(insert, [born, organizationId, projectId]);
  await shown(bob, born);
  await cluster().sql.query("delete from app.task where id = $1", [born]);
  await bob.until("the deletion", () => bob.versions.isGone("task", born), promisedMs);
  const deletedAt = bob.versions.version("task", born);
  await cluster().sql.query(insert, [born, organizationId, projectId]);
  await bob.until("the row that was created again", () => bob.versions.version("task", born) > deletedAt, promisedMs);
  expect(bob.versions.isGone("task", born)).toBe(false);
});

test("created and edited in one transaction: one change whose action is no creation", async () => {
  const { projectId } = await newTasks({ count: 0, isPrivate: false });
  const born = randomUUID();
  const bob = await cluster().socket("bob", 0);
  await bob.subscribe("task", [born]);
  const { organizationId } = (await cluster().rest("alice")).person;
  await cluster().sql.query(
    `do $$ begin
       insert into app.task (id, organization_id, project_id, title) values ('${born}', '${organizationId}', '${projectId}', 'Born');
       update app.task set title = 'Edited' where id = '${born}';
     end $$`,
  );
  await shown(bob, born);
});

test("a private container that is made public is delivered as its own row, and its contents are live from then on", async () => {
  const { organizationId } = (await cluster().rest("alice")).person;
  const [projectId = ""] = await insertProjects(cluster().sql, { organizationId, count: 1, isPrivate: true });
  await cluster().settled();
  const bob = await cluster().socket("bob", 0);
  expect((await bob.subscribe("task", [], { within: [projectId] })).gone).toEqual([projectId]);
  await cluster().sql.query("update app.project set is_private = false where id = $1", [projectId]);
  await bob.next("INVALIDATE", ({ payload }) => payload.entityCode === "project", promisedMs);
  const [task = ""] = await insertTasks(cluster().sql, { organizationId, projectId, count: 1 });
  await shown(bob, task);
});

test("a membership that ends and returns removes rows and restores them", async () => {
  const { ids } = await newTasks({ count: 3, isPrivate: false });
  const carol = await cluster().socket("carol", 1);
  await carol.subscribe("task", ids);
  const { person } = await cluster().rest("carol");
  const { rows } = await cluster().sql.query<{ role: string }>(
    "delete from app.membership where person_id = $1 and organization_id = $2 returning role",
    [person.id, person.organizationId],
  );
  try {
    await carol.until("the end of her rights", () => ids.every((id) => carol.versions.isGone("task", id)), promisedMs);
  } finally {
    await cluster().sql.query("insert into app.membership (person_id, organization_id, role) values ($1, $2, $3)", [
      person.id,
      person.organizationId,
      rows[0]?.role,
    ]);
  }
  await carol.until("their return", () => !ids.some((id) => carol.versions.isGone("task", id)), promisedMs);
});

test("a subscription refused at one gateway is restored at the other after RESUME, also if it was granted in the meantime", async () => {
  const { ids } = await newTasks({ count: 3, isPrivate: true });
  const [meanwhile = "", later = "", never = ""] = ids;
  const first = await cluster().socket("bob", 0);
  await first.subscribe("task", ids);
  const place = first.resumePoint;
  first.destroy();
  await first.closed;
  await grant(meanwhile, "bob");
  await cluster().settled();
  const second = await cluster().socket("bob", 1);
  const resumed = await second.resume(place);
  expect(resumed.count).toBe(0);
  await shown(second, meanwhile);
  await grant(later, "bob");
  await shown(second, later);
  await rename(cluster().sql, "task", never, "Not for bob");
  await second.ping();
  expect(second.versions.deliveries("task", never)).toEqual([]);
  expect(
    await readMetric(cluster().gateway(1).url, "heliograph_gateway_restored_subscriptions_total"),
  ).toBeGreaterThanOrEqual(2);
  const { rowCount } = await cluster().sql.query(
    "select 1 from app.rxdb_subscription where connection_id = $1 and not refused",
    [place.connectionId],
  );
  expect(rowCount).toBe(2);
});

describe("without Redis", () => {
  const alone = useTestCluster({ redis: false, gateways: 1, watchers: 1 });

  test("a grant reaches refused subscribers as well", async () => {
    const { person } = await alone().rest("alice");
    const [projectId = ""] = await insertProjects(alone().sql, { organizationId: person.organizationId, count: 1 });
    const [task = ""] = await insertTasks(alone().sql, {
      organizationId: person.organizationId,
      projectId,
      count: 1,
      isPrivate: true,
    });
    await alone().settled();
    const bob = await alone().socket("bob", 0);
    expect((await bob.subscribe("task", [task])).gone).toEqual([task]);
    await grant(task, "bob", alone());
    await shown(bob, task);
  });
});
