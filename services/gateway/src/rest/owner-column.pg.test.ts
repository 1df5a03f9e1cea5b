import { afterAll, beforeAll, expect, test } from "vitest";
import { type RestUnderTest, startRest } from "./testing/start-rest.ts";

let rest: RestUnderTest;
beforeAll(async () => {
  rest = await startRest();
  await rest.db.pool.query(`
    create table public.todo (id bigint generated always as identity primary key, user_id uuid not null, title text);
    select app.enable_sync('public.todo', owner => 'user_id')`);
  await rest.registry.refresh();
});
afterAll(() => rest[Symbol.asyncDispose]());

test("a created row belongs to the person of the token, who alone reads and writes it", async () => {
  const created = await rest.call("POST /todo", { as: "bob", body: { title: "mine" } });
  expect(created.status).toBe(201);
  expect(created.body["user_id"]).toBe(rest.identity("bob").personId);
  const { $id } = created.body;
  const listed = async (as: "alice" | "bob") => (await rest.call("GET /todo", { as })).body.items.map((row) => row.$id);
  expect(await listed("bob")).toEqual([$id]);
  expect(await listed("alice")).toEqual([]); // an administrator of the same organization
  expect((await rest.call(`GET /todo/${$id}`, { as: "alice" })).status).toBe(404);
  expect((await rest.call(`PATCH /todo/${$id}`, { as: "alice", body: { title: "stolen" } })).status).toBe(404);
  expect((await rest.call(`PATCH /todo/${$id}`, { as: "bob", body: { title: "changed" } })).status).toBe(200);
  expect((await rest.call(`DELETE /todo/${$id}`, { as: "bob" })).status).toBe(200);
});

test("a row cannot be created for another person", async () => {
  const body = { title: "forged", user_id: rest.identity("alice").personId };
  const { status, body: answer } = await rest.call("POST /todo", { as: "bob", body });
  expect([status, answer.error.code]).toEqual([422, "reference_violation"]);
});
