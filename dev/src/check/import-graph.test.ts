import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cycles, importCycles } from "./import-graph.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "heliograph-imports-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): string[] {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  return importCycles(root, ["src"]);
}

test("files in layers have no cycle", () => {
  const problems = write({
    "src/main.ts": 'import { b } from "./b/b.ts"; import { settings } from "./config.ts"; b(settings);',
    "src/config.ts": "export const settings = 1;",
    "src/a/a.ts": "export const a = 1;",
    "src/b/b.ts":
      'import { a } from "../a/a.ts"; import { settings } from "../config.ts"; export const b = (_: number) => a + settings;',
  });
  expect(problems).toEqual([]);
});

test("files that import each other are named with the imports, even if they import only types", () => {
  const [problem, ...more] = write({
    "src/a.ts": 'import type { B } from "./b.ts"; export type A = B;',
    "src/b.ts": 'export type { A } from "./a.ts"; export type B = 1;',
  });
  expect(problem).toContain("files import each other: src/a.ts, src/b.ts");
  expect(problem).toContain("src/b.ts imports src/a.ts");
  // Their folder has no subfolders, so both are one node of the folder graph.
  expect(more).toEqual([]);
});

test("a dynamic import counts like a static one", () => {
  const [problem] = write({
    "src/a.ts": 'export const load = () => import("./b.ts");',
    "src/b.ts": 'import { load } from "./a.ts"; export const again = load;',
  });
  expect(problem).toContain("src/a.ts imports src/b.ts");
});

test("folders that import each other through different files are named", () => {
  const problems = write({
    "src/a/one.ts": 'import { two } from "../b/two.ts"; export const one = two;',
    "src/a/three.ts": "export const three = 3;",
    "src/b/two.ts": "export const two = 2;",
    "src/b/four.ts": 'import { three } from "../a/three.ts"; export const four = three;',
  });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain("folders import each other: src/a, src/b");
});

test("tests are ignored", () => {
  const problems = write({
    "src/a/one.ts": "export const one = 1;",
    "src/b/two.ts": 'import { one } from "../a/one.ts"; export const two = one;',
    "src/a/one.test.ts": 'import { two } from "../b/two.ts"; two;',
    "src/a/testing/fake.ts": 'import { two } from "../../b/two.ts"; export const fake = two;',
  });
  expect(problems).toEqual([]);
});

test("a large cycle is found once, and a chain is not a cycle", () => {
  const graph = (edges: Record<string, string[]>) =>
    new Map(Object.entries(edges).map(([from, to]) => [from, new Map(to.map((node) => [node, ""]))]));
  expect(cycles(graph({ a: ["b"], b: ["c"], c: ["a"], d: ["a"] }))).toEqual([["a", "b", "c"]]);
  expect(cycles(graph({ a: ["b"], b: ["c"], c: [] }))).toEqual([]);
});
