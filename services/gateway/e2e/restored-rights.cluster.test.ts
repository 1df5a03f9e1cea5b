import { randomUUID } from "node:crypto";
import type { TestSocket } from "@heliograph/testkit/socket/test-socket";
import { describe, expect, test } from "vitest";
import { insertProjects, insertTasks, rename } from "./harness/fixture-rows.ts";
import { readMetric } from "./harness/read-metric.ts";
import { type User, useTestCluster } from "./harness/test-cluster.ts";

const cluster = useTestCluster();

// These sockets never retry a refused subscription, so everything that arrives was caused by a signal.

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
  socket.next("INVALIDATE", ({ payload }) =>
    payload.changes.some(({ entityId, action }) => entityId === id && action !== "DELETE"),
  );
const gone = (socket: TestSocket, id: string): Promise<unknown> =>
  socket.next("GONE", ({ payload }) => payload.entityIds.includes(id));

test("[SUB-6, INV-8, INV-9] a refused subscription takes effect with a grant, ends with its revocation, and takes effect again with the next grant", async () => {
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

test("[SUB-6, INV-5] refused subscriptions take effect when a private row becomes public, and when a missing row is created, deleted and created again", async () => {
  const { ids, projectId } = await newTasks({ count: 1, isPrivate: true });
  const [task = ""] = ids;
  const created = randomUUID();
  const bob = await cluster().socket("bob", 0);
  expect(new Set((await bob.subscribe("task", [task, created])).gone)).toEqual(new Set([task, created]));
  await cluster().sql.query("update app.task set is_private = false where id = $1", [task]);
  await shown(bob, task);
  const { organizationId } = (await cluster().rest("alice")).person;
  const insert = "insert into app.task (id, organization_id, project_id, title) values ($1, $2, $3, 'Created')";
  await cluster().sql.query(insert, [created, organizationId, projectId]);
  await shown(bob, created);
  await cluster().sql.query("delete from app.task where id = $1", [created]);
  await bob.until("the deletion", () => bob.versions.isGone("task", created));
  const deletedAt = bob.versions.version("task", created);
  await cluster().sql.query(insert, [created, organizationId, projectId]);
  await bob.until("the row that was created again", () => bob.versions.version("task", created) > deletedAt);
  expect(bob.versions.isGone("task", created)).toBe(false);
});

test("[SUB-6] a refused subscription takes effect when the row is created and edited in one transaction, which coalesces to an update", async () => {
  const { projectId } = await newTasks({ count: 0, isPrivate: false });
  const created = randomUUID();
  const bob = await cluster().socket("bob", 0);
  await bob.subscribe("task", [created]);
  const { organizationId } = (await cluster().rest("alice")).person;
  await cluster().sql.query(
    `do $$ begin
       insert into app.task (id, organization_id, project_id, title) values ('${created}', '${organizationId}', '${projectId}', 'Created');
       update app.task set title = 'Edited' where id = '${created}';
     end $$`,
  );
  await shown(bob, created);
});

test("[SUB-6] a private container that becomes public is delivered as a row, and changes of its contents from then on", async () => {
  const { organizationId } = (await cluster().rest("alice")).person;
  const [projectId = ""] = await insertProjects(cluster().sql, { organizationId, count: 1, isPrivate: true });
  await cluster().settled();
  const bob = await cluster().socket("bob", 0);
  expect((await bob.subscribe("task", [], { within: [`project/${projectId}`] })).gone).toEqual([
    `project/${projectId}`,
  ]);
  await cluster().sql.query("update app.project set is_private = false where id = $1", [projectId]);
  await bob.next("INVALIDATE", ({ payload }) => payload.entityCode === "project");
  const [task = ""] = await insertTasks(cluster().sql, { organizationId, projectId, count: 1 });
  await shown(bob, task);
});

test("[INV-10, SUB-6] the end of a membership removes rows, and its return restores them", async () => {
  const { ids } = await newTasks({ count: 3, isPrivate: false });
  const carol = await cluster().socket("carol", 1);
  await carol.subscribe("task", ids);
  const { person } = await cluster().rest("carol");
  const { rows } = await cluster().sql.query<{ role: string }>(
    "delete from app.membership where person_id = $1 and organization_id = $2 returning role",
    [person.id, person.organizationId],
  );
  try {
    await carol.until("the end of the rights", () => ids.every((id) => carol.versions.isGone("task", id)));
  } finally {
    await cluster().sql.query("insert into app.membership (person_id, organization_id, role) values ($1, $2, $3)", [
      person.id,
      person.organizationId,
      rows[0]?.role,
    ]);
  }
  await carol.until("their return", () => !ids.some((id) => carol.versions.isGone("task", id)));
});

test("[RES-12, SUB-6] refused subscriptions are restored at another gateway after RESUME, whether granted before or after it", async () => {
  const { ids } = await newTasks({ count: 3, isPrivate: true });
  const [meanwhile = "", later = "", never = ""] = ids;
  const first = await cluster().socket("bob", 0);
  await first.subscribe("task", ids);
  const { resumePoint } = first;
  first.destroy();
  await first.closed;
  await grant(meanwhile, "bob");
  await cluster().settled();
  const second = await cluster().socket("bob", 1);
  const resumed = await second.resume(resumePoint);
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
    [resumePoint.connectionId],
  );
  expect(rowCount).toBe(2);
});

describe("without Redis", () => {
  const withoutRedis = useTestCluster({ redis: false, gateways: 1, watchers: 1 });

  test("[SUB-6] a grant restores a refused subscription", async () => {
    const { person } = await withoutRedis().rest("alice");
    const [projectId = ""] = await insertProjects(withoutRedis().sql, {
      organizationId: person.organizationId,
      count: 1,
    });
    const [task = ""] = await insertTasks(withoutRedis().sql, {
      organizationId: person.organizationId,
      projectId,
      count: 1,
      isPrivate: true,
    });
    await withoutRedis().settled();
    const bob = await withoutRedis().socket("bob", 0);
    expect((await bob.subscribe("task", [task])).gone).toEqual([task]);
    await grant(task, "bob", withoutRedis());
    await shown(bob, task);
  });
});
