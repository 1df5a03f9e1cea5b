import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "vitest";

const module = JSON.stringify(new URL("stop-request.ts", import.meta.url).href);
const PROGRAM = `
  import { stopRequest } from ${module};
  const signal = stopRequest();
  const end = () => { console.log("stopped: " + signal.reason.message); process.exit(0); };
  if (signal.aborted) end();
  signal.addEventListener("abort", () => setTimeout(end, 100));
  setInterval(() => undefined, 1000);
  console.log("inherited: " + process.env.HELIOGRAPH_RUNNER);`;

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** The program with the id of its runner in the environment, and a reader of its next line. */
function start(runner: number) {
  const child = spawn(process.execPath, ["--input-type=module", "-e", PROGRAM], {
    env: { ...process.env, HELIOGRAPH_RUNNER: String(runner) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, next: async () => (await lines.next()).value as string };
}

test("a program whose runner died before it looked for it stops", async () => {
  const dead = spawn(process.execPath, ["--version"]);
  await once(dead, "exit");
  const { next } = start(dead.pid ?? 0);
  expect(await next()).toBe("stopped: the end of the process that started it");
});

test("a program whose runner lives goes on until a signal, also when that comes twice, and does not hand the id on", async () => {
  const { child, next } = start(process.pid);
  expect(await next()).toBe("inherited: undefined");
  child.kill("SIGINT");
  child.kill("SIGINT");
  expect(await next()).toBe("stopped: SIGINT");
});
