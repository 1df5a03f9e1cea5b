import { afterAll, beforeAll, expect, test } from "vitest";
import { type RestUnderTest, startRest } from "../rest/testing/start-rest.ts";
import { Registry } from "./registry.ts";

let rest: RestUnderTest;
beforeAll(async () => {
  rest = await startRest();
});
afterAll(() => rest[Symbol.asyncDispose]());

test("unknown codes look into the catalog at most once every three seconds", async () => {
  let now = 0;
  let reads = 0;
  const counting = new Proxy(rest.pool, {
    get: (pool, name) => {
      if (name === "query") reads += 1;
      const value: unknown = Reflect.get(pool, name);
      return typeof value === "function" ? value.bind(pool) : value;
    },
  });
  const registry = new Registry(counting, () => now);
  await Promise.all([registry.find("project"), registry.find("task"), registry.find("nothing")]);
  expect(reads).toBe(1);
  expect(registry.get("project")).toMatchObject({ qualifiedName: '"app"."project"', keyColumn: "id" });
  await registry.find("nothing");
  now = 2999;
  await registry.find("nothing");
  expect(reads).toBe(1);
  now = 3000;
  await registry.find("nothing");
  expect(reads).toBe(2);
  await registry.find("project");
  expect(reads).toBe(2);
});

test("a refresh keeps the objects of unchanged types, and its version rises only with a change", async () => {
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

test("a table that goes live is served without a restart, with columns of unusual names and types", async () => {
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
    big: 9_007_199_254_740_991,
    made: ["2026-01-01T10:00:00.000001Z"],
  };
  const created = await rest.call("POST /odd", { body });
  expect(created.status).toBe(201);
  expect(created.body).toMatchObject({ ...body, made: ["2026-01-01T10:00:00.000001+00:00"] });
  const found = await rest.call(
    `GET /odd?${encodeURIComponent('Weird "col.gte')}=7&tags.contains=a&moods.contains=urgent&sort=${encodeURIComponent('-Weird "col')}`,
  );
  expect(found.body.items).toEqual([created.body]);
  for (const extra of [[1, 2], "text", 5, null]) {
    const changed = await rest.call(`PATCH /odd/${created.body.id}`, { body: { extra } });
    expect(changed.body["extra"]).toEqual(extra);
  }
  await rest.call(`GET /odd/${created.body.id}`);
  const { rows } = await rest.db.pool.query(
    "select d.actor ->> 'fname' as actor from app.logging_detail d where d.entity_code = 'odd' and d.action = 0",
  );
  // The list above and the single read: this type asks for reads to be logged.
  expect(rows).toEqual([{ actor: "Bob" }, { actor: "Bob" }]);
});

test("a column that has been dropped is noticed at the first statement that fails, and the request succeeds", async () => {
  await rest.db.pool.query("alter table app.team drop column mission");
  const answer = await rest.call("GET /team?limit=1");
  // Refreshes from failures are as rare as those from unknown codes; the refreshes above were moments ago.
  if (answer.status !== 200) {
    expect(answer.body.error.code).toBe("unavailable");
    await rest.registry.refresh();
  }
  const again = await rest.call("GET /team?limit=1");
  expect(again.status).toBe(200);
  expect(again.body.items[0]).not.toHaveProperty("mission");
});
