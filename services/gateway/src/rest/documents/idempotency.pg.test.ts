import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RestUnderTest, startRest } from "../testing/start-rest.ts";

let rest: RestUnderTest;
beforeAll(async () => {
  rest = await startRest();
});
afterAll(() => rest[Symbol.asyncDispose]());

const withKey = (key: string = randomUUID()) => ({ "idempotency-key": key });
const logged = async (id: string) =>
  (await rest.db.pool.query("select action from app.logging where entity_id = $1 order by created_ts", [id])).rows
    .length;
const teams = async (name: string) =>
  (await rest.db.pool.query("select 1 from app.team where name = $1", [name])).rowCount;

test("[G4] a repeated create takes effect once and returns the current row", async () => {
  const headers = withKey();
  const first = await rest.call("POST /team", { headers, body: { name: "Once", mission: "a" } });
  expect(first.status).toBe(201);
  await rest.call(`PATCH /team/${first.body.$id}`, { as: "carol", body: { mission: "b" } });
  const again = await rest.call("POST /team", { headers, body: { mission: "a", name: "Once" } });
  expect(again.status).toBe(201);
  expect(again.headers["idempotency-replayed"]).toBe("true");
  expect(again.headers["location"]).toBe(first.headers["location"]);
  expect(again.body).toMatchObject({ id: first.body.$id, mission: "b" });
  expect(await teams("Once")).toBe(1);
});

test("[G4] a repeated change or delete takes effect once, even if the row no longer exists", async () => {
  const { body: created } = await rest.call("POST /team", { body: { name: "Twice" } });
  const change = { headers: { ...withKey(), "if-match": String(created.$version) }, body: { mission: "x" } };
  const changed = await rest.call(`PATCH /team/${created.$id}`, change);
  // The repetition has the If-Match of the first attempt, which is outdated. It must not cause a conflict.
  expect((await rest.call(`PATCH /team/${created.$id}`, change)).body).toEqual(changed.body);
  const removal = { headers: withKey() };
  const removed = await rest.call(`DELETE /team/${created.$id}`, removal);
  expect((await rest.call(`DELETE /team/${created.$id}`, removal)).body).toEqual(removed.body);
  expect(await logged(created.$id)).toBe(3);
  const late = await rest.call(`PATCH /team/${created.$id}`, change);
  expect(late.status).toBe(200);
  expect(late.body).toEqual({ $id: created.$id, $version: changed.body.$version, gone: true });
});

test("the same key for a different request is refused", async () => {
  const headers = withKey();
  const { body: created } = await rest.call("POST /team", { headers, body: { name: "Mine" } });
  for (const [request, body] of [
    ["POST /team", { name: "Other" }],
    ["POST /department", { name: "Mine" }],
    [`PATCH /team/${created.$id}`, { name: "Mine" }],
    [`DELETE /team/${created.$id}`, undefined],
  ] as const) {
    const answer = await rest.call(request, { headers, body });
    expect(answer.body.error?.code ?? answer.body, request).toMatch(/idempotency_mismatch|invalid_body/);
    expect(answer.status).toBeGreaterThanOrEqual(400);
  }
  expect(await logged(created.$id)).toBe(1);
});

test("keys of two people are independent, and a repetition returns only what the caller may read", async () => {
  const headers = withKey();
  const bob = await rest.call("POST /team", { headers, body: { name: "Shared key" } });
  const erin = await rest.call("POST /team", { as: "erin", headers, body: { name: "Shared key" } });
  expect([bob.status, erin.status]).toEqual([201, 201]);
  expect(erin.body.$id).not.toBe(bob.body.$id);

  const { body: project } = await rest
    .call("POST /project", { headers, body: {} })
    .then(() =>
      rest.call("POST /project", { headers: withKey("hide-me"), body: { name: "Soon hidden", code: "HIDE" } }),
    );
  await rest.call(`PATCH /project/${project.$id}`, { as: "alice", body: { is_private: true } });
  const replay = await rest.call("POST /project", {
    headers: withKey("hide-me"),
    body: { name: "Soon hidden", code: "HIDE" },
  });
  expect(replay.body).toEqual({ $id: project.$id, $version: project.$version, gone: true });
});

test("a failed write leaves no record and can be repeated with the same key", async () => {
  const headers = withKey();
  const { body: blocker } = await rest.call("POST /team", { body: { name: "Taken" } });
  expect((await rest.call("POST /team", { headers, body: { name: "Taken" } })).status).toBe(409);
  await rest.call(`DELETE /team/${blocker.$id}`);
  expect((await rest.call("POST /team", { headers, body: { name: "Taken" } })).status).toBe(201);
  expect(await teams("Taken")).toBe(1);
});

test("[G4] of twenty concurrent requests with one key, one takes effect and all get the same answer", async () => {
  const headers = withKey();
  const body = { name: "Rush" };
  // The table is locked until all connections wait, so that the requests overlap. Otherwise one may finish before the next
  // starts, and the test would pass without any protection.
  const holder = await rest.db.pool.connect();
  await holder.query("begin");
  await holder.query("lock table app.team in share row exclusive mode");
  const calls = Array.from({ length: 20 }, () => rest.call("POST /team", { headers, body }));
  const waiting = async () => {
    const { rowCount } = await rest.db.pool.query(
      `select 1 from pg_stat_activity
        where datname = current_database() and usename = 'heliograph_gateway' and wait_event_type = 'Lock'`,
    );
    return rowCount;
  };
  await expect.poll(waiting, { interval: 10 }).toBe(rest.pool.options.max);
  await holder.query("commit");
  holder.release();
  const answers = await Promise.all(calls);
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
  expect(new Set(answers.map((answer) => answer.body.$id)).size).toBe(1);
  expect(answers.filter((answer) => answer.headers["idempotency-replayed"] === undefined)).toHaveLength(1);
  expect(await teams("Rush")).toBe(1);
});

test("a row is deleted only once, even with different keys", async () => {
  const { body: created } = await rest.call("POST /team", { body: { name: "Doomed" } });
  const headers = withKey();
  const answers = await Promise.all([
    rest.call(`DELETE /team/${created.$id}`, { headers }),
    rest.call(`DELETE /team/${created.$id}`, { headers }),
    rest.call(`DELETE /team/${created.$id}`, { headers: withKey() }),
  ]);
  expect(answers.map(({ status }) => status).filter((status) => status === 404).length).toBeGreaterThanOrEqual(1);
  expect(await logged(created.$id)).toBe(2);
});
