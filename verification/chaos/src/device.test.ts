import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { Device } from "./device.ts";

const nextTimers = () => wait(20);

test("a device that sleeps fires no timer and sees nothing, and catches up when it wakes", async () => {
  const device = new Device();
  const seen: string[] = [];
  device.clock.setTimer(() => seen.push("short"), 1);
  device.clock.setTimer(() => seen.push("hour"), 3_600_000);
  device.clock.setTimer(() => seen.push("cancelled"), 1)();
  device.sleep();
  device.run(() => seen.push("frame"));
  await nextTimers();
  expect(seen).toEqual([]);
  const before = device.clock.wallNow();
  device.wake({ wallMs: 3_600_000, monotonicMs: 0 });
  await nextTimers();
  expect(seen).toEqual(["frame", "short"]);
  expect(device.clock.wallNow() - before).toBeGreaterThanOrEqual(3_600_000);
  device.sleep();
  device.wake({ wallMs: 0, monotonicMs: 3_600_000 });
  await nextTimers();
  expect(seen).toEqual(["frame", "short", "hour"]);
});

test("nothing happens on a dead device", async () => {
  const device = new Device();
  const seen: string[] = [];
  device.clock.setTimer(() => seen.push("timer"), 1);
  device.die();
  device.clock.setTimer(() => seen.push("later timer"), 1);
  device.run(() => seen.push("frame"));
  device.wake({ wallMs: 0, monotonicMs: 0 });
  await nextTimers();
  expect(seen).toEqual([]);
});
