import { readFileSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { expect, test } from "vitest";

const glossary = readFileSync(path.join(repositoryRoot, "docs", "glossary.md"), "utf8");
const rows = glossary
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| term |"))
  .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "")));

test("the glossary has each term once, with one sentence and its owning file", () => {
  const terms = rows.map(([term]) => term);
  expect(terms.length).toBeGreaterThan(50);
  expect(terms.filter((term, index) => terms.indexOf(term) !== index)).toEqual([]);
  // The check of links verifies the targets.
  for (const row of rows)
    expect(row).toEqual([
      expect.any(String),
      expect.not.stringMatching(/\. /),
      expect.stringMatching(/^\[.+\]\(.+\)$/),
    ]);
});
