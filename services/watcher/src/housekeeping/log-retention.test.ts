import { createLogger } from "@heliograph/server-kit";
import { expect, test } from "vitest";
import { dropExpiredDays, type ExpiredDay, type LogHalf, type RetentionDatabase } from "./log-retention.ts";

const logger = createLogger("test", "silent");

function createRetention(days: ExpiredDay[], failing: Record<string, string> = {}, agrees = true) {
  const done: string[] = [];
  const step = async (name: string): Promise<void> => {
    done.push(name);
    const code = failing[name];
    if (code) throw Object.assign(new Error("not now"), { code });
  };
  const database: RetentionDatabase = {
    clockAgrees: async () => agrees,
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

// Fails when rows disappear before cursors are refused: a gateway would resume across missing rows.
test("[RES-5] a day is retired before it is detached, and dropped last", async () => {
  const { done, drop } = createRetention([day("a")]);
  expect(await drop()).toBe(1);
  expect(done).toEqual(["retire a", "detach a", "drop a"]);
});

test("an interrupted removal continues where it stopped", async () => {
  const { done, drop } = createRetention([day("a", "detaching"), day("b", "detached"), day("c")]);
  expect(await drop()).toBe(3);
  expect(done).toEqual(["detach a", "drop a", "drop b", "retire c", "detach c", "drop c"]);
});

test("the audit half needs no retirement, and each half drops only its own days", async () => {
  const { done, drop } = createRetention([day("a"), day("b", "attached", "logging_detail")]);
  expect(await drop("logging_detail")).toBe(1);
  expect(done).toEqual(["detach b", "drop b"]);
});

test.each([
  ["55P03", "detach a"],
  ["55000", "retire a"],
])("a day that is in use or pending (%s) ends the round without an error", async (code, step) => {
  const { done, drop } = createRetention([day("a"), day("b")], { [step]: code });
  expect(await drop()).toBe(0);
  expect(done.at(-1)).toBe(step);
});

test("any other error is thrown, and an abort ends the round between two days", async () => {
  await expect(createRetention([day("a")], { "drop a": "57014" }).drop()).rejects.toThrow("not now");
  const stop = new AbortController();
  stop.abort();
  const { done, drop } = createRetention([day("a")]);
  expect(await drop("logging", stop.signal)).toBe(0);
  expect(done).toEqual([]);
});

test("no day is dropped while the database's clock is in doubt", async () => {
  const { done, drop } = createRetention([day("a")], {}, false);
  expect(await drop()).toBe(0);
  expect(done).toEqual([]);
});
