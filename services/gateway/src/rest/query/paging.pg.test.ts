import { afterAll, beforeAll, expect, test } from "vitest";
import type { EntityType } from "../../db/entity-type.ts";
import { withUser } from "../../db/user-transaction.ts";
import { documentFields } from "../../rest/entity/document-fields.ts";
import type { Document } from "../documents/document.ts";
import { pageStatement } from "../documents/read-documents.ts";
import { type RestUnderTest, startRest } from "../testing/start-rest.ts";
import { operatorsOf } from "./filter.ts";
import { parseListQuery } from "./list-query.ts";

let rest: RestUnderTest;
beforeAll(async () => {
  rest = await startRest();
});
afterAll(() => rest[Symbol.asyncDispose]());

async function readAllPages(address: string, limit: number, from: string | null = null): Promise<Document[]> {
  const items: Document[] = [];
  let cursor = from === null ? "" : `&cursor=${from}`;
  do {
    const answer = await rest.call(`GET ${address}&limit=${limit}${cursor}`);
    expect(answer.status).toBe(200);
    expect(answer.body.items.length).toBeLessThanOrEqual(limit);
    items.push(...answer.body.items);
    cursor = answer.body.nextCursor === null ? "" : `&cursor=${answer.body.nextCursor}`;
  } while (cursor !== "");
  return items;
}

/** All ids in one statement, sorted by PostgreSQL. */
async function fullSort(type: EntityType, sort: string): Promise<string[]> {
  const name = sort.replace(/^-/, "");
  const direction = sort.startsWith("-") ? "desc" : "asc";
  const { rows } = await withUser(rest.pool, rest.identity("bob"), (client) =>
    client.query<{ id: string }>(
      `select ${type.keyText} as id from ${type.qualifiedName} order by "${name}" ${direction}, ${type.keyColumns[0]} ${direction}`,
    ),
  );
  return rows.map(({ id }) => id);
}

test("pages of every type, by any column and direction, add up to the full sort", async () => {
  let pages = 0;
  for (const type of rest.registry.all()) {
    const sortable = [...documentFields(type).values()].filter((column) => column.sortable);
    for (const { name } of sortable) {
      // The direction alternates over the columns, so that every kind of column occurs with both.
      const sort = pages++ % 2 === 0 ? name : `-${name}`;
      const ids = (await readAllPages(`/${type.code}?sort=${sort}`, 97)).map((document) => document.$id);
      expect(ids, `${type.code} by ${sort}`).toEqual(await fullSort(type, sort));
    }
  }
  expect(pages).toBeGreaterThan(300);
});

test("pages by several columns with mixed directions and nulls add up to the full sort", async () => {
  for (const sort of [
    "-priority,due_on",
    "due_on,-completed_ts,title",
    "-milestone_id,status",
    "-assignee_id,-due_on",
  ]) {
    const terms = sort.split(",").map((word) => (word.startsWith("-") ? `"${word.slice(1)}" desc` : `"${word}"`));
    const last = terms.at(-1)?.endsWith(" desc") ? "id desc" : "id";
    const { rows } = await withUser(rest.pool, rest.identity("bob"), (client) =>
      client.query<{ id: string }>(`select id from app.task order by ${[...terms, last].join(", ")}`),
    );
    const ids = (await readAllPages(`/task?sort=${sort}`, 211)).map((document) => document["id"]);
    expect(ids, sort).toEqual(rows.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  }
});

test("rows deleted or moved between two pages neither repeat nor hide other rows", async () => {
  const before = (await readAllPages("/meeting?sort=title", 500)).map((document) => document["id"]);
  const first = await rest.call("GET /meeting?sort=title&limit=50");
  const shown = first.body.items.map((document) => document["id"]);
  await rest.db.pool.query("delete from app.meeting where id = any($1)", [[shown[49], before[60]]]);
  await rest.db.pool.query("update app.meeting set title = 'A ' || title where id = $1", [before[70]]);
  const later = (await readAllPages("/meeting?sort=title", 50, first.body.nextCursor)).map(
    (document) => document["id"],
  );
  expect(later).toEqual(before.slice(50).filter((id) => id !== before[60] && id !== before[70]));
});

test("PostgreSQL accepts every operator that a column supports", async () => {
  for (const type of rest.registry.all()) {
    const sample = (await rest.call(`GET /${type.code}?limit=1`)).body.items[0];
    for (const column of documentFields(type).values()) {
      for (const operator of operatorsOf(column)) {
        const known = sample?.[column.name];
        const value =
          operator === "null" ? "true" : String(known ?? column.enumValues?.[0] ?? samples[column.baseType]);
        const answer = await rest.call(
          `GET /${type.code}?limit=1&${column.name}.${operator}=${encodeURIComponent(value)}`,
        );
        expect(answer.status, `${type.code} ${column.name}.${operator}=${value}: ${answer.body.error?.message}`).toBe(
          200,
        );
      }
    }
  }
});

const samples: Record<string, string> = {
  uuid: "0579cec6-eac9-5947-a776-a4573ec7ab66",
  text: "a",
  int: "1",
  bigint: "1",
  numeric: "1.5",
  float: "1.5",
  boolean: "true",
  date: "2026-01-01",
  timestamptz: "2026-01-01T00:00:00Z",
};

test("an ordinary page is read through an index without sorting the table", async () => {
  const type = rest.registry.get("task");
  if (!type) throw new Error("no task");
  const page = await rest.call("GET /task?limit=20");
  const { text, values } = pageStatement(
    type,
    parseListQuery(type, { limit: "20", cursor: `${page.body.nextCursor}` }),
  );
  const { rows } = await withUser(rest.pool, rest.identity("bob"), (client) =>
    client.query<{ "QUERY PLAN": string }>(`explain ${text}`, values),
  );
  const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
  expect(plan).toContain("Index");
  expect(plan).not.toContain("Sort");
});
