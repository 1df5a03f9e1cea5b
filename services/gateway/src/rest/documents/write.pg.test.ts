import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RestUnderTest, startRest } from "../testing/start-rest.ts";

let rest: RestUnderTest;
beforeAll(async () => {
  rest = await startRest();
});
afterAll(() => rest[Symbol.asyncDispose]());

test("create, change and delete return documents and versions, write log rows and poke the watcher", async () => {
  const pokes = rest.pokes();
  const id = randomUUID();
  const created = await rest.call("POST /team", {
    body: { id: id.toUpperCase(), name: "Acme" },
  });
  expect(created.status).toBe(201);
  expect(created.headers["location"]).toBe(`/api/v1/team/${id}`);
  expect(created.headers["etag"]).toBe(`"${created.body.$version}"`);
  expect(created.body).toMatchObject({ id, name: "Acme", organization_id: rest.identity("bob").organizationId });

  const patched = await rest.call(`PATCH /team/${id}`, { body: { mission: "Oslo" } });
  expect(patched.status).toBe(200);
  expect(patched.body).toMatchObject({ id, name: "Acme", mission: "Oslo" });
  expect(patched.body.$version).toBeGreaterThan(created.body.$version);

  const removed = await rest.call(`DELETE /team/${id}`, { headers: { "content-type": "application/json" } });
  expect(removed.status).toBe(200);
  expect(removed.body).toEqual({ $id: id, $version: expect.any(Number) });
  expect((await rest.call(`GET /team/${id}`)).status).toBe(404);
  expect(rest.pokes()).toBe(pokes + 3);

  const { rows } = await rest.db.pool.query(
    `select l.action, l.entity_version::float8 as version, d.actor, d.request, host(d.ip) as ip, d.user_agent
       from app.logging l join app.logging_detail d on d.id = l.id where l.entity_id = $1 order by l.created_ts`,
    [id],
  );
  expect(rows.map(({ action, version }) => [action, version])).toEqual([
    [1, created.body.$version],
    [2, patched.body.$version],
    [3, removed.body.$version],
  ]);
  expect(rows[1]).toMatchObject({
    actor: {
      person_id: rest.identity("bob").personId,
      fname: "Bob",
      lname: "Becker",
      username: "bob@northwind.example",
    },
    request: {
      api_endpoint: `/api/v1/team/${id}`,
      http_method: "PATCH",
      request_id: patched.headers["x-request-id"],
    },
    ip: "127.0.0.1",
    user_agent: "lightMyRequest",
  });
});

test("writing back every column of every type changes nothing", async () => {
  const refused: string[] = [];
  for (const type of rest.registry.all()) {
    const { body } = await rest.call(`GET /${type.code}?limit=1`, { as: "alice" });
    const answer = await rest.call(`PATCH /${type.code}/${body.items[0]?.["id"]}`, {
      as: "alice",
      body: Object.fromEntries(
        type.columns
          .filter((column) => !column.generated && !type.redact.includes(column.name))
          .filter(
            ({ name }) =>
              ![...type.keyColumns, type.tenantColumn, type.versionColumn, "updated_ts", "created_ts"].includes(name),
          )
          .map(({ name }) => [name, body.items[0]?.[name]]),
      ),
    });
    if (answer.status !== 200) refused.push(`${type.code}: ${answer.body.error.message}`);
    else expect(answer.body, type.code).toEqual(body.items[0]);
  }
  expect(refused).toEqual([]);
});

test("[G4] If-Match with the current version changes the row, and an old one returns the current row", async () => {
  const { body: created } = await rest.call("POST /team", { body: { name: "Old" } });
  const match = { "if-match": `"${created.$version}"` };
  const first = await rest.call(`PATCH /team/${created.$id}`, { headers: match, body: { name: "First" } });
  expect(first.status).toBe(200);
  for (const [request, body] of [
    [`PATCH /team/${created.$id}`, { name: "Second" }],
    [`DELETE /team/${created.$id}`, undefined],
  ] as const) {
    const second = await rest.call(request, { as: "carol", headers: match, body });
    expect(second.status).toBe(409);
    expect(second.body.error.code).toBe("version_conflict");
    expect(second.body.current).toEqual(first.body);
  }
  // Without If-Match, the last write wins.
  expect((await rest.call(`PATCH /team/${created.$id}`, { body: { name: "Third" } })).body["name"]).toBe("Third");
  const gone = await rest.call(`DELETE /team/${created.$id}`);
  const late = await rest.call(`PATCH /team/${created.$id}`, { headers: match, body: { name: "Late" } });
  expect([gone.status, late.status, late.body.error.code]).toEqual([200, 404, "not_found"]);
});

test("[G4] of many writers with the same version one succeeds, and the others receive its row", async () => {
  const { body: created } = await rest.call("POST /team", { body: { name: "Contested" } });
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, n) =>
      rest.call(`PATCH /team/${created.$id}`, {
        as: n % 2 === 0 ? "bob" : "carol",
        headers: { "if-match": String(created.$version) },
        body: { name: `Writer ${n}` },
      }),
    ),
  );
  const winners = answers.filter(({ status }) => status === 200);
  expect(winners).toHaveLength(1);
  for (const { status, body } of answers.filter((answer) => answer !== winners[0])) {
    expect(status).toBe(409);
    expect(body.current).toEqual(winners[0]?.body);
  }
});

test("a create with an existing id returns the current row only if it may be read", async () => {
  const { body: created } = await rest.call("POST /team", { body: { name: "Mine" } });
  const again = await rest.call("POST /team", { body: { id: created.$id, name: "Mine too" } });
  expect([again.status, again.body.error.code]).toEqual([409, "already_exists"]);
  expect(again.body.current).toEqual(created);
  const foreign = await rest.call("POST /team", { as: "erin", body: { id: created.$id, name: "Hers" } });
  expect([foreign.status, foreign.body.error.code, foreign.body.current]).toEqual([409, "already_exists", null]);
  expect(JSON.stringify(foreign.body)).not.toContain(created.$id);
});

test("a unique violation names the columns, not the row", async () => {
  const { body } = await rest.call("GET /project?limit=1");
  const code = body.items[0]?.["code"];
  const answer = await rest.call("POST /project", { body: { name: "Twin", code } });
  expect(answer.status).toBe(409);
  expect(answer.body.error.message).toBe("A project with the same organization_id, code already exists.");
  expect(answer.body.current).toBeNull();
});

test("a check violation names the rule, and no value of a row", async () => {
  const answer = await rest.call("POST /project", {
    body: { name: "Backwards", code: "BACK", start_on: "2026-02-01", end_on: "2026-01-01" },
  });
  expect([answer.status, answer.body.error.code]).toEqual([422, "check_violation"]);
  expect(answer.body.error.message).toContain("end_on >= start_on");
});

test("[G5] missing, private and foreign parents give the same answer", async () => {
  const { rows } = await rest.db.pool.query<{ id: string }>(
    `select p.id from app.project p where p.is_private and p.organization_id = $1
        and not exists (select 1 from app.entity_grant g where g.entity_id = p.id::text) limit 1`,
    [rest.identity("bob").organizationId],
  );
  const foreign = await rest.call("GET /project?limit=1", { as: "dave" });
  const parents = [randomUUID(), rows[0]?.id, foreign.body.items[0]?.["id"]];
  const answers = await Promise.all(
    parents.map((project_id) => rest.call("POST /task", { body: { title: "In the dark", project_id } })),
  );
  for (const { status, body } of answers) {
    expect([status, body.error.code]).toEqual([422, "reference_violation"]);
    expect({ ...body.error, requestId: "" }).toEqual({ ...answers[0]?.body.error, requestId: "" });
  }
});

test("a referenced row cannot be deleted, and the answer names no other row", async () => {
  const { rows } = await rest.db.pool.query<{ id: string }>(
    "select client_id as id from app.invoice where organization_id = $1 limit 1",
    [rest.identity("bob").organizationId],
  );
  const { status, body } = await rest.call(`DELETE /client/${rows[0]?.id}`);
  expect([status, body.error.code]).toEqual([409, "reference_violation"]);
});

test("not_permitted is the answer only for rows that the user may read", async () => {
  const id = rest.identity("bob").organizationId;
  const own = await rest.call(`PATCH /organization/${id}`, { body: { name: "Bob's" } });
  expect([own.status, own.body.error.code]).toEqual([403, "not_permitted"]);
  const foreign = await rest.call(`PATCH /organization/${id}`, { as: "dave", body: { name: "Dave's" } });
  expect([foreign.status, foreign.body.error.code]).toEqual([404, "not_found"]);
  expect((await rest.call(`PATCH /organization/${id}`, { as: "alice", body: { name: "Alice's" } })).status).toBe(200);
  const none = await rest.call("POST /organization", { as: "alice", body: { name: "Another" } });
  expect([none.status, none.body.error.code]).toEqual([403, "not_permitted"]);
});
