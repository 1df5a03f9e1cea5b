import { createLogger } from "@heliograph/server-kit";
import { expect, test } from "vitest";
import { dropExpiredDays, type ExpiredDay, type LogHalf, type RetentionDatabase } from "./log-retention.ts";

const logger = createLogger("test", "silent");

function setUp(days: ExpiredDay[], failing: Record<string, string> = {}) {
  const done: string[] = [];
  const step = async (name: string): Promise<void> => {
    done.push(name);
    const code = failing[name];
    if (code) throw Object.assign(new Error("not now"), { code });
  };
  const database: RetentionDatabase = {
    expiredDays: async () => days,
    retire: (day) => step(`retire ${day}`),
    detach: ({ day }) => step(`detach ${day}`),
    drop: ({ day }) => step(`drop ${day}`),
  };
  const drop = (half: LogHalf = "logging", signal?: AbortSignal) =>
    dropExpiredDays({ database, half, logger, ...(signal && { signal }) });
  return { done, drop };
}

const day = (name: string, state: ExpiredDay["state"] = "attached", half: LogHalf = "logging"): ExpiredDay => ({
  day: name,
  state,
  half,
});

// Fails when the rows go before cursors are refused: a gateway would answer one with a hole.
test("a day retires before it is detached, and is dropped last", async () => {
  const { done, drop } = setUp([day("a")]);
  expect(await drop()).toBe(1);
  expect(done).toEqual(["retire a", "detach a", "drop a"]);
});

test("what an earlier watcher left is taken up where it stopped", async () => {
  const { done, drop } = setUp([day("a", "detaching"), day("b", "detached"), day("c")]);
  expect(await drop()).toBe(3);
  expect(done).toEqual(["detach a", "drop a", "drop b", "retire c", "detach c", "drop c"]);
});

test("the audit half has no cursors, and each half only its own days", async () => {
  const { done, drop } = setUp([day("a"), day("b", "attached", "logging_detail")]);
  expect(await drop("logging_detail")).toBe(1);
  expect(done).toEqual(["detach b", "drop b"]);
});

test.each([
  ["55P03", "detach a"],
  ["55000", "retire a"],
])("a day that is in use or not claimed (%s) ends the round without an error", async (code, step) => {
  const { done, drop } = setUp([day("a"), day("b")], { [step]: code });
  expect(await drop()).toBe(0);
  expect(done.at(-1)).toBe(step);
});

test("any other failure is one, and a stop ends the round between two days", async () => {
  await expect(setUp([day("a")], { "drop a": "57014" }).drop()).rejects.toThrow("not now");
  const stop = new AbortController();
  stop.abort();
  const { done, drop } = setUp([day("a")]);
  expect(await drop("logging", stop.signal)).toBe(0);
  expect(done).toEqual([]);
});
