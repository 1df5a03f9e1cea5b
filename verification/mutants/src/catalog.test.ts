import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { expect, test } from "vitest";
import { applyPatch } from "./apply-patch.ts";
import { mutants } from "./catalog.ts";

const read = (file: string): string => readFileSync(path.join(repositoryRoot, file), "utf8");

test.for(mutants)("$name matches the source exactly once and its test exists", ({ patches, caughtBy }) => {
  const sources = new Map<string, string>();
  for (const patch of patches) {
    const before = sources.get(patch.file) ?? read(patch.file);
    const after = applyPatch(before, patch);
    expect(after).not.toBe(before);
    sources.set(patch.file, after);
  }
  if (!("test" in caughtBy)) return;
  expect(existsSync(path.join(repositoryRoot, caughtBy.test)), caughtBy.test).toBe(true);
  if (caughtBy.name !== undefined) expect(read(caughtBy.test).replaceAll('\\"', '"')).toContain(caughtBy.name);
});

test("names are unique", () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
});
