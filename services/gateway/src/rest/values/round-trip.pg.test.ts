import { afterAll, beforeAll, expect, test } from "vitest";
import { type RestUnderTest, startRest } from "../testing/start-rest.ts";
import { createValueTables, typeValues } from "../testing/type-values.ts";

let rest: RestUnderTest;
beforeAll(async () => {
  rest = await startRest();
});
afterAll(() => rest[Symbol.asyncDispose]());

async function fingerprints(code: string): Promise<unknown[]> {
  const { rows } = await rest.db.pool.query(
    `select id, md5(row(t.value)::text) as hash, row(t.value)::text as text from app.${code} t order by id`,
  );
  return rows;
}

/** Sends the text of a body, because an object of JavaScript would lose digits and notation. */
function send(method: string, address: string, payload: string) {
  const headers = { authorization: `Bearer ${rest.token("bob")}`, "content-type": "application/json" };
  return rest.app.inject({ method: method as "PATCH", url: `/api/v1${address}`, headers, payload });
}

test("reading a row of any type and writing it back leaves the database as it was", async () => {
  await createValueTables(rest);
  const wrong: unknown[] = [];
  for (const [index, [type]] of typeValues.entries()) {
    const code = `value_${index}`;
    const before = await fingerprints(code);
    const list = await rest.app.inject({
      url: `/api/v1/${code}?sort=id`,
      headers: { authorization: `Bearer ${rest.token("bob")}` },
    });
    expect(list.statusCode, `${type}: ${list.body}`).toBe(200);
    // The documents of the list as texts, in order.
    const bodies = [...list.body.matchAll(/"value":(.*?)}(?=,\{"\$id"|\],"nextCursor")/gs)].map((match) => match[1]);
    expect(bodies, `${type}: ${list.body}`).toHaveLength(before.length);
    for (const [id, text] of bodies.entries()) {
      const written = await send("PATCH", `/${code}/${id}`, `{"value":${text}}`);
      if (written.statusCode !== 200) wrong.push([type, text, written.body]);
      else if (!written.body.endsWith(`"value":${text}}`)) wrong.push([type, text, written.body]);
      const made = await send(
        "POST",
        `/${code}`,
        `{"id":${100 + id},"organization_id":"${rest.identity("bob").organizationId}","value":${text}}`,
      );
      if (made.statusCode !== 201) wrong.push([type, text, made.body]);
    }
    const after = await fingerprints(code);
    const copied = after.slice(before.length).map((row) => (row as { text: string }).text);
    const texts = before.map((row) => (row as { text: string }).text);
    if (JSON.stringify(after.slice(0, before.length)) !== JSON.stringify(before)) wrong.push([type, before, after]);
    // A new row with JSON's null in a nullable column has SQL's null, because a document shows both alike.
    if (!type.startsWith("json") && JSON.stringify(copied) !== JSON.stringify(texts)) wrong.push([type, texts, copied]);
  }
  expect(wrong).toEqual([]);
});

test("bigint and numeric are strings with their scale, and numbers are accepted where they are exact", async () => {
  await rest.db.pool.query(`
    create table app.exact (id int primary key, organization_id uuid not null, big bigint, amount numeric);
    select app.enable_sync('app.exact', 'exact')`);
  await rest.registry.refresh();
  const accepted: readonly (readonly [json: string, big: string, amount: string])[] = [
    ['"big":5,"amount":1.50', "5", "1.50"],
    [
      '"big":"9223372036854775807","amount":"12345678901234567890.10"',
      "9223372036854775807",
      "12345678901234567890.10",
    ],
    ['"big":9007199254740991,"amount":1e3', "9007199254740991", "1000"],
    ['"big":-7,"amount":"NaN"', "-7", "NaN"],
  ];
  await send("POST", "/exact", `{"id":1,"organization_id":"${rest.identity("bob").organizationId}"}`);
  for (const [json, big, amount] of accepted) {
    const { statusCode, body } = await send("PATCH", "/exact/1", `{${json}}`);
    expect([statusCode, JSON.parse(body).big, JSON.parse(body).amount], body).toEqual([200, big, amount]);
    const found = await rest.call(`GET /exact?big=${big}&amount.in=${amount}`);
    expect(found.body.items).toMatchObject([{ $id: "1", $version: expect.any(Number), big, amount }]);
  }
  for (const json of [
    '"big":9007199254740993',
    '"big":1.5',
    '"big":"1.5"',
    '"big":"99999999999999999999"',
    '"big":"9223372036854775808"',
    '"amount":0.1234567890123456789',
    '"amount":12345678901234567890',
    '"amount":"1.2.3"',
    '"amount":""',
  ]) {
    const { statusCode, body } = await send("PATCH", "/exact/1", `{${json}}`);
    expect([json, statusCode, JSON.parse(body).error.code], body).toEqual([json, 400, "invalid_body"]);
  }
});
