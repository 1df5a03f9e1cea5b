import { expect, test } from "vitest";
import { pageStatement } from "../documents/read-documents.ts";
import { failureOf, fixtureType } from "../testing/fixture-type.ts";
import { parseListQuery } from "./list-query.ts";
import { encodePageCursor } from "./page-cursor.ts";

const type = fixtureType();
const failure = (raw: Record<string, string | string[]>) => failureOf(() => parseListQuery(type, raw));

test("without parameters a page has fifty rows in the order of the key", () => {
  const query = parseListQuery(type, {});
  expect(query).toMatchObject({ limit: 50, filters: [], search: undefined, after: undefined });
  expect(query.sort.map(({ column }) => column.name)).toEqual(["id"]);
});

test("the key orders equal rows in the direction of the last sort column", () => {
  const sort = (text: string) => parseListQuery(type, { sort: text }).sort.map((t) => [t.column.name, t.descending]);
  expect(sort("-updated_ts,name")).toEqual([
    ["updated_ts", true],
    ["name", false],
    ["id", false],
  ]);
  expect(sort("-name")).toEqual([
    ["name", true],
    ["id", true],
  ]);
  expect(sort("-id")).toEqual([["id", true]]);
});

test("values are parameters of the statement, and identifiers are quoted names of the catalog", () => {
  const evil = "'; drop table app.project; --";
  const query = parseListQuery(type, { name: evil, "name.contains": "50%_\\", q: evil });
  const { text, values } = pageStatement(type, query);
  expect(text).not.toContain("drop");
  expect(text).toContain('from "app"."odd ""thing""" as entity');
  expect(values).toEqual([evil, "%50\\%\\_\\\\%", `%${evil}%`]);
});

test("every operator renders its condition", () => {
  const where = (raw: Record<string, string>) => {
    const { text, values } = pageStatement(type, parseListQuery(type, raw));
    return [text.replace(/^.* where (.*) order by .*$/, "$1"), values];
  };
  expect(where({ count: "5" })).toEqual(['"count" = $1', ["5"]]);
  expect(where({ "count.ne": "5" })).toEqual(['"count" is distinct from $1', ["5"]]);
  expect(where({ "count.lt": "5" })).toEqual(['"count" < $1', ["5"]]);
  expect(where({ "count.lte": "5" })).toEqual(['"count" <= $1', ["5"]]);
  expect(where({ "count.gt": "5" })).toEqual(['"count" > $1', ["5"]]);
  expect(where({ "count.gte": "-5" })).toEqual(['"count" >= $1', ["-5"]]);
  expect(where({ "status.in": "open,done" })).toEqual(['"status" = any($1)', [["open", "done"]]]);
  expect(where({ "tags.contains": "a" })).toEqual(['$1 = any("tags")', ["a"]]);
  expect(where({ "due_on.null": "true" })).toEqual(['"due_on" is null', []]);
  expect(where({ "due_on.null": "false" })).toEqual(['"due_on" is not null', []]);
  const id = "0579CEC6-EAC9-5947-A776-A4573EC7AB66";
  expect(where({ parent_id: id })).toEqual(['"parent_id" = $1', [id.toLowerCase()]]);
  // An unescaped plus sign arrives as a space.
  expect(where({ "seen_ts.gte": "2026-01-01T10:00:00 02:00" })[1]).toEqual(["2026-01-01T10:00:00+02:00"]);
});

test.each<[Record<string, string | string[]>, string, RegExp]>([
  [{ limit: "0" }, "invalid_query", /1 to 500/],
  [{ limit: "501" }, "invalid_query", /1 to 500/],
  [{ limit: "1e2" }, "invalid_query", /1 to 500/],
  [{ limit: "-1" }, "invalid_query", /1 to 500/],
  [{ limit: ["1", "2"] }, "invalid_query", /more than once/],
  [{ status: ["open", "done"] }, "invalid_query", /more than once/],
  [{ staus: "open" }, "unknown_column", /"staus". Did you mean status\?/],
  [{ "staus.ne": "open" }, "unknown_column", /Did you mean status\?/],
  [{ "status.like": "open" }, "invalid_query", /"like" is not an operator; use one of eq, ne/],
  [{ status: "closed" }, "invalid_query", /status.eq must be one of open, done/],
  [{ count: "5.5" }, "invalid_query", /count.eq must be a whole number/],
  [{ count: "2147483648" }, "invalid_query", /whole number from -2147483648/],
  [{ amount: "1,5" }, "invalid_query", /amount.eq must be a number/],
  [{ done: "yes" }, "invalid_query", /done.eq must be true or false/],
  [{ due_on: "2026-02-30" }, "invalid_query", /due_on.eq must be a date/],
  [{ seen_ts: "yesterday" }, "invalid_query", /seen_ts.eq must be a time/],
  [{ parent_id: "123" }, "invalid_query", /parent_id.eq must be a UUID/],
  [{ parent_id: "{0579cec6-eac9-5947-a776-a4573ec7ab66}" }, "invalid_query", /UUID/],
  [{ "parent_id.contains": "0" }, "invalid_query", /does not support the operator contains/],
  [{ "due_on.null": "maybe" }, "invalid_query", /due_on.null must be true or false/],
  [{ extra: "{}" }, "invalid_query", /extra does not support the operator eq; use one of null/],
  [{ secret: "x" }, "unknown_column", /no column "secret"/],
  [{ sort: "secret" }, "unknown_column", /no column "secret"/],
  [{ sort: "extra" }, "invalid_query", /no order/],
  [{ sort: "name,-name" }, "invalid_query", /twice/],
  [{ sort: "" }, "unknown_column", /no column ""/],
  [{ sort: "name;drop table" }, "unknown_column", /no column/],
  [{ sort: "name,status,count,amount,done,due_on" }, "invalid_query", /more than 5/],
  [{ q: "x".repeat(201) }, "invalid_query", /at most 200/],
  [{ name: "a\0b" }, "invalid_query", /NUL/],
  [{ "name.in": Array(201).fill("x").join(",") }, "invalid_query", /at most 200 values/],
  [{ cursor: "nonsense" }, "invalid_query", /cursor is not a cursor/],
  [{ __proto__x: "1" }, "unknown_column", /no column/],
  [{ constructor: "1" }, "unknown_column", /no column/],
])("%o is refused as %s", (raw, code, message) => {
  expect(failure(raw)).toEqual({ code, message: expect.stringMatching(message) });
});

test("a cursor is accepted only with its query, but with any page size", () => {
  const query = parseListQuery(type, { sort: "name", status: "open", "count.gt": "1" });
  const cursor = encodePageCursor(query.fingerprint, ["a", "0579cec6-eac9-5947-a776-a4573ec7ab66"]);
  const same = { sort: "name", "count.gt": "1", status: "open", cursor };
  expect(parseListQuery(type, { ...same, limit: "7" }).after).toHaveLength(2);
  for (const change of [
    { sort: "-name" },
    { status: "done" },
    { "count.gt": "2" },
    { q: "x" },
    { due_on: "2026-01-01" },
  ])
    expect(failure({ ...same, ...change }).message).toBe("cursor belongs to another query.");
  const otherType = fixtureType({ code: "other" });
  expect(failureOf(() => parseListQuery(otherType, same)).message).toBe("cursor belongs to another query.");
});

test("a page after a cursor compares rows if one index can answer, and otherwise handles nulls", () => {
  const where = (sort: string, values: (string | null)[]) => {
    const { fingerprint } = parseListQuery(type, { sort });
    const { text } = pageStatement(type, parseListQuery(type, { sort, cursor: encodePageCursor(fingerprint, values) }));
    return text.replace(/^.* where (.*) order by .*$/, "$1");
  };
  expect(where("-updated_ts", ["1", "i"])).toBe('("updated_ts", "id") < ($1, $2)');
  expect(where("count", ["1", "i"])).toBe('((("count" > $1 or "count" is null)) or ("count" = $2 and "id" > $3))');
  expect(where("count", [null, "i"])).toBe('(("count" is null and "id" > $1))');
  expect(where("-count", [null, "i"])).toBe('(("count" is not null) or ("count" is null and "id" < $1))');
  expect(where("-count", ["1", "i"])).toBe('"count" <= $4 and (("count" < $1) or ("count" = $2 and "id" < $3))');
});
