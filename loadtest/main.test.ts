import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { expect, test } from "vitest";

/** Runs the program without anything of ours in its environment. */
async function loadtest(args: readonly string[], env: Readonly<Record<string, string>>) {
  const file = path.join(import.meta.dirname, "main.ts");
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", file, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].on("data", (chunk: Buffer) => {
      output[name] += chunk.toString();
    });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...output };
}

test("without k6 nothing is started, and it is said how to get it or do without", async () => {
  const { code, stdout, stderr } = await loadtest(["smoke"], { PATH: "" });
  expect(stderr).toMatch(/k6 is not on PATH\. Remedy: install k6 1\.6 or later.*K6_BIN=.*--engine node/);
  expect(stderr).not.toContain("preparing");
  expect([code, stdout]).toEqual([69, ""]);
});

test("a k6 that is named and not there is the same", async () => {
  const { code, stderr } = await loadtest(["smoke"], { PATH: "", K6_BIN: "/nowhere/k6" });
  expect(stderr).toMatch(/\/nowhere\/k6 does not run.*Remedy:/s);
  expect(code).toBe(69);
});

test("wrong usage is told from that", async () => {
  const { code, stderr } = await loadtest(["storm"], { PATH: "" });
  expect(stderr).toContain("usage: npm run loadtest");
  expect(code).toBe(2);
});
