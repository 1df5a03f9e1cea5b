import { afterAll, beforeAll, expect, test } from "vitest";
import { documentFields } from "../../rest/entity/document-fields.ts";
import { type RestUnderTest, startRest } from "../testing/start-rest.ts";

let rest: RestUnderTest;
beforeAll(async () => {
  rest = await startRest();
});
afterAll(() => rest[Symbol.asyncDispose]());

const unknownId = "00000000-0000-4000-8000-000000000000";

test("a document has its id and version, then every readable column in table order, with JSON types", async () => {
  for (const type of rest.registry.all()) {
    const { body } = await rest.call(`GET /${type.code}?limit=1`, { as: "alice" });
    expect(Object.keys(body.items[0] ?? {}), type.code).toEqual(["$id", "$version", ...documentFields(type).keys()]);
  }
  const { body } = await rest.call("GET /project?limit=1&client_id.null=false");
  expect(body.items[0]).toMatchObject({
    $id: body.items[0]?.["id"],
    $version: expect.any(Number),
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    budget: expect.stringMatching(/^\d+\.\d\d$/),
    progress_percent: expect.any(Number),
    is_private: expect.any(Boolean),
    start_on: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    updated_ts: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/),
  });
});

test("a redacted column does not exist in answers, filters, sorts, bodies or the list of types", async () => {
  const { body } = await rest.call("GET /employee?limit=1");
  expect(body.items[0]).not.toHaveProperty("salary");
  const id = body.items[0]?.["id"];
  const answers = await Promise.all([
    rest.call("GET /employee?salary.gt=1000"),
    rest.call("GET /employee?sort=salary"),
    rest.call(`PATCH /employee/${id}`, { body: { salary: 1 } }),
  ]);
  for (const { status, body } of answers) expect([status, body.error.code]).toEqual([400, "unknown_column"]);
  const types = await rest.call("GET /entity-types");
  expect(JSON.stringify(types.body)).not.toContain("salary");
  expect(JSON.stringify((await rest.call(`GET /employee/${id}/history`)).body)).not.toContain("salary");
});

test("filters and q find the same rows as SQL", async () => {
  const count = async (address: string) => (await rest.call(`GET ${address}&limit=500`)).body.items.length;
  const { organizationId } = rest.identity("alice");
  const sql = async (where: string) =>
    (await rest.db.pool.query(`select 1 from app.client where organization_id = $1 and ${where}`, [organizationId]))
      .rowCount;
  expect(await count("/client?status=active")).toBe(await sql("status = 'active'"));
  expect(await count("/client?name.contains=a&status.ne=active")).toBe(
    await sql("name ilike '%a%' and status <> 'active'"),
  );
  expect(await count("/client?q=100%25")).toBe(0);
  expect(await count("/client?q=_")).toBe(await sql("(name ilike '%\\_%' or industry ilike '%\\_%')"));
  const { body } = await rest.call("GET /client?limit=1");
  const name = String(body.items[0]?.["name"]);
  expect(await count(`/client?q=${encodeURIComponent(name.toUpperCase())}`)).toBeGreaterThanOrEqual(1);
});

test("ids returns rows in the requested order, once each and in any letter case, and missing ids as gone", async () => {
  const page = await rest.call("GET /task?limit=3");
  const [a, b] = page.body.items.map((document) => String(document["id"]));
  const { status, body } = await rest.call(`GET /task?ids=${b?.toUpperCase()},${unknownId},${a},${b}`);
  expect(status).toBe(200);
  expect(body.items.map((document) => document["id"])).toEqual([b, a]);
  expect(body.gone).toEqual([unknownId]);
  expect(body.items[0]).toEqual(page.body.items[1]);
});

test("a single document has its version as ETag and must not be cached", async () => {
  const page = await rest.call("GET /invoice?limit=1");
  const document = page.body.items[0];
  const answer = await rest.call(`GET /invoice/${String(document?.["id"]).toUpperCase()}`);
  expect(answer.body).toEqual(document);
  expect(answer.headers).toMatchObject({
    etag: `"${document?.$version}"`,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "content-security-policy": expect.stringContaining("default-src 'none'"),
  });
});

test("history lists who changed which columns, newest first", async () => {
  const { body } = await rest.call("POST /team", { body: { name: "Historic & Sons" } });
  const changed = await rest.call(`PATCH /team/${body.$id}`, {
    as: "carol",
    body: { name: "Historic", mission: "Rome" },
  });
  const history = await rest.call(`GET /team/${body.$id}/history`);
  expect(history.status).toBe(200);
  expect(history.body.items).toMatchObject([
    {
      actor: "Carol Chen",
      action: "UPDATE",
      version: changed.body.$version,
      columns: ["mission", "name", "updated_ts"],
    },
    { actor: "Bob Becker", action: "CREATE", version: body.$version, columns: [] },
  ]);
  expect(Object.keys(history.body.items[0] ?? {})).toEqual(["at", "actor", "action", "version", "columns"]);
});

test("entity types describe every type for generic tools", async () => {
  const { status, body } = await rest.call("GET /entity-types");
  expect(status).toBe(200);
  expect(body.items.length).toBeGreaterThanOrEqual(27);
  const task = body.items.find((type) => type["code"] === "task");
  const columns = task?.["columns"] as { name: string }[];
  expect(columns.find(({ name }) => name === "project_id")).toMatchObject({ references: "project", patchable: true });
  expect(columns.map(({ name }) => name)).not.toContain("version");
  expect(columns.find(({ name }) => name === "status")).toMatchObject({
    enumValues: expect.arrayContaining(["todo", "done"]),
  });
});
