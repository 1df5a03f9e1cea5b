import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { insertProjects, insertTasks, rename, versionsOf } from "./harness/fixture-rows.ts";
import type { Document, ErrorBody } from "./harness/rest-client.ts";
import { useTestCluster } from "./harness/test-cluster.ts";

const cluster = useTestCluster({ gateways: 1, watchers: 1 });

async function task(): Promise<{ id: string; projectId: string }> {
  const { organizationId } = (await cluster().rest("alice")).person;
  const [projectId = ""] = await insertProjects(cluster().sql, { organizationId, count: 1 });
  const [id = ""] = await insertTasks(cluster().sql, { organizationId, projectId, count: 1 });
  await cluster().settled();
  return { id, projectId };
}

test("a bad write is refused with its reason, writes nothing and causes no signal", async () => {
  const { id, projectId } = await task();
  const bob = await cluster().rest("bob");
  const socket = await cluster().socket("carol");
  await socket.subscribe("task", [id], { within: [`project/${projectId}`] });
  const before = await versionsOf(cluster().sql, "task", [id]);
  const refusals: readonly (readonly [string, () => Promise<{ status: number; body: ErrorBody }>, number, string])[] = [
    ["unknown column", () => bob.patch(`task/${id}`, { title: "x", titel: "y" }), 400, "unknown_column"],
    [
      "read-only column",
      () => bob.patch(`task/${id}`, { created_ts: "2026-01-01T00:00:00Z" }),
      400,
      "read_only_column",
    ],
    ["wrong type", () => bob.patch(`task/${id}`, { title: 7 }), 400, "invalid_body"],
    ["unknown value of an enumeration", () => bob.patch(`task/${id}`, { status: "forgotten" }), 400, "invalid_body"],
    ["invalid JSON", () => bob.patch(`task/${id}`, '{"title":'), 400, "invalid_body"],
    ["missing required column", () => bob.post("task", { project_id: projectId }), 400, "invalid_body"],
    [
      "reference to a missing row",
      () => bob.post("task", { title: "x", project_id: randomUUID() }),
      422,
      "reference_violation",
    ],
    ["violated check", () => bob.patch(`task/${id}`, { title: "   " }), 422, "check_violation"],
    ["unknown entity", () => bob.post("nonsense", { title: "x" }), 404, "unknown_entity"],
    ["malformed id", () => bob.patch("task/not-a-uuid", { title: "x" }), 404, "not_found"],
    ["missing row", () => bob.patch(`task/${randomUUID()}`, { title: "x" }), 404, "not_found"],
    ["existing id", () => bob.post("task", { id, title: "x", project_id: projectId }), 409, "already_exists"],
  ];
  for (const [description, call, status, code] of refusals) {
    const answer = await call();
    expect({ description, status: answer.status, code: answer.body.error.code }).toEqual({ description, status, code });
    expect(answer.body.error.message).not.toBe("");
  }
  expect(await versionsOf(cluster().sql, "task", [id])).toEqual(before);
  await socket.untilVersion("task", id, await rename(cluster().sql, "task", id, "A valid change"));
  expect(socket.versions.delivered()).toEqual(new Set([`task/${id}`]));
  expect(socket.versions.deliveries("task", id)).toHaveLength(1);
});

test("[G4] a stale If-Match is answered 409 with the current document", async () => {
  const { id } = await task();
  const bob = await cluster().rest("bob");
  const { body: read } = await bob.get(`task/${id}`);
  const version = await rename(cluster().sql, "task", id, "Faster than bob");
  const answer = await bob.patch<ErrorBody & { current: Document }>(
    `task/${id}`,
    { title: "From bob" },
    { "if-match": String(read.$version) },
  );
  expect(answer.status).toBe(409);
  expect(answer.body.error.code).toBe("version_conflict");
  expect(answer.body.current).toMatchObject({ $id: id, $version: version, title: "Faster than bob" });
});

test("[G4] a repeated write with the same key takes effect once and is delivered once", async () => {
  const { projectId } = await task();
  const bob = await cluster().rest("bob");
  const socket = await cluster().socket("carol");
  await socket.subscribe("task", [], { within: [`project/${projectId}`] });
  const key = { "idempotency-key": randomUUID() };
  const document = { id: randomUUID(), title: "Once", project_id: projectId };
  const first = await bob.post("task", document, key);
  const again = await bob.post("task", document, key);
  expect(first.status).toBe(201);
  expect(again.body).toEqual(first.body);
  await socket.untilVersion("task", document.id, first.body.$version);
  await socket.untilVersion("task", document.id, await rename(cluster().sql, "task", document.id, "Barrier"));
  expect(socket.versions.deliveries("task", document.id)).toHaveLength(2);
});

test("[G5] a request without a valid token reads nothing", async () => {
  for (const headers of [{}, { authorization: "Bearer garbage" }] as Record<string, string>[]) {
    const response = await fetch(new URL("/api/v1/project", cluster().gateway(0).url), { headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { code: "unauthenticated" } });
  }
});
