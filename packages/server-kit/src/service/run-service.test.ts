import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";

async function startService(name: string, ...args: string[]): Promise<ChildProcess> {
  const program = path.join(import.meta.dirname, "../testing/fixtures", name);
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  // Covers a test that fails because the service does not stop.
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout as NodeJS.ReadableStream, "data");
  return child;
}

async function exitOf(child: ChildProcess): Promise<unknown[]> {
  return child.exitCode === null && child.signalCode === null
    ? once(child, "exit")
    : [child.exitCode, child.signalCode];
}

test("SIGTERM releases and exits with 0, and the doubled signal of a terminal does not force the exit", async () => {
  const child = await startService("idle-service.ts");
  child.kill("SIGTERM");
  child.kill("SIGINT");
  expect(await exitOf(child)).toEqual([0, null]);
});

test("a service without a log reader stops on SIGTERM", async () => {
  const child = await startService("idle-service.ts");
  child.stdout?.destroy();
  child.kill("SIGTERM");
  expect(await exitOf(child)).toEqual([0, null]);
});

// Fails when a broken process may drain as long as a healthy one: its clients would wait in vain.
test("after an uncaught exception a hanging release is cut off within seconds", async () => {
  const child = await startService("stuck-service.ts");
  child.kill("SIGUSR2");
  expect(await exitOf(child)).toEqual([1, null]);
});

test("a release that takes too long is cut off, unless the service allowed more time", async () => {
  const [cut, allowed] = [await startService("slow-service.ts"), await startService("slow-service.ts", "allowed")];
  for (const child of [cut, allowed]) child.kill("SIGTERM");
  expect(await exitOf(cut)).toEqual([1, null]);
  expect(await exitOf(allowed)).toEqual([0, null]);
});
