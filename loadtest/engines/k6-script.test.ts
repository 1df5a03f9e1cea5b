import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { k6Environment } from "../config.ts";

const top = path.join(import.meta.dirname, "..");
const ownFiles = globSync("{k6,plan,client,journeys,scenarios}/**/*.ts", { cwd: top });
const files = [...ownFiles.filter((file) => !file.endsWith(".test.ts")), "../packages/shared/src/backoff.ts"];
const read = (file: string): string => readFileSync(path.join(top, file), "utf8");
/** The file without its comments, which may name what the code may not. */
const codeOf = (file: string): string => read(file).replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");

/** The imports of a file. An `import type` loads nothing at run time. */
function importsOf(code: string): { from: string; isType: boolean }[] {
  const statements = code.matchAll(
    /\b(?:import|export)(\s+type)?\s+[\w{}*,$\s]+?\sfrom\s*["']([^"']+)|\b(?:import|require)\s*\(?\s*["'`]([^"'`]+)/g,
  );
  return [...statements].map(([, type, from, alone]) => ({ from: from ?? alone ?? "", isType: type !== undefined }));
}

const k6Modules = ["k6/data", "k6/execution", "k6/http", "k6/metrics", "k6/timers", "k6/websockets"];

test("the k6 script imports only files by relative path and modules of k6", () => {
  expect(files.length).toBeGreaterThan(30);
  for (const file of files) {
    for (const { from, isType } of importsOf(codeOf(file))) {
      // k6 downloads an import by URL, and looks up an extension online for one that it does not know.
      const isRelative = /^\.{1,2}\//.test(from);
      expect([file, from, isRelative || isType || k6Modules.includes(from)]).toEqual([file, from, true]);
    }
  }
});

test("the k6 script contains no address; all addresses come from the plan", () => {
  for (const file of files) {
    const code = codeOf(file);
    expect([file, code.match(/\b(?:https?|wss?):\/\/[^\s"'`]*/g)]).toEqual([file, null]);
    expect([file, code.match(/\bfetch\(|XMLHttpRequest|sendBeacon/g)]).toEqual([file, null]);
  }
});

test("k6 runs without usage reports and without extensions", () => {
  expect(k6Environment()).toMatchObject({ K6_NO_USAGE_REPORT: "true", K6_AUTO_EXTENSION_RESOLUTION: "false" });
  const script = read("k6/k6-options.ts") + read("k6/main.ts");
  // Script options that would send results to another machine.
  expect(script).not.toMatch(/\b(?:cloud|ext|linger)\s*:/);
});

test("the import check recognizes an import by URL", () => {
  expect(
    importsOf(
      'import { a } from "https://x.example/a.js";\nimport type { B } from "b";\nimport "./c.ts";\nawait import(`http://d/`);',
    ),
  ).toEqual([
    { from: "https://x.example/a.js", isType: false },
    { from: "b", isType: true },
    { from: "./c.ts", isType: false },
    { from: "http://d/", isType: false },
  ]);
});
