import { expect, test } from "vitest";
import { EndedEarly } from "../process/wait-for-line.ts";
import { type ProgramOptions, startProgram } from "./program.ts";

/** Starts a Node program with this text. */
function start<Ready = string>(text: string, more: Partial<ProgramOptions<Ready>> = {}) {
  return startProgram<Ready>({
    name: "it",
    command: process.execPath,
    args: ["-e", text],
    stopSignal: "SIGTERM",
    stopMs: 60_000,
    readyFrom: (line) => (line.startsWith("ready") ? (line as Ready) : undefined),
    readyMs: 60_000,
    ...more,
  });
}

const idle = "setInterval(() => undefined, 1000);";

test("a program that ignores its stop signal is killed after the time it has to stop", async () => {
  const program = await start(`process.on("SIGTERM", () => console.log("ignored")); ${idle} console.log("ready")`, {
    stopMs: 10,
  });
  expect(await program.stop()).toEqual({ code: null, signal: "SIGKILL" });
});

test("a frozen program and one that was killed are stopped too, and a second stop returns the same", async () => {
  const frozen = await start(`${idle} console.log("ready")`, { stopMs: 10 });
  await frozen.kill("SIGSTOP");
  expect(await frozen.stop()).toEqual({ code: null, signal: "SIGKILL" });
  expect(await frozen.stop()).toEqual({ code: null, signal: "SIGKILL" });
  const killed = await start(`${idle} console.log("ready")`);
  process.kill(killed.pid, "SIGKILL");
  expect(await killed.exited).toEqual({ code: null, signal: "SIGKILL" });
  expect(await killed.stop()).toEqual({ code: null, signal: "SIGKILL" });
  await killed.kill("SIGTERM");
});

test("a program that exits at once is reported with its exit code and its last words, without a newline too", async () => {
  const failed = start('process.stderr.write("first\\nthe port is taken"); process.exitCode = 3');
  await expect(failed).rejects.toThrow(EndedEarly);
  await expect(failed).rejects.toMatchObject({ exitCode: 3, message: expect.stringContaining("the port is taken") });
});

test("a program that prints its ready line and exits at once was ready", async () => {
  const program = await start('process.stdout.write("ready 7")');
  expect(program.ready).toBe("ready 7");
  expect(await program.exited).toEqual({ code: 0, signal: null });
  expect(await program.stop()).toEqual({ code: 0, signal: null });
});

test("a command that does not exist, and a stop request during the start, end the start", async () => {
  await expect(start("", { command: "/nowhere/it" })).rejects.toThrow("it ");
  const reason = new Error("asked to stop");
  await expect(start(idle, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test("a ready line that cannot be read ends the start and the program", async () => {
  let pid = 0;
  const failed = start<number>(`${idle} console.log("ready", process.pid)`, {
    readyFrom: (line) => {
      pid = Number(line.split(" ")[1]);
      throw new Error("no port in it");
    },
  });
  await expect(failed).rejects.toThrow(/it printed a ready line that cannot be read \(no port in it\):\nready \d+/);
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});
