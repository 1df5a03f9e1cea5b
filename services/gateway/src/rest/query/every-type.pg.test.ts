import { must } from "@heliograph/shared/must";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RestUnderTest, startRest } from "../testing/start-rest.ts";
import { createValueTables, typeValues } from "../testing/type-values.ts";
import { filterOperators, operatorsOf } from "./filter.ts";

let rest: RestUnderTest;
beforeAll(async () => {
  rest = await startRest();
  await createValueTables(rest);
});
afterAll(() => rest[Symbol.asyncDispose]());

test("a column of any type sorts lists, or the catalog says that it does not and the sort is refused", async () => {
  for (const [at, [type]] of typeValues.entries()) {
    const { sortable } = must(
      rest.registry.get(`value_${at}`)?.columns.find(({ name }) => name === "value"),
      type,
    );
    const all = (await rest.call(`GET /value_${at}?sort=id`)).body.items.map(({ $id }) => $id);
    for (const sort of ["value", "-value"]) {
      const found: string[] = [];
      for (let cursor = ""; ; ) {
        const { status, body } = await rest.call(`GET /value_${at}?limit=1&sort=${sort}${cursor}`);
        expect([type, sort, status], JSON.stringify(body)).toEqual([type, sort, sortable ? 200 : 400]);
        if (!sortable) break;
        found.push(...body.items.map(({ $id }) => $id));
        if (body.nextCursor === null) break;
        cursor = `&cursor=${body.nextCursor}`;
      }
      if (sortable) expect(found.toSorted(), `${type} ${sort}`).toEqual(all.toSorted());
    }
  }
});

test("a column of any type is filtered by each operator that it has, and by the values that documents show", async () => {
  for (const [at, [type]] of typeValues.entries()) {
    const column = must(
      rest.registry.get(`value_${at}`)?.columns.find(({ name }) => name === "value"),
      type,
    );
    const { items } = (await rest.call(`GET /value_${at}?sort=id`)).body;
    const possible = operatorsOf(column);
    for (const { $id, value } of items) {
      if (value === null || type.startsWith("json")) continue;
      // An array with other bounds than 1; `contains` takes an element.
      if (column.baseType.endsWith("[]") && !Array.isArray(value)) continue;
      const [one] = Array.isArray(value) ? value.flat().filter((part) => typeof part !== "object") : [value];
      if (one === undefined) continue;
      for (const operator of filterOperators) {
        const text =
          operator === "null"
            ? "false"
            : encodeURIComponent(operator === "in" ? encodeURIComponent(`${one}`) : `${one}`);
        const { status, body } = await rest.call(`GET /value_${at}?value.${operator}=${text}`);
        const supported = possible.includes(operator);
        expect([type, operator, one, status], JSON.stringify(body)).toEqual([
          type,
          operator,
          one,
          supported ? 200 : 400,
        ]);
        const finds = ["eq", "lte", "gte", "in", "contains", "null"].includes(operator);
        if (supported && finds)
          expect(
            body.items.map((item) => item.$id),
            `${type} ${operator} ${one}`,
          ).toContain($id);
      }
    }
  }
});

test("texts in a collation that is not deterministic are searched too", async () => {
  await rest.db.pool.query(`
    create collation app.loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    create table app.loose_text (id int primary key, organization_id uuid not null, name text collate app.loose);
    select app.enable_sync('app.loose_text', 'loose_text');
    insert into app.loose_text values (1, '${rest.identity("bob").organizationId}', 'Straight');`);
  await rest.registry.refresh();
  for (const query of ["name.contains=RAI", "q=rai", "name=STRAIGHT", "name.in=straight", "sort=name"]) {
    const { status, body } = await rest.call(`GET /loose_text?${query}`);
    expect([query, status, body.items?.length], JSON.stringify(body)).toEqual([query, 200, 1]);
  }
});
