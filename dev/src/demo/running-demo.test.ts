import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { claimDataFolder } from "./pid-file.ts";
import { runningDemo } from "./running-demo.ts";

let folder = "";
let demo: ChildProcess;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "hg-running-"));
  demo = spawn(process.execPath, ["-e", "setInterval(() => undefined, 1000)", "demo.ts"]);
  await once(demo, "spawn");
  writeFileSync(path.join(folder, "demo.pid"), String(demo.pid));
  writeFileSync(path.join(folder, "demo.json"), JSON.stringify({ gateways: ["http://127.0.0.1:4000"] }));
});
afterEach(() => {
  demo.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

test("a running demo is found, and a second one cannot claim its folder", () => {
  expect(runningDemo(folder)?.gateways).toEqual(["http://127.0.0.1:4000"]);
  expect(() => claimDataFolder(folder)).toThrow(`process ${demo.pid}`);
});

test("files of a killed demo do not count as a running demo", async () => {
  demo.kill("SIGKILL");
  await once(demo, "exit");
  expect(runningDemo(folder)).toBeNull();
  const claim = claimDataFolder(folder);
  claim[Symbol.dispose]();
  expect(existsSync(path.join(folder, "demo.pid"))).toBe(false);
});

test("the error for a read-only folder names the folder and a remedy", () => {
  const file = path.join(folder, "file");
  writeFileSync(file, "");
  expect(() => claimDataFolder(file)).toThrow(/failed to write to .*file .*owner of the clone/);
});
