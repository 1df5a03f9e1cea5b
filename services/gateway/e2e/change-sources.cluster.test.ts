import { randomUUID } from "node:crypto";
import type { TestSocket } from "@heliograph/testkit/socket/test-socket";
import { expect, test } from "vitest";
import { insertProjects, insertTasks, rename, versionsOf } from "./harness/fixture-rows.ts";
import { useTestCluster } from "./harness/test-cluster.ts";

const cluster = useTestCluster();

/** One socket at each gateway, subscribed by `subscribe`. */
async function subscribers(subscribe: (socket: TestSocket) => Promise<unknown>): Promise<TestSocket[]> {
  const sockets = [await cluster().socket("bob", 0), await cluster().socket("carol", 1)];
  for (const socket of sockets) await subscribe(socket);
  return sockets;
}

/** Creates a project with tasks and waits until their creation has been delivered. */
async function projectWithTasks(
  count: number,
): Promise<{ organizationId: string; projectId: string; tasks: string[] }> {
  const { organizationId } = (await cluster().rest("alice")).person;
  const [projectId = ""] = await insertProjects(cluster().sql, { organizationId, count: 1 });
  const tasks = await insertTasks(cluster().sql, { organizationId, projectId, count });
  await cluster().settled();
  return { organizationId, projectId, tasks };
}

/** Every socket received the last version of each task, and the versions of a task in ascending order. */
async function expectDelivered(sockets: readonly TestSocket[], ids: readonly string[]): Promise<void> {
  const versions = await versionsOf(cluster().sql, "task", ids);
  expect(versions.size).toBe(ids.length);
  for (const socket of sockets) {
    await socket.untilAll("task", versions);
    for (const [id, version] of versions) expect(socket.versions.version("task", id)).toBe(version);
    expect(socket.versions.disorder()).toEqual([]);
  }
}

/** The number of log rows of the tasks. */
async function countLogRows(ids: readonly string[]): Promise<number> {
  const { rows } = await cluster().sql.query<{ count: number }>(
    "select count(*)::int as count from app.logging where entity_code = 'task' and entity_id = any ($1)",
    [ids],
  );
  return rows[0]?.count ?? -1;
}

test("[G1] plain SQL", async () => {
  const { tasks } = await projectWithTasks(3);
  const sockets = await subscribers((socket) => socket.subscribe("task", tasks));
  for (const id of tasks) await rename(cluster().sql, "task", id, "By SQL");
  await expectDelivered(sockets, tasks);
  for (const socket of sockets)
    for (const id of tasks) expect(socket.versions.deliveries("task", id).at(-1)?.action).toBe("UPDATE");
});

test("[G1] REST: create, change and delete", async () => {
  const { projectId } = await projectWithTasks(0);
  const sockets = await subscribers((socket) => socket.subscribe("task", [], { within: [`project/${projectId}`] }));
  const alice = await cluster().rest("alice", 1);
  const created = await alice.post("task", { title: "By REST", project_id: projectId });
  expect(created.status).toBe(201);
  const { $id: id } = created.body;
  await expectDelivered(sockets, [id]);
  const changed = await alice.patch(
    `task/${id}`,
    { title: "By REST again" },
    { "if-match": `"${created.body.$version}"` },
  );
  expect(changed.status).toBe(200);
  await expectDelivered(sockets, [id]);
  const deleted = await alice.delete<{ $id: string; $version: number }>(`task/${id}`);
  expect(deleted.status).toBe(200);
  for (const socket of sockets) {
    await socket.untilVersion("task", id, deleted.body.$version);
    expect(socket.versions.deliveries("task", id)).toEqual([
      { action: "CREATE", version: created.body.$version },
      { action: "UPDATE", version: changed.body.$version },
      { action: "DELETE", version: deleted.body.$version },
    ]);
  }
});

test("[G1] an UPDATE of 1000 rows", async () => {
  const { tasks, projectId } = await projectWithTasks(1000);
  const byId = await subscribers((socket) => socket.subscribe("task", tasks));
  const byContainer = await subscribers((socket) => socket.subscribe("task", [], { within: [`project/${projectId}`] }));
  await cluster().sql.query("update app.task set priority = 'urgent' where project_id = $1", [projectId]);
  await expectDelivered([...byId, ...byContainer], tasks);
});

test("[G1] INSERT into a subscribed container", async () => {
  const { organizationId, projectId } = await projectWithTasks(2);
  const sockets = await subscribers((socket) => socket.subscribe("task", [], { within: [`project/${projectId}`] }));
  const created = await insertTasks(cluster().sql, { organizationId, projectId, count: 5 });
  await expectDelivered(sockets, created);
  for (const socket of sockets)
    for (const id of created) expect(socket.versions.deliveries("task", id)[0]?.action).toBe("CREATE");
});

test("[G1] COPY", async () => {
  const { organizationId, projectId } = await projectWithTasks(0);
  const sockets = await subscribers((socket) => socket.subscribe("task", [], { within: [`project/${projectId}`] }));
  const ids = Array.from({ length: 20 }, () => randomUUID());
  const lines = ids.map((id) => `${id},${organizationId},${projectId},Copied`).join("\\n");
  await cluster().sql.query(
    `copy app.task (id, organization_id, project_id, title) from program 'printf "${lines}\\n"' with (format csv)`,
  );
  await expectDelivered(sockets, ids);
});

test("[G1] MERGE updates, inserts and deletes", async () => {
  const { organizationId, projectId, tasks } = await projectWithTasks(3);
  const sockets = await subscribers((socket) => socket.subscribe("task", tasks, { within: [`project/${projectId}`] }));
  const [updated = "", untouched = "", deleted = ""] = tasks;
  const inserted = randomUUID();
  await cluster().sql.query(
    `merge into app.task t
     using (values ($1::uuid, 'update'), ($2::uuid, 'insert'), ($3::uuid, 'delete')) as s (id, what) on t.id = s.id
     when matched and s.what = 'delete' then delete
     when matched then update set title = 'Merged'
     when not matched then insert (id, organization_id, project_id, title) values (s.id, $4, $5, 'Merged')`,
    [updated, inserted, deleted, organizationId, projectId],
  );
  await expectDelivered(sockets, [updated, inserted]);
  for (const socket of sockets) {
    await socket.until("the deletion", () => socket.versions.isGone("task", deleted));
    expect(socket.versions.deliveries("task", deleted).at(-1)?.action).toBe("DELETE");
    expect(socket.versions.deliveries("task", untouched)).toEqual([]);
  }
});

test("[G1] INSERT … ON CONFLICT", async () => {
  const { organizationId, projectId, tasks } = await projectWithTasks(2);
  const sockets = await subscribers((socket) => socket.subscribe("task", tasks, { within: [`project/${projectId}`] }));
  const [conflicting = "", skipped = ""] = tasks;
  const fresh = randomUUID();
  await cluster().sql.query(
    `insert into app.task (id, organization_id, project_id, title)
     select id, $2, $3, 'Upserted' from unnest($1::uuid[]) as u (id)
     on conflict (id) do update set title = excluded.title`,
    [[conflicting, fresh], organizationId, projectId],
  );
  await cluster().sql.query(
    `insert into app.task (id, organization_id, project_id, title) values ($1, $2, $3, 'Ignored') on conflict do nothing`,
    [skipped, organizationId, projectId],
  );
  await expectDelivered(sockets, [conflicting, fresh]);
  for (const socket of sockets) {
    expect(socket.versions.deliveries("task", conflicting).at(-1)?.action).toBe("UPDATE");
    expect(socket.versions.deliveries("task", fresh).map(({ action }) => action)).toEqual(["CREATE"]);
    expect(socket.versions.deliveries("task", skipped)).toEqual([]);
  }
});

test("[G1] DELETE and ON DELETE CASCADE", async () => {
  const { organizationId, projectId, tasks } = await projectWithTasks(30);
  const [first = "", ...cascaded] = tasks;
  const { rows } = await cluster().sql.query<{ id: string }>(
    "insert into app.task_comment (organization_id, task_id, body) select $2, id, 'Well' from unnest($1::uuid[]) id returning id",
    [cascaded, organizationId],
  );
  const comments = rows.map(({ id }) => id);
  await cluster().settled();
  const sockets = await subscribers(async (socket) => {
    await socket.subscribe("task", tasks);
    await socket.subscribe("project", [projectId]);
    await socket.subscribe("task_comment", comments);
  });
  await cluster().sql.query("delete from app.task where id = $1", [first]);
  await cluster().sql.query("delete from app.project where id = $1", [projectId]);
  for (const socket of sockets) {
    const isGone = (code: string, ids: readonly string[]) => ids.every((id) => socket.versions.isGone(code, id));
    await socket.until(
      "all deletions",
      () => isGone("task", tasks) && isGone("project", [projectId]) && isGone("task_comment", comments),
    );
    for (const id of tasks)
      expect(socket.versions.deliveries("task", id).map(({ action }) => action)).toEqual(["DELETE"]);
    expect(socket.versions.disorder()).toEqual([]);
  }
});

test("an UPDATE that changes nothing is neither logged nor delivered", async () => {
  const { tasks } = await projectWithTasks(1);
  const [id = ""] = tasks;
  const sockets = await subscribers((socket) => socket.subscribe("task", tasks));
  const before = { rows: await countLogRows(tasks), versions: await versionsOf(cluster().sql, "task", tasks) };
  await cluster().sql.query("update app.task set title = title where id = $1", [id]);
  const again = await (await cluster().rest("alice")).patch(`task/${id}`, { title: "Fixture 1" });
  expect(again.status).toBe(200);
  expect(await countLogRows(tasks)).toBe(before.rows);
  expect(await versionsOf(cluster().sql, "task", tasks)).toEqual(before.versions);
  // A real change is delivered after any signal that the empty ones would have caused.
  await rename(cluster().sql, "task", id, "A real change");
  await expectDelivered(sockets, tasks);
  for (const socket of sockets) expect(socket.versions.deliveries("task", id)).toHaveLength(1);
});

test("[INV-5] a row deleted and created again under the same id reappears for every subscriber", async () => {
  const { organizationId, projectId, tasks } = await projectWithTasks(2);
  const [inOneBatch = "", inTwo = ""] = tasks;
  const sockets = await subscribers((socket) => socket.subscribe("task", tasks));
  const create = (id: string) =>
    cluster().sql.query(
      "insert into app.task (id, organization_id, project_id, title) values ($1, $2, $3, 'Created again')",
      [id, organizationId, projectId],
    );
  const before = await versionsOf(cluster().sql, "task", tasks);

  await cluster().sql.query("delete from app.task where id = $1", [inTwo]);
  for (const socket of sockets) await socket.until("the deletion", () => socket.versions.isGone("task", inTwo));
  await create(inTwo);
  // In one transaction, so that both log rows are claimed in one batch, where the creation must win.
  const connection = await cluster().sql.connect();
  try {
    await connection.query("begin");
    await connection.query("delete from app.task where id = $1", [inOneBatch]);
    await connection.query(
      "insert into app.task (id, organization_id, project_id, title) values ($1, $2, $3, 'Created again')",
      [inOneBatch, organizationId, projectId],
    );
    await connection.query("commit");
  } finally {
    connection.release();
  }
  await expectDelivered(sockets, tasks);
  const after = await versionsOf(cluster().sql, "task", tasks);
  for (const id of tasks) expect(after.get(id)).toBeGreaterThan(before.get(id) ?? Number.NaN);
  for (const socket of sockets)
    for (const id of tasks) {
      expect(socket.versions.isGone("task", id)).toBe(false);
      expect(socket.versions.deliveries("task", id).at(-1)?.action).not.toBe("DELETE");
    }
});

test("[INV-3] a row moved to another container and edited in the same batch reaches the subscribers of both", async () => {
  const from = await projectWithTasks(1);
  const to = await projectWithTasks(0);
  const [id = ""] = from.tasks;
  const ofOld = await subscribers((socket) => socket.subscribe("task", [], { within: [`project/${from.projectId}`] }));
  const ofNew = await subscribers((socket) => socket.subscribe("task", [], { within: [`project/${to.projectId}`] }));
  const connection = await cluster().sql.connect();
  try {
    await connection.query("begin");
    await connection.query("update app.task set project_id = $2 where id = $1", [id, to.projectId]);
    await connection.query("update app.task set title = 'Moved and edited' where id = $1", [id]);
    await connection.query("commit");
  } finally {
    connection.release();
  }
  const version = (await versionsOf(cluster().sql, "task", [id])).get(id) ?? Number.NaN;
  for (const socket of [...ofOld, ...ofNew]) {
    await socket.untilVersion("task", id, version);
    expect(socket.versions.disorder()).toEqual([]);
  }
});
