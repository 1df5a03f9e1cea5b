import { isSilence } from "@heliograph/server-kit";
import { expect, test } from "vitest";
import { FakePool } from "./testing/fake-pool.ts";
import { withUser } from "./user-transaction.ts";

const person = { personId: "p", organizationId: "o" };

// Fails when a ROLLBACK is sent after the timeout: the caller would wait for the time limit a second time.
test.each([true, false])("a silent connection is closed without another statement (pipeline %s)", async (pipeline) => {
  const pool = new FakePool(pipeline);
  const [second, first] = [pool.add(), pool.add()];
  first.silent = true;
  second.silent = true;
  const error: unknown = await withUser(pool.asPool(), person, (client) => client.query("select 1"), {
    statementTimeoutMs: 2000,
  }).catch((failure: unknown) => failure);
  expect(isSilence(error)).toBe(true);
  for (const connection of [first, second]) {
    expect(connection.closed).toBe(true);
    expect(connection.sent.some(({ text }) => text === "rollback")).toBe(false);
    if (!pipeline) expect(connection.sent).toHaveLength(1);
    for (const { query_timeout } of connection.sent) expect(query_timeout).toBe(3000);
  }
});

// Fails when only the time limit of the statement reveals that BEGIN was never answered.
test("a connection that is silent from the start fails within 3 s, and the work is repeated on another", async () => {
  const pool = new FakePool(false);
  const [other, silent] = [pool.add(), pool.add()];
  silent.silent = true;
  await withUser(pool.asPool(), person, (client) => client.query("update"), { statementTimeoutMs: 10_000 });
  expect(silent.sent.map(({ query_timeout }) => query_timeout)).toEqual([3000]);
  expect(other.sent.map(({ text }) => text).filter((text) => text === "update" || text === "commit")).toEqual([
    "update",
    "commit",
  ]);
});

// Fails when every timeout is retried: a write whose COMMIT got no answer may be committed.
test("work is not repeated after a later timeout if it writes or took long", async () => {
  for (const [answers, readOnly] of [
    [2, false],
    [3, false],
    [2, true],
  ] as const) {
    const pool = new FakePool(false);
    const [other, silent] = [pool.add(), pool.add()];
    silent.answers = answers;
    const failed = withUser(pool.asPool(), person, (client) => client.query("work"), { readOnly });
    await expect(failed).rejects.toThrow("Query read timeout");
    expect(other.sent).toEqual([]);
  }
});

// Fails when idle connections are tried one after another after a cut link: each costs the full time limit.
test("after a timeout, connections without a later answer are closed instead of used", async () => {
  const pool = new FakePool(true);
  const [fresh, old, silent] = [pool.add(), pool.add(), pool.add()];
  const ask = (): Promise<unknown> => withUser(pool.asPool(), person, (client) => client.query("select 1"));
  // Both have been used; the pool hands out `silent` first from now on.
  await Promise.all([ask(), ask()]);
  pool.idle.splice(0, pool.idle.length, fresh, old, silent);
  silent.silent = true;
  await ask();
  expect([old.closed, silent.closed, fresh.closed]).toEqual([true, true, false]);
  expect(fresh.sent.map(({ text }) => text)).toContain("commit");
  await ask();
  expect(fresh.closed).toBe(false);
});

test("a failed statement is rolled back, and its connection is reused", async () => {
  const pool = new FakePool(true);
  const connection = pool.add();
  const failed = withUser(pool.asPool(), person, () => Promise.reject(new Error("the caller's own")));
  await expect(failed).rejects.toThrow("the caller's own");
  expect(connection.sent.at(-1)?.text).toBe("rollback");
  expect(connection.closed).toBe(false);
});
