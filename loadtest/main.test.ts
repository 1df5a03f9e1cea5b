import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { expect, test } from "vitest";

/** Runs the program with this environment alone. */
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

test("without k6 the program starts nothing and prints the remedy", async () => {
  const { code, stdout, stderr } = await loadtest(["smoke"], { PATH: "" });
  expect(stderr).toMatch(/k6 is not on PATH\. Remedy: install k6 1\.6 or later.*K6_BIN=.*--engine node/);
  expect(stderr).not.toContain("preparing");
  expect([code, stdout]).toEqual([69, ""]);
});

test("a K6_BIN that does not exist has the same exit code", async () => {
  const { code, stderr } = await loadtest(["smoke"], { PATH: "", K6_BIN: "/nowhere/k6" });
  expect(stderr).toMatch(/\/nowhere\/k6 does not run.*Remedy:/s);
  expect(code).toBe(69);
});

test("wrong usage has an exit code of its own", async () => {
  const { code, stderr } = await loadtest(["storm"], { PATH: "" });
  expect(stderr).toContain("usage: npm run loadtest");
  expect(code).toBe(2);
});
