import { expect, test } from "vitest";
import type { CatalogColumn, CatalogEntry } from "./catalog.ts";
import { renderEntityTypes } from "./entity-types.ts";

function column(name: string, more: Partial<CatalogColumn> = {}): CatalogColumn {
  return {
    name,
    baseType: "text",
    notNull: true,
    hasDefault: false,
    generated: false,
    maxLength: null,
    enumValues: null,
    references: null,
    comment: null,
    ...more,
  };
}

function entry(columns: CatalogColumn[], more: Partial<CatalogEntry> = {}): CatalogEntry {
  return {
    code: "time_entry",
    keyColumns: ["id"],
    versionColumn: "sync_version",
    containers: [],
    redact: [],
    comment: null,
    columns,
    ...more,
  };
}

test("every kind of value has its type", () => {
  const source = renderEntityTypes([
    entry([
      column("id", { baseType: "uuid" }),
      column("hours", { baseType: "numeric", notNull: false }),
      column("status", { baseType: "enum", enumValues: ["a", "b"] }),
      column("tags", { baseType: "uuid[]" }),
      column("size", { baseType: "bigint" }),
      column("area", { baseType: "polygon" }),
      column("ratio", { baseType: "float" }),
      column("extra", { baseType: "json", notNull: false }),
    ]),
  ]);
  expect(source).toContain("export interface TimeEntry {");
  expect(source).toContain("  hours: string | null;");
  expect(source).toContain("  size: string;");
  expect(source).toContain("  area: string;");
  expect(source).toContain('  ratio: number | "NaN" | "Infinity" | "-Infinity" | "-0";');
  expect(source).toContain('  status: "a" | "b";');
  expect(source).toContain("  tags: readonly (string)[];");
  expect(source).toContain("  extra: unknown;");
  expect(source).toContain("  time_entry: TimeEntry;");
  expect(source).toContain('label: "Time entry"');
});

test("redacted columns are in neither the type nor the metadata", () => {
  const source = renderEntityTypes([entry([column("id"), column("salary")], { redact: ["salary"] })]);
  expect(source).not.toContain("salary");
});

test("a row has its id and version beside its columns, and the sync's own column is not among them", () => {
  const columns = [column("number", { baseType: "int" }), column("$id"), column("a b"), column("sync_version")];
  const source = renderEntityTypes([entry(columns, { keyColumns: ["number"] })]);
  expect(source).toContain(
    '{\n  $id: string;\n  $version: number;\n  number: number;\n  $$id: string;\n  "a b": string;\n}',
  );
  expect(source).toContain('keyColumns: ["number"]');
  expect(source).not.toContain("sync_version");
});

test("a column comment cannot end the comment that it is put in", () => {
  expect(renderEntityTypes([entry([column("id", { comment: "a */ b" })])])).toContain("/** a * / b */");
});
