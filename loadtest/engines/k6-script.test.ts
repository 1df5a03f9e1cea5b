import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { k6Environment } from "../config.ts";

const top = path.join(import.meta.dirname, "..");
const files = globSync("{k6,plan,client,journeys,scenarios}/**/*.ts", { cwd: top }).filter(
  (file) => !file.endsWith(".test.ts"),
);
const read = (file: string): string => readFileSync(path.join(top, file), "utf8");
/** Without its comments: they may name what code may not. */
const codeOf = (file: string): string => read(file).replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");

/** Where a file takes something from; with `import type` nothing is taken when it runs. */
function sourcesOf(code: string): { from: string; isType: boolean }[] {
  const statements = code.matchAll(
    /\b(?:import|export)(\s+type)?\s+[\w{}*,$\s]+?\sfrom\s*["']([^"']+)|\b(?:import|require)\s*\(?\s*["'`]([^"'`]+)/g,
  );
  return [...statements].map(([, type, from, alone]) => ({ from: from ?? alone ?? "", isType: type !== undefined }));
}

const k6Modules = ["k6/data", "k6/execution", "k6/http", "k6/metrics", "k6/timers", "k6/websockets"];

test("the journeys and their script take nothing from a network", () => {
  expect(files.length).toBeGreaterThan(30);
  for (const file of files) {
    for (const { from, isType } of sourcesOf(codeOf(file))) {
      // k6 would fetch an import by address, and look for an extension on its maker's site for one that it does not know.
      const isOurs = /^\.{1,2}\//.test(from);
      expect([file, from, isOurs || isType || k6Modules.includes(from)]).toEqual([file, from, true]);
    }
  }
});

test("they name no address: where they go is said by the plan", () => {
  for (const file of files) {
    const code = codeOf(file);
    expect([file, code.match(/\b(?:https?|wss?):\/\/[^\s"'`]*/g)]).toEqual([file, null]);
    expect([file, code.match(/\bfetch\(|XMLHttpRequest|sendBeacon/g)]).toEqual([file, null]);
  }
});

test("k6 is told to report nothing and to load no extension", () => {
  expect(k6Environment()).toMatchObject({ K6_NO_USAGE_REPORT: "true", K6_AUTO_EXTENSION_RESOLUTION: "false" });
  const script = read("k6/k6-options.ts") + read("k6/main.ts");
  // Options of the script that would send results elsewhere.
  expect(script).not.toMatch(/\b(?:cloud|ext|linger)\s*:/);
});

test("an import by address would be noticed", () => {
  expect(
    sourcesOf(
      'import { a } from "https://x.example/a.js";\nimport type { B } from "b";\nimport "./c.ts";\nawait import(`http://d/`);',
    ),
  ).toEqual([
    { from: "https://x.example/a.js", isType: false },
    { from: "b", isType: true },
    { from: "./c.ts", isType: false },
    { from: "http://d/", isType: false },
  ]);
});
