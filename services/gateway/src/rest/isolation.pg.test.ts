import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, type RestUnderTest, startRest } from "./testing/start-rest.ts";

let rest: RestUnderTest;
beforeAll(async () => {
  rest = await startRest();
});
afterAll(() => rest[Symbol.asyncDispose]());

/** An answer without the parts that differ between any two requests. */
const comparable = ({ status, headers, body }: Answer) => ({
  status,
  headers: { ...headers, date: "", "x-request-id": "" },
  body: body.error ? { ...body, error: { ...body.error, requestId: "" } } : body,
});

async function foreignId(code: string, table: string): Promise<string> {
  const { rows } = await rest.db.pool.query<{ id: string }>(
    `select id from ${table} where ${code === "organization" ? "id" : "organization_id"} = $1 limit 1`,
    [rest.identity("dave").organizationId],
  );
  return rows[0]?.id ?? "";
}

test("[G5] each organization sees only its own rows of every type", async () => {
  for (const type of rest.registry.all()) {
    const tenant = type.tenantColumn ?? "";
    for (const user of ["bob", "alice", "erin", "dave"] as const) {
      const { body } = await rest.call(`GET /${type.code}?limit=500`, { as: user });
      expect(body.items.length, `${type.code} as ${user}`).toBeGreaterThan(0);
      const tenants = new Set(body.items.map((document) => document[tenant]));
      expect([...tenants], `${type.code} as ${user}`).toEqual([rest.identity(user).organizationId]);
    }
  }
});

test("[G5] a row of another organization and a missing one give the same answer to every request", async () => {
  for (const type of rest.registry.all()) {
    const foreign = await foreignId(type.code, type.qualifiedName);
    const never = randomUUID();
    const column = type.columns.find(({ name }) => name === "name" || name === "title" || name === "description")?.name;
    const requests = [
      (id: string) => rest.call(`GET /${type.code}/${id}`),
      (id: string) => rest.call(`GET /${type.code}/${id}/history`),
      (id: string) => rest.call(`PATCH /${type.code}/${id}`, { body: { [column ?? "?"]: "taken over" } }),
      (id: string) =>
        rest.call(`PATCH /${type.code}/${id}`, { headers: { "if-match": "1" }, body: { [column ?? "?"]: "x" } }),
      (id: string) => rest.call(`DELETE /${type.code}/${id}`),
      (id: string) => rest.call(`DELETE /${type.code}/${id}`, { headers: { "if-match": "1" } }),
    ];
    for (const request of requests) {
      const [a, b] = [await request(foreign), await request(never)];
      expect(comparable(a), type.code).toEqual(comparable(b));
      expect([400, 403, 404]).toContain(a.status);
    }
    const list = await rest.call(`GET /${type.code}?ids=${foreign},${never}`);
    expect(list.body).toEqual({ items: [], gone: [foreign, never] });
  }
});

test("[G5] only administrators and people with a grant can read a private row", async () => {
  const { organizationId } = rest.identity("bob");
  for (const type of rest.registry.all()) {
    if (!type.columns.some(({ name }) => name === "is_private")) continue;
    const { rows } = await rest.db.pool.query<{ id: string; granted: boolean }>(
      `select t.id, exists (select 1 from app.entity_grant g where g.entity_id = t.id::text and g.entity_code = $2 and g.person_id = $3) as granted
         from ${type.qualifiedName} t where t.is_private and t.organization_id = $1 limit 60`,
      [organizationId, type.code, rest.identity("bob").personId],
    );
    expect(rows.length, type.code).toBeGreaterThan(0);
    const ids = rows.map(({ id }) => id);
    const seenBy = async (user: "alice" | "bob" | "carol" | "dave") =>
      (await rest.call(`GET /${type.code}?ids=${ids}`, { as: user })).body.items.map((document) => document["id"]);
    expect(await seenBy("alice"), type.code).toEqual(ids);
    expect(await seenBy("bob"), type.code).toEqual(rows.filter(({ granted }) => granted).map(({ id }) => id));
    expect(await seenBy("carol"), type.code).toEqual([]);
    expect(await seenBy("dave"), type.code).toEqual([]);
  }
});

test("a row cannot be moved to or created in another organization", async () => {
  const { organizationId } = rest.identity("dave");
  const created = await rest.call("POST /team", { body: { name: "Trojan", organization_id: organizationId } });
  expect([created.status, created.body.error.code]).toEqual([422, "reference_violation"]);
  const { body } = await rest.call("GET /team?limit=1");
  const moved = await rest.call(`PATCH /team/${body.items[0]?.["id"]}`, { body: { organization_id: organizationId } });
  expect([moved.status, moved.body.error.code]).toEqual([400, "read_only_column"]);
});

test("[G5] a token of a person who left the organization gives no access", async () => {
  const { personId, organizationId } = rest.identity("erin");
  const foreign = rest.tokens.sign({ personId, organizationId: rest.identity("bob").organizationId }).token;
  const answer = await rest.call("GET /project", { as: null, headers: { authorization: `Bearer ${foreign}` } });
  expect([answer.status, answer.body.error.code]).toEqual([401, "unauthenticated"]);
  // During the minute for which members are cached, row level security already hides all rows.
  expect((await rest.call("GET /project?limit=1", { as: "erin" })).body.items).toHaveLength(1);
  await rest.db.pool.query("delete from app.membership where person_id = $1 and organization_id = $2", [
    personId,
    organizationId,
  ]);
  expect((await rest.call("GET /project?limit=1", { as: "erin" })).body.items).toHaveLength(0);
});
