import { afterAll, beforeAll, expect, test } from "vitest";
import { quoteIdentifier } from "../db/quote-identifier.ts";
import { fieldName } from "../rest/entity/document-fields.ts";
import { type Answer, type RestUnderTest, startRest } from "./testing/start-rest.ts";

let rest: RestUnderTest;
beforeAll(async () => {
  rest = await startRest();
});
afterAll(() => rest[Symbol.asyncDispose]());

const oddNames = [
  "constructor",
  "toString",
  "__proto__",
  "$id",
  "$version",
  "$$",
  'a "quoted" name',
  "it's",
  "price",
  "price.gte",
  "price.usd",
  "with space",
  "Camel",
  "camel",
  "-minus",
  "a,b%41",
  "limit",
  "ids",
  "é".repeat(31),
  "n".repeat(63),
] as const;

test("columns may have any name in documents, bodies, filters, sorts, the catalog and the OpenAPI document", async () => {
  const columns = oddNames.map((name) => `${quoteIdentifier(name)} text`).join(", ");
  await rest.db.pool.query(`
    create table app.odd_name ("Key" uuid primary key default gen_random_uuid(), organization_id uuid not null, ${columns});
    select app.enable_sync('app.odd_name', 'odd_name')`);
  await rest.registry.refresh();
  // Entries, because { __proto__: … } in source code sets the prototype.
  const valuesOf = (prefix: string): object =>
    Object.fromEntries(oddNames.map((name, at) => [fieldName(name), `${prefix} ${at}`]));
  const created = await rest.call("POST /odd_name", { body: valuesOf("a") });
  expect(created.body.error).toBeUndefined();
  const { $id } = created.body;
  await rest.call("POST /odd_name", { body: valuesOf("b") });
  expect(created.body["Key"]).toBe($id);
  for (const [at, name] of oddNames.entries()) {
    const field = fieldName(name);
    expect(Object.hasOwn(created.body, field), name).toBe(true);
    const filter = `${encodeURIComponent(field)}.eq=${encodeURIComponent(`a ${at}`)}`;
    const sort = encodeURIComponent(`-${encodeURIComponent(field)}`);
    const found = await rest.call(`GET /odd_name?${filter}&sort=${sort}&limit=1`);
    expect(
      found.body.items?.map((item) => item.$id),
      name,
    ).toEqual([$id]);
    const sorted = await rest.call(`GET /odd_name?sort=${sort}`);
    expect(
      sorted.body.items?.map((item) => Object.entries(item).find(([key]) => key === field)?.[1]),
      name,
    ).toEqual([`b ${at}`, `a ${at}`]);
    const changed = await rest.call(`PATCH /odd_name/${$id}`, { body: Object.fromEntries([[field, `c ${at}`]]) });
    expect(Object.entries(changed.body).find(([key]) => key === field)?.[1], name).toBe(`c ${at}`);
  }
  const { rows } = await rest.db.pool.query<{ row: string }>(
    'select to_jsonb(o)::text as row from app.odd_name o where "Key" = $1',
    [$id],
  );
  const stored = new Map(Object.entries(JSON.parse(rows[0]?.row ?? "") as object));
  expect(oddNames.map((name) => stored.get(name))).toEqual(oddNames.map((_, at) => `c ${at}`));

  const history = await rest.call(`GET /odd_name/${$id}/history`);
  expect(history.body.items.map((item) => item["columns"]).toReversed()).toEqual([
    [],
    ...oddNames.map((name) => [fieldName(name)]),
  ]);
  const types = await rest.call("GET /entity-types");
  const type = types.body.items.find((item) => item["code"] === "odd_name");
  expect(type?.["keyColumns"]).toEqual(["Key"]);
  const names = (type?.["columns"] ?? []) as { name: string }[];
  expect(names.map(({ name }) => name)).toEqual(["Key", "organization_id", ...oddNames.map(fieldName)]);
  const document = (await rest.app.inject({ url: "/docs/json" })).json<{
    components: { schemas: Record<string, { properties: object }> };
  }>();
  expect(Object.keys(document.components.schemas["OddNameCreate"]?.properties ?? {})).toEqual(
    expect.arrayContaining(oddNames.map(fieldName)),
  );
});

test("what follows the last dot of a filter is the operator if it is one, whatever columns the type has", async () => {
  const ids = async (query: string) =>
    (await rest.call(`GET /odd_name?${query}`)).body.items?.map((item) => item["price.usd"]);
  const [first] = await ids("sort=price.usd").then((all) => all.toSorted());
  expect(await ids(`price.usd=${encodeURIComponent(String(first))}`)).toEqual([first]);
  // The column `price`, not the column `price.gte`.
  expect(await ids("price.gte=zzz")).toEqual([]);
  expect(await ids("price.gte.gte=a")).toHaveLength(2);
  expect((await rest.call("GET /odd_name?price.usd.like=a")).body.error.message).toContain('"like" is not an operator');
});

/** Makes a live table whose rows every user may read and write. */
async function createTable(name: string, key: string): Promise<void> {
  await rest.db.pool.query(`
    create table app.${name} (${key}, note text);
    alter table app.${name} enable row level security;
    create policy everybody on app.${name} to heliograph_app using (true) with check (true);
    grant select, insert, update, delete on app.${name} to heliograph_app;
    select app.enable_sync('app.${name}')`);
  await rest.registry.refresh();
}

const longest = ["x".repeat(255), "é".repeat(127), "漢".repeat(85), "🚀".repeat(63), "%".repeat(255), ",".repeat(255)];
const texts = [
  "a/b",
  "a,b",
  "a%2Cb",
  "100%",
  "%zz",
  "?x=1&y#z",
  "a b",
  " a ",
  "",
  '"',
  "\\",
  "ü\u0301",
  "007",
  "A",
  "a",
  "…/…",
  ...longest,
];

const keys: readonly [name: string, type: string, baseType: string, ids: readonly string[], none: readonly string[]][] =
  [
    ["text", 'text collate "C"', "text", texts, ["b", "a/B", "x".repeat(256), "\0", "a\0"]],
    ["varchar", "varchar(300)", "text", texts, ["b", "\0"]],
    [
      "int",
      "int",
      "int",
      ["0", "-5", "7", "2147483647"],
      ["007", "+7", "7.0", "-0", " 7", "2147483648", "99999999999999999999", "x", ""],
    ],
    ["smallint", "smallint", "int", ["1", "-32768"], ["70000", "01", "1e0"]],
    ["bigint", "bigint", "bigint", ["9007199254740991", "-1"], ["9223372036854775808", "09", ""]],
    [
      "numeric",
      "numeric",
      "numeric",
      ["1.5", "0", "100", "-0.001", "12345678901234567890.123"],
      ["1.50", "1e2", "-0", ".5", "5."],
    ],
    [
      "date",
      "date",
      "date",
      ["2026-01-31", "0044-03-15 BC", "infinity"],
      ["2026-02-30", "2026-1-31", "today", "31.01.2026"],
    ],
    ["boolean", "boolean", "boolean", ["true", "false"], ["t", "yes", "TRUE"]],
    ["char", "char(4)", "text", ["ab", "a/b"], ["ab  ", "AB"]],
    ["interval", "interval", "interval", ["1 day", "02:00:00"], ["24:00:00", "1 days", "nonsense"]],
    ["inet", "inet", "inet", ["10.0.0.1/32", "::1/128"], ["10.0.0.1", "x"]],
  ];

test.each(keys)(
  "rows are addressed by the canonical text of a key of type %s, and other texts name no row",
  async (name, type, baseType, ids, none) => {
    await createTable(`key_${name}`, `"the key" ${type} primary key`);
    const { call } = rest;
    const bodyOf = (id: string): unknown =>
      baseType === "int" ? Number(id) : baseType === "boolean" ? id === "true" : id;
    for (const id of ids) {
      if (["bigint", "numeric", "date"].includes(baseType)) {
        await rest.db.pool.query(`insert into app.key_${name} ("the key", note) values ($1, 'first')`, [id]);
        continue;
      }
      const created = await call(`POST /key_${name}`, { body: { "the key": bodyOf(id), note: "first" } });
      expect([created.status, created.body.$id], JSON.stringify(created.body)).toEqual([201, id]);
      const location = String(created.headers["location"]).replace("/api/v1", "");
      expect((await call(`GET ${location}`)).body.$id).toBe(id);
    }
    for (const id of ids) {
      const address = `/key_${name}/${encodeURIComponent(id)}`;
      expect((await call(`GET ${address}`)).body, address).toMatchObject({ $id: id, note: "first" });
      const { $version } = (await call(`GET ${address}`)).body;
      const headers = { "if-match": String($version) };
      const changed = await call(`PATCH ${address}`, { body: { note: "second" }, headers });
      expect(changed.body, address).toMatchObject({ $id: id, note: "second" });
      expect(changed.body.$version).toBeGreaterThan($version);
    }
    const list = (all: readonly string[]) => all.map((id) => encodeURIComponent(encodeURIComponent(id))).join(",");
    const asked = ids.slice(0, 12);
    const many = await call(`GET /key_${name}?ids=${list([...asked, ...none])}`);
    expect(many.body.items.map((item) => item.$id)).toEqual(asked);
    expect(many.body.gone).toEqual(none);
    const pages: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: Answer = await call(`GET /key_${name}?limit=1${cursor === "" ? "" : `&cursor=${cursor}`}`);
      pages.push(...page.body.items.map((item) => item.$id));
      cursor = page.body.nextCursor;
    }
    expect(pages.toSorted()).toEqual(ids.toSorted());
    if (baseType === "text") {
      const found = await call(`GET /key_${name}?${encodeURIComponent("the key")}.in=${list(asked)}`);
      expect(found.body.items.map((item) => item.$id).toSorted()).toEqual(asked.toSorted());
    }
    for (const id of none)
      for (const method of ["GET", "DELETE", "PATCH"]) {
        const answer = await call(
          `${method} /key_${name}/${encodeURIComponent(id)}`,
          method === "PATCH" ? { body: { note: "x" } } : {},
        );
        expect([method, id, answer.status]).toEqual([method, id, 404]);
      }
    for (const id of ids) {
      const deleted = await call(`DELETE /key_${name}/${encodeURIComponent(id)}`);
      expect(deleted.body).toEqual({ $id: id, $version: expect.any(Number) });
    }
  },
);
