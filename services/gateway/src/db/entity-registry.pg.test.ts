import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RestUnderTest, startRest } from "../rest/testing/start-rest.ts";
import { EntityRegistry } from "./entity-registry.ts";

let rest: RestUnderTest;
beforeAll(async () => {
  rest = await startRest();
});
afterAll(() => rest[Symbol.asyncDispose]());

test("unknown codes cause at most one catalog read every three seconds", async () => {
  const clock = new FakeClock();
  let reads = 0;
  const counting = new Proxy(rest.pool, {
    get: (pool, name) => {
      if (name === "query") reads += 1;
      const value: unknown = Reflect.get(pool, name);
      return typeof value === "function" ? value.bind(pool) : value;
    },
  });
  const registry = new EntityRegistry(counting, clock);
  await Promise.all([registry.find("project"), registry.find("task"), registry.find("nothing")]);
  expect(reads).toBe(1);
  expect(registry.get("project")).toMatchObject({ qualifiedName: '"app"."project"', keyColumns: ["id"] });
  await registry.find("nothing");
  await clock.advance(2999);
  await registry.find("nothing");
  expect(reads).toBe(1);
  await clock.advance(1);
  await registry.find("nothing");
  expect(reads).toBe(2);
  await registry.find("project");
  expect(reads).toBe(2);
});

test("a refresh keeps the objects of unchanged types, and the version increases only with a change", async () => {
  const before = { version: rest.registry.version, project: rest.registry.get("project") };
  await rest.registry.refresh();
  expect(rest.registry.version).toBe(before.version);
  expect(rest.registry.get("project")).toBe(before.project);
  await rest.db.pool.query("comment on column app.team.mission is 'What for.'");
  await rest.registry.refresh();
  expect(rest.registry.version).toBe(before.version + 1);
  expect(rest.registry.get("project")).toBe(before.project);
  expect(rest.registry.get("team")?.columns.find(({ name }) => name === "mission")?.comment).toBe("What for.");
});

test("a newly tracked table is served without a restart, including columns of unusual names and types", async () => {
  await rest.db.pool.query(`
    create table app."odd ""table""" (
      id uuid primary key default gen_random_uuid(), organization_id uuid not null,
      name text not null, "Weird ""col" int, tags text[], moods app.priority[], extra jsonb, lasts interval, at time,
      ratio double precision, big bigint, made timestamptz[] not null default '{}');
    select app.enable_sync('app."odd ""table"""', 'odd', views => true)`);
  await rest.registry.refresh();
  const body = {
    name: "first",
    'Weird "col': 7,
    tags: ["a", 'b"{},\\'],
    moods: ["low", "urgent"],
    extra: { deep: [1, { two: null }], text: "é" },
    lasts: "2 days 03:00:00",
    at: "12:30:00",
    ratio: 0.1,
    big: "9223372036854775807",
    made: ["2026-01-01T10:00:00.000001Z"],
  };
  const created = await rest.call("POST /odd", { body });
  expect(created.status).toBe(201);
  expect(created.body).toMatchObject(body);
  const found = await rest.call(
    `GET /odd?${encodeURIComponent('Weird "col.gte')}=7&tags.contains=a&moods.contains=urgent&sort=${encodeURIComponent('-Weird "col')}`,
  );
  expect(found.body.items).toEqual([created.body]);
  for (const extra of [[1, 2], "text", 5, null]) {
    const changed = await rest.call(`PATCH /odd/${created.body.$id}`, { body: { extra } });
    expect(changed.body["extra"]).toEqual(extra);
  }
  const nested = (depth: number) => `{"extra": ${"[".repeat(depth)}${"]".repeat(depth)}}`;
  for (const [depth, status] of [
    [1000, 200],
    [100_000, 400],
  ] as const)
    for (const key of [{}, { "idempotency-key": `deep ${depth}`.replace(" ", "-") }]) {
      const headers = { "content-type": "application/json", ...key };
      expect((await rest.call(`PATCH /odd/${created.body.$id}`, { headers, body: nested(depth) })).status).toBe(status);
    }
  await rest.call(`GET /odd/${created.body.$id}`);
  const { rows } = await rest.db.pool.query(
    "select d.actor ->> 'fname' as actor from app.logging_detail d where d.entity_code = 'odd' and d.action = 0",
  );
  // The list above and the single read: this type asks for reads to be logged.
  expect(rows).toEqual([{ actor: "Bob" }, { actor: "Bob" }]);
});

test("the first request that uses a dropped or added column refreshes the type", async () => {
  await rest.db.pool.query("alter table app.team drop column mission");
  const read = await rest.call("GET /team?limit=1");
  expect(read.status).toBe(200);
  expect(read.body.items[0]).not.toHaveProperty("mission");

  const clock = new FakeClock();
  const registry = new EntityRegistry(rest.pool, clock);
  await registry.refresh();
  await rest.db.pool.query("alter table app.team add column motto text");
  expect(registry.get("team")?.columns.some(({ name }) => name === "motto")).toBe(false);
  await clock.advance(3000);
  await registry.refreshIfDue();
  expect(registry.get("team")?.columns.some(({ name }) => name === "motto")).toBe(true);
});

test("a statement that keeps failing does not keep reading the catalog", async () => {
  const clock = new FakeClock();
  const registry = new EntityRegistry(rest.pool, clock);
  await registry.refresh();
  const type = registry.get("team");
  if (!type) throw new Error("no team");
  expect(await registry.renew(type)).toBe(type);
  await rest.db.pool.query("comment on column app.team.name is 'Changed.'");
  expect(await registry.renew(type)).toBe(type);
  await clock.advance(1000);
  expect(await registry.renew(type)).not.toBe(type);
});
