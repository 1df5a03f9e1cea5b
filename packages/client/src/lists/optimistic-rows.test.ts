import { expect, test } from "vitest";
import type { ListOptions } from "../core/client-options.ts";
import { testId } from "../testing/ids.ts";
import { createTestClient, organization } from "../testing/test-client.ts";
import { matches, orderOf } from "./local-query.ts";

const nothing = () => {};

async function setUp(options: ListOptions = { sort: "name" }, names = ["a", "c", "e"]) {
  const made = createTestClient();
  const { server, client, clock } = made;
  server.ownContainers = [organization];
  for (const [n, name] of names.entries())
    server.write("task", testId(n + 1), { name, status: "open" }, [organization]);
  const list = client.list("task", options);
  list.subscribe(nothing);
  client.start();
  await clock.advance(2_000);
  server.autoAnswer = false;
  const shown = () => list.snapshot().items.map((item) => item["name"]);
  return { ...made, list, shown };
}

test("a created row is listed at its place at once and stays there until the server lists it", async () => {
  const { client, server, clock, shown } = await setUp();
  await client.mutations.create("task", { id: testId(9), name: "b", status: "open" });
  expect(shown()).toEqual(["a", "b", "c", "e"]);
  await clock.advance(0);
  server.calls.find(({ method }) => method === "POST")?.answer();
  await clock.advance(0);
  expect(shown()).toEqual(["a", "b", "c", "e"]); // acknowledged, but the list is not fetched again yet
  await clock.advance(1_500);
  for (const call of [...server.calls]) call.answer();
  await clock.advance(100);
  expect(shown()).toEqual(["a", "b", "c", "e"]);
  client.stop();
});

test("an edit moves a row at once, a removal removes it, and a rejection restores the list", async () => {
  const { client, server, clock, shown } = await setUp();
  server.refuses = () => "check_violation";
  await client.mutations.update("task", testId(1), { name: "d" });
  expect(shown()).toEqual(["c", "d", "e"]);
  await client.mutations.remove("task", testId(3));
  expect(shown()).toEqual(["c", "d"]);
  server.autoAnswer = true;
  for (const call of [...server.calls]) call.answer();
  await clock.advance(2_000);
  expect(shown()).toEqual(["a", "c", "e"]);
  client.stop();
});

test("an edit moves a row from one filter to another", async () => {
  const { client, clock, shown } = await setUp({ sort: "name", filter: { status: "open" } });
  const done = client.list("task", { sort: "name", filter: { status: "done" } });
  done.subscribe(nothing);
  await clock.advance(10);
  await client.mutations.update("task", testId(2), { status: "done" });
  expect(shown()).toEqual(["a", "e"]);
  await clock.advance(10);
  expect(done.snapshot().items).toMatchObject([{ name: "c" }]);
  client.stop();
});

test("no row is placed behind the last known row", async () => {
  const { client, shown } = await setUp({ sort: "name", limit: 2 });
  expect(shown()).toEqual(["a", "c"]);
  await client.mutations.create("task", { name: "z" });
  expect(shown()).toEqual(["a", "c"]);
  await client.mutations.create("task", { name: "b" });
  expect(shown()).toEqual(["a", "b", "c"]);
  client.stop();
});

test("a list about a row whose create is pending needs no server", async () => {
  const { client, server, clock } = await setUp();
  const project = testId(20);
  await client.mutations.create("project", { id: project, name: "P" });
  const before = server.calls.length;
  const tasks = client.list("task", { filter: { project_id: project }, within: `project/${project}`, sort: "name" });
  tasks.subscribe(nothing);
  expect(tasks.snapshot()).toMatchObject({ status: "ready", items: [], stale: false });
  await client.mutations.create("task", { name: "first", project_id: project });
  await clock.advance(50);
  expect(tasks.snapshot().items).toMatchObject([{ name: "first" }]);
  expect(server.calls.slice(before).filter(({ method }) => method === "GET")).toEqual([]);
  server.autoAnswer = true;
  for (const call of [...server.calls]) call.answer();
  await clock.advance(3_000);
  expect(server.socket?.session.subscriptions.has(`in:task:project/${project}`)).toBe(true);
  client.stop();
});

test("filters have the same meaning as on the server", () => {
  const row = { n: 5, name: "Ärger", due: null, tags: ["x"], flag: true, at: "2026-01-01T00:00:00Z" };
  const fits = (filter: NonNullable<ListOptions["filter"]>) => matches(row, { filter });
  expect(fits({ n: 5, flag: "true", at: "2026-01-01T00:00:00.000Z" })).toBe(true);
  expect(fits({ n: { gt: 4, lte: 5 }, name: { contains: "ÄRG" }, due: { null: true } })).toBe(true);
  expect(fits({ due: { ne: "x" } })).toBe(true);
  expect(fits({ due: { lt: "x" } })).toBe(false);
  expect(fits({ due: null, tags: { contains: "x" }, n: { in: [1, 5] } })).toBe(true);
  expect(fits({ n: { ne: 5 } })).toBe(false);
  expect(matches(row, { q: "word" })).toBeUndefined();
});

test("text is ordered as in the server's rows", () => {
  const names = (query: ListOptions, texts: readonly (string | null)[], ordered: readonly string[]) =>
    texts
      .map((name, n) => ({ id: testId(n), name }))
      .sort(
        orderOf(
          query,
          ordered.map((name) => ({ name })),
        ),
      )
      .map(({ name }) => name);
  expect(names({ sort: "name" }, ["b", null, "B", "a"], ["B", "a"])).toEqual(["B", "a", "b", null]);
  expect(names({ sort: "name" }, ["b", "C", "a"], ["a", "B"])).toEqual(["a", "b", "C"]);
  expect(names({ sort: "-name" }, ["b", null, "a"], [])).toEqual([null, "b", "a"]);
});

test("numbers that travel as text are compared as numbers", () => {
  const rows = ["9.50", "10.00", "9007199254740992", "9007199254740993"].map((amount, n) => ({
    $id: testId(n),
    amount,
  }));
  for (let n = 1; n < rows.length; n += 1) {
    const [less, more] = [rows[n - 1], rows[n]];
    if (!less || !more) throw new Error("no rows");
    expect(orderOf({ sort: "amount" }, rows)(less, more)).toBeLessThan(0);
    expect(matches(more, { filter: { amount: { gt: less.amount } } })).toBe(true);
    expect(matches(less, { filter: { amount: { gt: more.amount } } })).toBe(false);
    expect(matches(less, { filter: { amount: more.amount } })).toBe(false);
  }
  expect(matches({ amount: "9.50" }, { filter: { amount: 9.5 } })).toBe(true);
  expect(matches({ amount: "10.00" }, { filter: { amount: { gte: "9" } } })).toBe(true);
  // Numbers in a text column are in the order of the texts, which the listed rows show.
  const texts = [
    { $id: "1", name: "10" },
    { $id: "2", name: "9" },
  ];
  expect(orderOf({ sort: "name" }, texts)({ $id: "3", name: "100" }, { $id: "4", name: "9" })).toBeLessThan(0);
});
