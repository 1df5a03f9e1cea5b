import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { stopChild } from "../process/stop-child.ts";
import { type Keepable, keepRunning } from "./keep-running.ts";

function idleProcess(): Keepable {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  return { pid: child.pid ?? 0, process: child, stop: () => stopChild(child, "SIGKILL", 1_000) };
}

/** Resolves when a report contains the text. */
function reports(): { report: (text: string) => void; reportWith: (part: string) => Promise<string> } {
  const listeners = new Set<(text: string) => void>();
  return {
    report: (text) => {
      for (const listener of listeners) listener(text);
    },
    reportWith: (part) =>
      new Promise((resolve) => {
        listeners.add((text) => {
          if (text.includes(part)) resolve(text);
        });
      }),
  };
}

test("restarts a program that exits, even when that takes two attempts", async () => {
  const { report, reportWith } = reports();
  let starts = 0;
  const start = async () => {
    if (++starts === 2) throw new Error("the port is taken");
    return idleProcess();
  };
  await using kept = await keepRunning("it", start, { signal: new AbortController().signal, report });
  const [ended, failed, again] = [
    reportWith("it exited"),
    reportWith("the port is taken"),
    reportWith("was restarted"),
  ];
  kept.current()?.process.kill("SIGKILL");
  expect(await ended).toContain("SIGKILL");
  await failed;
  expect(kept.current()).toBeNull();
  await again;
  expect(kept.current()?.pid).toBeGreaterThan(0);
  expect(starts).toBe(3);
});

test("does not restart a program that is stopped", async () => {
  const reported: string[] = [];
  const signal = new AbortController().signal;
  const kept = await keepRunning("it", async () => idleProcess(), { signal, report: (text) => reported.push(text) });
  const { process: child } = kept.current() as Keepable;
  const exit = once(child, "exit");
  await kept[Symbol.asyncDispose]();
  await exit;
  expect(reported).toEqual([]);
});

test("rejects when the first start fails", async () => {
  const start = () => Promise.reject(new Error("no such program"));
  const { signal } = new AbortController();
  await expect(keepRunning("it", start, { signal, report: () => undefined })).rejects.toThrow("no such program");
});
