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

/** Starts the program with the id of its runner in the environment; `next` reads its next line. */
function start(runner: number) {
  const child = spawn(process.execPath, ["--input-type=module", "-e", PROGRAM], {
    env: { ...process.env, HELIOGRAPH_RUNNER: String(runner) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, next: async () => (await lines.next()).value as string };
}

test("a program stops when its runner died before the first check", async () => {
  const dead = spawn(process.execPath, ["--version"]);
  await once(dead, "exit");
  const { next } = start(dead.pid ?? 0);
  expect(await next()).toBe("stopped: the process that started it has exited");
});

test("a program whose runner is alive runs until a signal, handles a second signal, and does not pass on the id", async () => {
  const { child, next } = start(process.pid);
  expect(await next()).toBe("inherited: undefined");
  child.kill("SIGINT");
  child.kill("SIGINT");
  expect(await next()).toBe("stopped: SIGINT");
});
