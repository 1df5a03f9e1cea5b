import { createLogger } from "@heliograph/server-kit";
import { expect, test } from "vitest";
import { Housekeeper, settleMs } from "./housekeeper.ts";
import type { HousekeepingDatabase } from "./housekeeping-database.ts";

function setUp(failing: (keyof HousekeepingDatabase)[] = []) {
  const done: string[] = [];
  const chore = (name: keyof HousekeepingDatabase) => async (): Promise<number> => {
    done.push(name);
    if (failing.includes(name)) throw new Error("away");
    return 0;
  };
  const database: HousekeepingDatabase = { reap: chore("reap"), dropLogDays: chore("dropLogDays") };
  return { done, keeper: new Housekeeper({ database, logger: createLogger("test", "silent") }) };
}

test("each chore has its own time, and one that fails keeps none back", async () => {
  const { done, keeper } = setUp(["reap"]);
  await keeper.round(0);
  expect(done.splice(0)).toEqual(["reap", "dropLogDays"]);
  await keeper.round(4999);
  expect(done).toEqual([]);
  await keeper.round(5000);
  expect(done.splice(0)).toEqual(["reap"]);
  await keeper.round(60_000);
  expect(done).toEqual(["reap", "dropLogDays"]);
});

// Fails when a leader judges at once: right after an outage of the database every heartbeat is old.
test("who has just become leader, or had a failure, gives nobody up", async () => {
  const { done, keeper } = setUp();
  const stop = new AbortController();
  let asked = 0;
  await keeper.run(() => {
    asked += 1;
    stop.abort();
    return settleMs - 1;
  }, stop.signal);
  expect({ asked, done }).toEqual({ asked: 1, done: [] });
});
