import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { expect, test } from "vitest";
import type { Mutant } from "./mutant.ts";
import { runMutants } from "./run-mutants.ts";

/** Limit of the tests that are judged. Longer than that of this file's tests, which a judge without its own limit exceeds. */
const longMs = 600_000;

/** A small repository with one mechanism: how long, in ms, a promise takes. */
function newTree(unmutatedMs: string, testTimeout: number) {
  const root = mkdtempSync(path.join(tmpdir(), "heliograph-hanging-"));
  const write = (name: string, text: string): void => writeFileSync(path.join(root, name), text);
  const mechanism = (ms: string): void => write("mechanism.ts", `export const ms: number = ${ms};\n`);
  symlinkSync(path.join(repositoryRoot, "node_modules"), path.join(root, "node_modules"));
  write("package.json", '{ "type": "module" }');
  const project = `{ test: { name: "unit", include: ["*.test.ts"], testTimeout: ${testTimeout} } }`;
  write("vitest.config.ts", `export default { test: { projects: [${project}] } };\n`);
  write(
    "mechanism.test.ts",
    `import { test } from "vitest";
import { ms } from "./mechanism.ts";
test("resolves", () => new Promise<void>((resolve) => {
  if (ms !== Number.POSITIVE_INFINITY) setTimeout(resolve, ms);
  else setInterval(() => undefined, 1_000);
}));\n`,
  );
  mechanism(unmutatedMs);
  return {
    root,
    apply: ({ patches }: Mutant) => mechanism(patches[0]?.replace ?? ""),
    restore: () => mechanism(unmutatedMs),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

const mutant = (ms: string): Mutant => ({
  name: "slower",
  rule: null,
  breaks: "The promise resolves in time.",
  patches: [{ file: "mechanism.ts", find: "", replace: ms }],
  caughtBy: { test: "mechanism.test.ts" },
});

async function judged(unmutatedMs: string, mutatedMs: string, { knownGreen = true, testTimeout = longMs } = {}) {
  const [result] = await runMutants([mutant(mutatedMs)], {
    workers: 1,
    knownGreen,
    signal: new AbortController().signal,
    onResult: () => undefined,
    newTree: () => newTree(unmutatedMs, testTimeout),
    floorMs: 200,
  });
  return result?.verdict;
}

const never = "Number.POSITIVE_INFINITY";

test.for([true, false])("a mutant that makes its test hang is caught (known to pass: %s)", async (knownGreen) => {
  expect(await judged("0", never, { knownGreen })).toEqual({ kind: "caught", why: "resolves (hangs)" });
});

// Fails when the first limit is the last word: a slow test would catch every mutant.
test("a test that takes longer than the shortest limit, with and without the mutant, did not hang", async () => {
  expect(await judged("1_000", "1_001")).toEqual({
    kind: "survived",
    why: "1 tests of mechanism.test.ts passed",
  });
});

test.for([true, false])(
  "a test that hangs without the mutant, too, catches nothing (known to pass: %s)",
  async (knownGreen) => {
    expect(await judged(never, never, { knownGreen, testTimeout: 500 })).toEqual({
      kind: "broken",
      why: "fails without the mutant: resolves",
    });
  },
);
