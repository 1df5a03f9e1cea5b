import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { guaranteeIds, protocolRules, ruleEntries } from "@heliograph/protocol/rules";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { expect, test } from "vitest";
import { mutants } from "./catalog.ts";

const knownIds = new Set<string>([...Object.keys(protocolRules), ...guaranteeIds]);

/** Ids at the start of test titles, as in `"[SUB-3, G5] …"`, with the file that contains the title. */
function referencesInTitles(): { id: string; file: string }[] {
  const files = globSync("{packages,services,verification,web,db,dev,testkit,loadtest}/**/*.test.{ts,tsx}", {
    cwd: repositoryRoot,
    exclude: ["**/node_modules/**", "**/dist/**"],
  });
  return files.flatMap((file) => {
    const source = readFileSync(path.join(repositoryRoot, file), "utf8");
    return [...source.matchAll(/["'`]\[((?:[A-Z]+-\d+|G\d+)(?:, (?:[A-Z]+-\d+|G\d+))*)\] /g)].flatMap(([, ids = ""]) =>
      ids.split(", ").map((id) => ({ id, file })),
    );
  });
}

test("every rule id in a test title exists", () => {
  expect(referencesInTitles().filter(({ id }) => !knownIds.has(id))).toEqual([]);
});

// Finds rules whose test was renamed or deleted, and new rules without a test.
test("every rule is in a test title, except those that state why not", () => {
  const tested = new Set(referencesInTitles().map(({ id }) => id));
  const untested = ruleEntries().filter(([id]) => !tested.has(id));
  expect(untested.filter(([, { untested: reason }]) => reason === undefined).map(([id]) => id)).toEqual([]);
  const superfluous = ruleEntries().filter(([id, { untested: reason }]) => reason !== undefined && tested.has(id));
  expect(superfluous.map(([id]) => id)).toEqual([]);
});

test("fewer than a tenth of the mutants break no rule", () => {
  expect(mutants.filter(({ rule }) => rule === null).length).toBeLessThan(mutants.length / 10);
});
