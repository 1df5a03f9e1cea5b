import { expect, test } from "vitest";
import { restErrorCatalog } from "./error-catalog.ts";
import { renderRestErrorDocument } from "./rest-error-document.ts";
import { sqlStates } from "./sql-states.ts";

test("the document lists every code, and every SQL state once", () => {
  const lines = renderRestErrorDocument().split("\n");
  for (const code of Object.keys(restErrorCatalog))
    expect(lines.filter((line) => line.startsWith(`| \`${code}\` |`))).toHaveLength(1);
  const start = lines.findIndex((line) => line.startsWith("| SQLSTATE |"));
  const listed = lines
    .slice(start + 2)
    .filter((line) => line.startsWith("| "))
    .flatMap((line) => line.split("|")[1]?.trim().split(", ") ?? []);
  expect(listed.sort()).toEqual(Object.keys(sqlStates).sort());
});
