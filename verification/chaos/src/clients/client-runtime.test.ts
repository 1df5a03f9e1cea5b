import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { ClientRuntime } from "./client-runtime.ts";

const nextTimers = () => wait(20);

test("a suspended runtime fires no timers and delivers no events until it resumes", async () => {
  const runtime = new ClientRuntime();
  const seen: string[] = [];
  runtime.clock.setTimer(() => seen.push("short"), 1);
  runtime.clock.setTimer(() => seen.push("hour"), 3_600_000);
  runtime.clock.setTimer(() => seen.push("cancelled"), 1)();
  runtime.suspend();
  runtime.run(() => seen.push("frame"));
  await nextTimers();
  expect(seen).toEqual([]);
  const before = runtime.clock.wallNow();
  runtime.resume({ wallMs: 3_600_000, monotonicMs: 0 });
  await nextTimers();
  expect(seen).toEqual(["frame", "short"]);
  expect(runtime.clock.wallNow() - before).toBeGreaterThanOrEqual(3_600_000);
  runtime.suspend();
  runtime.resume({ wallMs: 0, monotonicMs: 3_600_000 });
  await nextTimers();
  expect(seen).toEqual(["frame", "short", "hour"]);
});

test("a terminated runtime fires no timers and delivers no events", async () => {
  const runtime = new ClientRuntime();
  const seen: string[] = [];
  runtime.clock.setTimer(() => seen.push("timer"), 1);
  runtime.terminate();
  runtime.clock.setTimer(() => seen.push("later timer"), 1);
  runtime.run(() => seen.push("frame"));
  runtime.resume({ wallMs: 0, monotonicMs: 0 });
  await nextTimers();
  expect(seen).toEqual([]);
});
