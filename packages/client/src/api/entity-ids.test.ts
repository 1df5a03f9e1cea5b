import { expect, test } from "vitest";
import { EntityIds } from "./entity-ids.ts";

const upper = "0579CEC6-EAC9-5947-A776-A4573EC7AB66";
const uuid = upper.toLowerCase();
const type = (...key: [name: string, baseType: string][]) => ({
  keyColumns: key.map(([name]) => name),
  columns: [...key.map(([name, baseType]) => ({ name, baseType })), { name: "note", baseType: "text" }],
});
const ids = new EntityIds({
  doc: type(["$$id", "uuid"]),
  page: type(["slug", "text"]),
  order: type(["number", "int"]),
  line: type(["order", "int"], ["sku", "text"]),
  constructor: type(["toString", "text"]),
});

test("only a UUID has a second spelling", () => {
  expect(ids.canonical("doc", upper)).toBe(uuid);
  expect(ids.canonical("unknown", upper)).toBe(uuid);
  expect(ids.canonical("page", upper)).toBe(upper);
  expect(ids.canonical("line", `["7","${upper}"]`)).toBe(`["7","${upper}"]`);
  expect(ids.canonical("doc", "no uuid")).toBe("no uuid");
});

test("a key that is given is the id, and a key of type uuid or text is made", () => {
  expect(ids.ofCreate("doc", { $$id: upper })).toEqual({ entityId: uuid, columns: { $$id: uuid } });
  expect(ids.ofCreate("page", { slug: "a/b", note: "n" })).toEqual({
    entityId: "a/b",
    columns: { slug: "a/b", note: "n" },
  });
  expect(ids.ofCreate("order", { number: 7 })).toEqual({ entityId: "7", columns: { number: 7 } });
  expect(ids.ofCreate("line", { order: 7, sku: 'x"y' })).toEqual({
    entityId: '["7","x\\"y"]',
    columns: { order: 7, sku: 'x"y' },
  });
  for (const [code, column] of [
    ["doc", "$$id"],
    ["page", "slug"],
    ["unknown", "id"],
    ["constructor", "toString"],
  ] as const) {
    const { entityId, columns } = ids.ofCreate(code, { note: "n" });
    expect(entityId).toMatch(/^[0-9a-f-]{36}$/);
    expect(columns).toEqual({ note: "n", [column]: entityId });
  }
});

test("a key that the device cannot make has to be given", () => {
  expect(() => ids.ofCreate("order", {})).toThrow("A new order needs a value for number");
  expect(() => ids.ofCreate("line", { order: 7 })).toThrow("A new line needs a value for sku");
});

test("the columns of a key can be made from the id, with numbers as numbers unless they would lose digits", () => {
  expect(ids.columnsOf("order", "7")).toEqual({ number: 7 });
  expect(ids.columnsOf("order", "9223372036854775807")).toEqual({ number: "9223372036854775807" });
  expect(ids.columnsOf("line", '["7","x"]')).toEqual({ order: 7, sku: "x" });
  expect(ids.columnsOf("page", "007")).toEqual({ slug: "007" });
});
