import { expect, test } from "vitest";
import { createTestClient, organization } from "../testing/test-client.ts";

const nothing = () => {};
const entityTypes = { page: { keyColumns: ["slug"], columns: [{ name: "slug", baseType: "text" }] } };
const odd = ["a/b", "a,b", "a%2Cb", "100%", "A:b", "ü ?#&=", '["7","x"]', "…".repeat(85), ""];

function setUp() {
  const world = createTestClient({ entityTypes });
  world.server.keyColumns.set("page", ["slug"]);
  for (const [n, slug] of odd.entries()) world.server.write("page", slug, { name: `page ${n}` }, [organization]);
  return world;
}

test("a table whose key is a text of another name is listed, live and written like any other", async () => {
  const { client, server, clock } = setUp();
  const list = client.list("page", { sort: "name" });
  list.subscribe(nothing);
  client.start();
  await clock.advance(1_000);
  expect(list.snapshot()).toMatchObject({ status: "ready", stale: false });
  expect(list.snapshot().items.map((item) => item["$id"])).toEqual(odd);
  for (const slug of odd) server.write("page", slug, { name: `changed ${odd.indexOf(slug)}` });
  await clock.advance(1_000);
  expect(list.snapshot().items.map((item) => item["name"])).toEqual(odd.map((_, n) => `changed ${n}`));

  for (const slug of odd) {
    const row = client.entity("page", slug);
    row.subscribe(nothing);
    const { confirmed } = await client.mutations.update("page", slug, { note: "mine" });
    expect(row.snapshot().data).toMatchObject({ $id: slug, note: "mine" });
    await clock.advance(1_000);
    expect(await confirmed).toMatchObject({ $id: slug, slug, note: "mine" });
  }
  const removed = await client.mutations.remove("page", "a/b");
  await clock.advance(1_000);
  expect(await removed.confirmed).toBeNull();
  expect(server.rows.has("page:a/b")).toBe(false);
  client.stop();
});

test("a row that is created here carries its id before the server knows it", async () => {
  const { client, server, clock } = setUp();
  const given = await client.mutations.create("page", { slug: "new,/%", name: "given" });
  const row = client.entity("page", given.entityId);
  row.subscribe(nothing);
  await clock.advance(1);
  expect(row.snapshot().data).toMatchObject({ $id: "new,/%", $version: 0, slug: "new,/%", name: "given" });
  const made = await client.mutations.create("page", { name: "made" });
  client.start();
  await clock.advance(2_000);
  expect(await given.confirmed).toMatchObject({ $id: "new,/%", name: "given" });
  expect(server.rows.get(`page:${made.entityId}`)).toMatchObject({ $id: made.entityId, slug: made.entityId });
  await expect(client.mutations.create("page", { $id: "x", $version: 1, slug: "copy" })).resolves.toBeDefined();
  await clock.advance(1_000);
  expect(server.rows.get("page:copy")).toMatchObject({ $id: "copy" });
  client.stop();
});

test("long ids are divided over addresses and messages of a bounded length", async () => {
  const { client, server, clock } = createTestClient({ entityTypes });
  server.keyColumns.set("page", ["slug"]);
  server.limits = { ...server.limits, maxMessageBytes: 4_096 };
  const slugs = Array.from({ length: 100 }, (_, n) => `${"漢".repeat(80)}${n}`);
  for (const slug of slugs) server.write("page", slug, { name: "n" });
  const lengths: number[] = [];
  server.autoAnswer = false;
  for (const slug of slugs) client.entity("page", slug).subscribe(nothing);
  client.start();
  for (let round = 0; round < slugs.length; round += 1) {
    await clock.advance(100);
    for (const call of [...server.calls]) {
      lengths.push(call.url.pathname.length + call.url.search.length);
      call.answer();
    }
  }
  expect(Math.max(...lengths)).toBeLessThan(8_192);
  for (const slug of slugs) expect(client.entities.peek(`page:${slug}`)).toMatchObject({ data: { $id: slug } });
  const messages = server.socket?.received.map((message) => new TextEncoder().encode(JSON.stringify(message)).length);
  expect(Math.max(...(messages ?? []))).toBeLessThanOrEqual(4_096);
  client.stop();
});
