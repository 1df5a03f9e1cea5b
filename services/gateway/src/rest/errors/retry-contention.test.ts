import { expect, test } from "vitest";
import { retryContention } from "./retry-contention.ts";
import { serverError } from "./testing/server-error.ts";

function setUp(errors: readonly Error[]) {
  const pauses: number[] = [];
  let attempts = 0;
  const transaction = async () => {
    attempts += 1;
    const error = errors[attempts - 1];
    if (error) throw error;
    return attempts;
  };
  const sleep = async (ms: number) => void pauses.push(ms);
  return { run: () => retryContention(transaction, { sleep, random: () => 0.5 }), pauses, attempts: () => attempts };
}

const deadlock = serverError("40P01");

test("a deadlocked transaction runs again after a growing pause", async () => {
  const { run, pauses } = setUp([deadlock, deadlock]);
  expect(await run()).toBe(3);
  expect(pauses).toEqual([10, 20]);
});

test("after three attempts the error is reported", async () => {
  const { run, attempts } = setUp([deadlock, deadlock, deadlock, deadlock]);
  await expect(run()).rejects.toBe(deadlock);
  expect(attempts()).toBe(3);
});

test("other errors are not repeated", async () => {
  const raised = serverError("40P01", { routine: "exec_stmt_raise" });
  const { run, attempts } = setUp([raised]);
  await expect(run()).rejects.toBe(raised);
  expect(attempts()).toBe(1);
});
