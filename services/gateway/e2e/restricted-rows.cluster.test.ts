import type { TestSocket } from "@heliograph/testkit/socket/test-socket";
import { expect, test } from "vitest";
import { insertProjects, insertTasks, rename, versionsOf } from "./harness/fixture-rows.ts";
import type { Page } from "./harness/rest-client.ts";
import { type User, useTestCluster } from "./harness/test-cluster.ts";

const cluster = useTestCluster();

interface PrivateTasks {
  readonly organizationId: string;
  readonly projectId: string;
  /** A private task that only alice, an admin, may read. */
  readonly secret: string;
  /** A private task with grants to bob and carol, whose changes take the same path as those of `secret`. */
  readonly granted: string;
}

async function createPrivateTasks(): Promise<PrivateTasks> {
  const { organizationId } = (await cluster().rest("alice")).person;
  const [projectId = ""] = await insertProjects(cluster().sql, { organizationId, count: 1 });
  const [secret = "", granted = ""] = await insertTasks(cluster().sql, {
    organizationId,
    projectId,
    count: 2,
    isPrivate: true,
  });
  for (const user of ["bob", "carol"] as const) await grant({ organizationId, taskId: granted, user });
  await cluster().settled();
  return { organizationId, projectId, secret, granted };
}

async function grant(parts: { organizationId: string; taskId: string; user: User }): Promise<void> {
  const { person } = await cluster().rest(parts.user);
  await cluster().sql.query(
    "insert into app.entity_grant (entity_code, entity_id, person_id, organization_id) values ('task', $1, $2, $3)",
    [parts.taskId, person.id, parts.organizationId],
  );
}

async function revoke(parts: { taskId: string; user: User }): Promise<void> {
  const { person } = await cluster().rest(parts.user);
  await cluster().sql.query(
    "delete from app.entity_grant where entity_code = 'task' and entity_id = $1 and person_id = $2",
    [parts.taskId, person.id],
  );
}

async function setPrivate(taskId: string, isPrivate: boolean): Promise<void> {
  await cluster().sql.query("update app.task set is_private = $2 where id = $1", [taskId, isPrivate]);
}

async function listed(user: User, projectId: string): Promise<Set<string>> {
  const { status, body } = await (await cluster().rest(user)).get<Page>(`task?project_id=${projectId}`);
  expect(status).toBe(200);
  return new Set(body.items.map(({ $id }) => $id));
}

/** Sockets of alice and bob at one gateway, of carol and again bob at the other; all are subscribed to the container. */
async function subscribeMembers(projectId: string) {
  const sockets = {
    alice: await cluster().socket("alice", 0),
    bob: await cluster().socket("bob", 0),
    bobElsewhere: await cluster().socket("bob", 1),
    carol: await cluster().socket("carol", 1),
  };
  for (const socket of Object.values(sockets)) await socket.subscribe("task", [], { within: [`project/${projectId}`] });
  return sockets;
}

const frames = (socket: TestSocket, id: string): string[] =>
  socket.received.map((message) => JSON.stringify(message)).filter((text) => text.includes(id));

test("[SUB-5, INV-6, G5] a private row in a readable container is invisible to members without a grant", async () => {
  const { projectId, secret, granted } = await createPrivateTasks();
  const { alice, bob, bobElsewhere, carol } = await subscribeMembers(projectId);
  const byId = await cluster().socket("bob", 1);
  const refused = await byId.subscribe("task", [secret, granted]);
  expect(refused.gone).toEqual([secret]);
  expect(refused.count).toBe(1);
  const unknown = await byId.subscribe("task", ["00000000-0000-4000-8000-000000000000"]);
  expect({ ...unknown, gone: unknown.gone.length }).toEqual({
    ...(await byId.subscribe("task", [secret])),
    gone: 1,
  });

  const version = await rename(cluster().sql, "task", secret, "Not for bob");
  await alice.untilVersion("task", secret, version);
  const barrier = await rename(cluster().sql, "task", granted, "For bob and carol");
  for (const socket of [alice, bob, bobElsewhere, carol, byId]) await socket.untilVersion("task", granted, barrier);
  for (const socket of [bob, bobElsewhere, carol]) expect(frames(socket, secret)).toEqual([]);
  expect(byId.versions.deliveries("task", secret)).toEqual([]);
  expect(await listed("bob", projectId)).toEqual(new Set([granted]));
  expect(await listed("alice", projectId)).toEqual(new Set([secret, granted]));
  expect((await (await cluster().rest("bob")).get(`task/${secret}`)).status).toBe(404);
  const { rows } = await cluster().sql.query(
    "select 1 from app.rxdb_subscription where entity_id = $1 and user_id = $2 and not refused",
    [secret, (await cluster().rest("bob")).person.id],
  );
  expect(rows).toEqual([]);
});

test("[INV-8, INV-9] a row appears when it becomes public and is removed when it becomes private", async () => {
  const { projectId, secret } = await createPrivateTasks();
  const { alice, bob, bobElsewhere, carol } = await subscribeMembers(projectId);
  const members = [bob, bobElsewhere, carol];

  await setPrivate(secret, false);
  const shown = await Promise.all(
    members.map((socket) => socket.next("INVALIDATE", (message) => names(message, secret))),
  );
  for (const { payload } of shown)
    for (const change of payload.changes.filter(({ entityId }) => entityId === secret))
      expect(change.action).not.toBe("DELETE");
  expect(await listed("bob", projectId)).toContain(secret);
  const byId = await cluster().socket("carol", 0);
  expect((await byId.subscribe("task", [secret])).gone).toEqual([]);
  const open = await rename(cluster().sql, "task", secret, "Public");
  for (const socket of [...members, alice, byId]) await socket.untilVersion("task", secret, open);

  await setPrivate(secret, true);
  await Promise.all(
    [...members, byId].map((socket) =>
      socket.next("GONE", ({ payload }) => payload.entityCode === "task" && payload.entityIds.includes(secret)),
    ),
  );
  expect(await listed("bob", projectId)).not.toContain(secret);
  expect(await listed("carol", projectId)).not.toContain(secret);

  // From here on, only alice receives its changes.
  const seen = new Map([...members, byId].map((socket) => [socket, frames(socket, secret).length]));
  const closed = await rename(cluster().sql, "task", secret, "Only for alice");
  await alice.untilVersion("task", secret, closed);
  await setPrivate(secret, false);
  await Promise.all(members.map((socket) => socket.untilVersion("task", secret, closed + 1)));
  for (const socket of members) {
    const added = frames(socket, secret).slice(seen.get(socket) ?? 0);
    expect(added.some((text) => text.includes(String(closed)))).toBe(false);
  }
  expect(alice.received.some((message) => message.type === "GONE")).toBe(false);
});

test("[INV-8, INV-9, G5] a grant shows the row only to its person, and its revocation removes the row", async () => {
  const { organizationId, projectId, secret, granted } = await createPrivateTasks();
  const { alice, bob, bobElsewhere, carol } = await subscribeMembers(projectId);

  await grant({ organizationId, taskId: secret, user: "bob" });
  await Promise.all(
    [bob, bobElsewhere].map((socket) => socket.next("INVALIDATE", (message) => names(message, secret))),
  );
  expect(await listed("bob", projectId)).toEqual(new Set([secret, granted]));
  const version = await rename(cluster().sql, "task", secret, "For alice and bob");
  for (const socket of [alice, bob, bobElsewhere]) await socket.untilVersion("task", secret, version);

  await revoke({ taskId: secret, user: "bob" });
  await Promise.all(
    [bob, bobElsewhere].map((socket) => socket.next("GONE", ({ payload }) => payload.entityIds.includes(secret))),
  );
  expect(await listed("bob", projectId)).toEqual(new Set([granted]));

  const later = await rename(cluster().sql, "task", secret, "For alice again");
  await alice.untilVersion("task", secret, later);
  const barrier = await rename(cluster().sql, "task", granted, "For bob and carol");
  for (const socket of [bob, bobElsewhere, carol]) await socket.untilVersion("task", granted, barrier);
  for (const socket of [bob, bobElsewhere]) expect(socket.versions.isGone("task", secret)).toBe(true);
  expect(frames(carol, secret)).toEqual([]);
  expect(alice.received.some((message) => message.type === "GONE")).toBe(false);
});

test("[INV-11, G5] a private row that moves, is created or is deleted is not disclosed to users who may not read it", async () => {
  const { organizationId, projectId, secret, granted } = await createPrivateTasks();
  const [elsewhere = ""] = await insertProjects(cluster().sql, { organizationId, count: 1 });
  const { alice, bob, bobElsewhere, carol } = await subscribeMembers(projectId);
  const members = [bob, bobElsewhere, carol];
  for (const socket of [alice, ...members]) await socket.subscribe("task", [], { within: [`project/${elsewhere}`] });

  await cluster().sql.query("update app.task set project_id = $2 where id = $1", [secret, elsewhere]);
  const [created = ""] = await insertTasks(cluster().sql, { organizationId, projectId, count: 1, isPrivate: true });
  // Waits for the creation, because a row that is created and deleted in one batch causes no signal.
  await alice.next("INVALIDATE", (message) => names(message, created));
  await cluster().sql.query("delete from app.task where id = $1", [created]);
  await alice.until("the deletion", () => alice.versions.isGone("task", created));
  expect(alice.versions.deliveries("task", secret)).toHaveLength(1);
  const barrier = await rename(cluster().sql, "task", granted, "For bob and carol");
  for (const socket of members) await socket.untilVersion("task", granted, barrier);
  for (const socket of members) {
    expect(frames(socket, secret)).toEqual([]);
    expect(frames(socket, created)).toEqual([]);
  }
});

test("[INV-11, G5] several changes of a private row in one batch are not disclosed to users who may not read it", async () => {
  const { organizationId, projectId, secret, granted } = await createPrivateTasks();
  const [elsewhere = ""] = await insertProjects(cluster().sql, { organizationId, count: 1 });
  const { alice, bobElsewhere, carol } = await subscribeMembers(projectId);
  for (const socket of [alice, bobElsewhere, carol])
    await socket.subscribe("task", [], { within: [`project/${elsewhere}`] });
  await grant({ organizationId, taskId: secret, user: "bob" });
  await bobElsewhere.next("INVALIDATE", (message) => names(message, secret));

  await inOneTransaction([
    ["update app.task set title = 'Edited, and a grant of another user ends' where id = $1", [secret]],
    ["delete from app.entity_grant where entity_code = 'task' and entity_id = $1", [secret]],
  ]);
  await bobElsewhere.next("GONE", ({ payload }) => payload.entityIds.includes(secret));
  // A grant or revocation has a version in the log, too. A client that got it as the row's would refetch endlessly.
  const edited = (await versionsOf(cluster().sql, "task", [secret])).get(secret) ?? Number.NaN;
  await alice.untilVersion("task", secret, edited);
  expect(alice.versions.version("task", secret)).toBe(edited);
  await inOneTransaction([
    ["update app.task set project_id = $2 where id = $1", [secret, elsewhere]],
    ["update app.task set title = 'Moved and edited' where id = $1", [secret]],
  ]);
  const version = await rename(cluster().sql, "task", secret, "Once more");
  await alice.untilVersion("task", secret, version);
  const barrier = await rename(cluster().sql, "task", granted, "For bob and carol");
  for (const socket of [carol, bobElsewhere]) await socket.untilVersion("task", granted, barrier);
  expect(frames(carol, secret)).toEqual([]);
});

test("[INV-8] a row that is moved and made private in one change is removed from clients that could read it", async () => {
  const { organizationId, projectId } = await createPrivateTasks();
  const [elsewhere = ""] = await insertProjects(cluster().sql, { organizationId, count: 1 });
  const [open = ""] = await insertTasks(cluster().sql, { organizationId, projectId, count: 1 });
  await cluster().settled();
  const { bob, carol } = await subscribeMembers(projectId);
  expect(await listed("bob", projectId)).toContain(open);
  await cluster().sql.query("update app.task set project_id = $2, is_private = true where id = $1", [open, elsewhere]);
  for (const socket of [bob, carol]) await socket.next("GONE", ({ payload }) => payload.entityIds.includes(open));
});

test("[INV-10] the end of a membership removes all rows of the organization, from that person only", async () => {
  const { projectId, organizationId } = await createPrivateTasks();
  const [task = ""] = await insertTasks(cluster().sql, { organizationId, projectId, count: 1 });
  await cluster().settled();
  const carol = await cluster().socket("carol", 0);
  const bob = await cluster().socket("bob", 0);
  for (const socket of [carol, bob]) await socket.subscribe("task", [task]);
  const { person } = await cluster().rest("carol");
  await cluster().sql.query("delete from app.membership where person_id = $1", [person.id]);
  try {
    await carol.until("the end of the rights", () => carol.versions.isGone("task", task) || !carol.isOpen);
    const before = frames(carol, task).length;
    const version = await rename(cluster().sql, "task", task, "For members");
    await bob.untilVersion("task", task, version);
    if (carol.isOpen) await carol.ping();
    expect(frames(carol, task)).toHaveLength(before);
    expect((await (await cluster().rest("carol")).get(`task/${task}`)).status).toBe(404);
    expect(bob.received.some((message) => message.type === "GONE")).toBe(false);
  } finally {
    await cluster().sql.query(
      "insert into app.membership (person_id, organization_id, role) values ($1, $2, 'member') on conflict do nothing",
      [person.id, organizationId],
    );
  }
});

test("[SUB-5, G5] rows and containers of another organization are answered as if they did not exist", async () => {
  const { projectId, organizationId, secret } = await createPrivateTasks();
  const [task = ""] = await insertTasks(cluster().sql, { organizationId, projectId, count: 1 });
  await cluster().settled();
  const dave = await cluster().socket("dave", 0);
  const answer = await dave.subscribe("task", [task, secret]);
  expect(new Set(answer.gone)).toEqual(new Set([task, secret]));
  await dave.request({
    type: "SUBSCRIBE",
    payload: { entityCode: "task", within: [`project/${projectId}`, `tenant/${organizationId}`] },
  });
  const own = (await cluster().rest("dave")).person.organizationId;
  const [barrier = ""] = await insertProjects(cluster().sql, { organizationId: own, count: 1 });
  await dave.subscribe("project", [], { within: [`tenant/${own}`] });

  const alice = await cluster().socket("alice", 0);
  await alice.subscribe("task", [task, secret]);
  for (const id of [task, secret])
    await alice.untilVersion("task", id, await rename(cluster().sql, "task", id, "Ours"));
  await setPrivate(secret, false);
  await dave.untilVersion("project", barrier, await rename(cluster().sql, "project", barrier, "Theirs"));
  await dave.ping();
  expect(dave.versions.deliveries("task", task)).toEqual([]);
  expect(dave.versions.deliveries("task", secret)).toEqual([]);
  expect((await (await cluster().rest("dave")).get(`task/${task}`)).status).toBe(404);
});

async function inOneTransaction(statements: readonly (readonly [text: string, values: unknown[]])[]): Promise<void> {
  const connection = await cluster().sql.connect();
  try {
    await connection.query("begin");
    for (const [text, values] of statements) await connection.query(text, values);
    await connection.query("commit");
  } finally {
    connection.release();
  }
}

function names(message: { payload: { changes: readonly { entityId: string }[] } }, id: string): boolean {
  return message.payload.changes.some(({ entityId }) => entityId === id);
}
