import { createLogger } from "@heliograph/server-kit";
import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import { Housekeeper, settleMs } from "./housekeeper.ts";
import type { HousekeepingDatabase } from "./housekeeping-database.ts";

function createHousekeeper(failing: (keyof HousekeepingDatabase)[] = []) {
  const done: string[] = [];
  const task = (name: keyof HousekeepingDatabase) => async (): Promise<number> => {
    done.push(name);
    if (failing.includes(name)) throw new Error("unreachable");
    return 0;
  };
  const database: HousekeepingDatabase = { reap: task("reap"), dropLogDays: task("dropLogDays") };
  const clock = new FakeClock();
  return { done, clock, housekeeper: new Housekeeper({ database, logger: createLogger("test", "silent"), clock }) };
}

test("each task runs at its own interval, and a failing task does not delay the others", async () => {
  const { done, clock, housekeeper } = createHousekeeper(["reap"]);
  await housekeeper.round();
  expect(done.splice(0)).toEqual(["reap", "dropLogDays"]);
  await clock.advance(4999);
  await housekeeper.round();
  expect(done).toEqual([]);
  await clock.advance(1);
  await housekeeper.round();
  expect(done.splice(0)).toEqual(["reap"]);
  await clock.advance(55_000);
  await housekeeper.round();
  expect(done).toEqual(["reap", "dropLogDays"]);
});

// Fails when a leader runs its first round at once: right after a database outage every heartbeat is old.
test("a new leader, or one that had a failure, declares no gateway dead", async () => {
  const { done, housekeeper } = createHousekeeper();
  const stop = new AbortController();
  let asked = 0;
  await housekeeper.run(() => {
    asked += 1;
    stop.abort();
    return settleMs - 1;
  }, stop.signal);
  expect({ asked, done }).toEqual({ asked: 1, done: [] });
});
