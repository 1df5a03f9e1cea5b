import type { UpMessage } from "@heliograph/protocol";
import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import { testId } from "../testing/ids.ts";
import { refusedRetryCapMs, refusedRetryMs, watchedRetryCapMs, watchedRetryMs } from "./refusals.ts";
import { defaultLimits } from "./subscribe-batch.ts";
import { gatherMs, Subscriber } from "./subscriber.ts";
import { lingerMs, type Target } from "./subscription-book.ts";

/** A server that answers each SUBSCRIBE at once and refuses the ids in `refused`. */
function setUp(...refused: string[]) {
  const clock = new FakeClock();
  const denied = new Set(refused);
  const asked: { readonly ids: readonly string[]; readonly at: number }[] = [];
  const ended: string[] = [];
  const gone: string[] = [];
  const within: string[] = [];
  const send = (message: UpMessage): boolean => {
    if (message.type === "UNSUBSCRIBE") ended.push(...(message.payload.entityIds ?? []));
    if (message.type !== "SUBSCRIBE") return true;
    const { entityCode, entityIds, within: containers } = message.payload;
    const ids = entityIds ?? containers ?? [];
    asked.push({ ids, at: clock.wallNow() });
    const payload = { entityCode, count: 0, changed: [], gone: ids.filter((id) => denied.has(id)) };
    queueMicrotask(() => subscriber.answered({ type: "SUBSCRIBED", id: message.id ?? "", payload }));
    return true;
  };
  const subscriber = new Subscriber({
    send,
    readVersions: async () => new Map(),
    onChanged: () => {},
    onGone: (_type, rows) => gone.push(...rows.map(({ id }) => id)),
    onWithin: (_type, ids) => within.push(...ids),
    onPhase: () => {},
    onProgress: () => {},
    clock,
    random: () => 0.5,
    logger: { info: () => {}, warn: () => {} },
  });
  subscriber.connected(defaultLimits);
  const hold = async (...targets: Target[]) => {
    subscriber.acquire(targets);
    await clock.advance(2 * gatherMs);
  };
  return { clock, denied, asked, ended, gone, within, subscriber, hold };
}

const row = (n: number): Target => ({ entityCode: "task", id: testId(n), container: false });
const container = (n: number): Target => ({ entityCode: "task", id: testId(n), container: true });

test("what was refused is asked for again with growing pauses, in one message, and held once it is granted", async () => {
  const { clock, denied, asked, subscriber, hold } = setUp(testId(1), testId(2));
  await hold(row(1), row(2));
  await clock.advance(300_000);
  const pauses = asked.slice(1).map(({ at }, n) => at - (asked[n]?.at ?? 0));
  expect(asked.every(({ ids }) => ids.length === 2)).toBe(true);
  expect(pauses[0]).toBeLessThanOrEqual(refusedRetryMs);
  expect(pauses[1]).toBeGreaterThan(pauses[0] ?? 0);
  expect(pauses.at(-1)).toBeGreaterThan(refusedRetryCapMs / 2);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(refusedRetryCapMs + 2 * gatherMs);
  denied.clear();
  await clock.advance(refusedRetryCapMs);
  expect([subscriber.phase(row(1)), subscriber.phase(row(2))]).toEqual(["held", "held"]);
  const count = asked.length;
  await clock.advance(300_000);
  expect(asked).toHaveLength(count);
  subscriber.stop();
  expect(clock.timers).toBe(0);
});

test("a refused container is not held, its lists are read once, and again when it is granted", async () => {
  const { clock, denied, gone, within, subscriber, hold } = setUp(testId(1));
  await hold(container(1));
  expect(subscriber.phase(container(1))).toBe("refused");
  expect(gone).toEqual([]); // a container is no row of the type
  await clock.advance(60_000);
  expect(within).toEqual([testId(1)]);
  denied.clear();
  await clock.advance(refusedRetryCapMs);
  expect(subscriber.phase(container(1))).toBe("held");
  expect(within).toEqual([testId(1), testId(1)]);
});

test("rows and containers that the server withdrew are asked for again", async () => {
  const { clock, subscriber, hold } = setUp();
  await hold(row(1), container(2));
  subscriber.withdrawn("task", [testId(1), testId(2)]);
  expect([subscriber.phase(row(1)), subscriber.phase(container(2))]).toEqual(["refused", "refused"]);
  await clock.advance(refusedRetryMs);
  expect([subscriber.phase(row(1)), subscriber.phase(container(2))]).toEqual(["held", "held"]);
});

test("another holder, or the server naming the row, is reason to ask at once", async () => {
  const { clock, denied, subscriber, hold } = setUp(testId(1), testId(2));
  await hold(row(1), container(2));
  denied.clear();
  await hold(row(1));
  expect(subscriber.phase(row(1))).toBe("held");
  subscriber.named("project", [testId(2)]);
  await clock.advance(2 * gatherMs);
  expect(subscriber.phase(container(2))).toBe("held");
});

test("a row that is named and refused in turn does not become a loop", async () => {
  const { clock, asked, subscriber, hold } = setUp(testId(1));
  await hold(row(1));
  for (let round = 0; round < 100; round += 1) {
    subscriber.named("task", [testId(1)]);
    await clock.advance(2 * gatherMs);
  }
  expect(asked.length).toBeLessThan(6);
});

test("nobody's refused rows are not asked for, nor anything without a connection", async () => {
  const { clock, asked, subscriber, hold } = setUp(testId(1));
  await hold(row(1));
  subscriber.release([row(1)]);
  await clock.advance(lingerMs + 300_000);
  expect(asked).toHaveLength(1);
  await hold(row(1));
  subscriber.disconnected();
  expect(clock.timers).toBe(0);
  await clock.advance(300_000);
  expect(asked).toHaveLength(2);
});

const watching = { ...defaultLimits, dormant: true };

// Fails when the client goes on asking a server that tells: thousands of clients would ask for nothing, for ever.
test("a server that watches what it refused is asked again rarely, and at once when it names the row", async () => {
  const { clock, denied, asked, ended, subscriber, hold } = setUp(testId(1));
  subscriber.connected(watching);
  await hold(row(1));
  const before = asked.length;
  await clock.advance(watchedRetryMs / 2 - 1000);
  expect(asked).toHaveLength(before);
  denied.clear();
  subscriber.named("task", [testId(1)]);
  await clock.advance(2 * gatherMs);
  expect(subscriber.phase(row(1))).toBe("held");
  denied.add(testId(2));
  await hold(row(2));
  await clock.advance(watchedRetryCapMs);
  denied.clear();
  await clock.advance(watchedRetryCapMs);
  // Whatever the server forgot.
  expect(subscriber.phase(row(2))).toBe("held");
  denied.add(testId(3));
  await hold(row(3));
  subscriber.release([row(3)]);
  await clock.advance(2 * lingerMs);
  expect(ended).toContain(testId(3));
});

test("at an older server the tries are as frequent as ever, also after a change from a newer one", async () => {
  const { clock, denied, asked, subscriber, hold } = setUp(testId(1));
  subscriber.connected(watching);
  await hold(row(1));
  denied.clear();
  const before = asked.length;
  subscriber.disconnected();
  subscriber.resumed(defaultLimits, 0);
  await clock.advance(refusedRetryMs + 1000 + 2 * gatherMs);
  expect(asked.length).toBeGreaterThan(before);
  expect(subscriber.phase(row(1))).toBe("held");
});

test("what a watching server refused counts against its limit", async () => {
  const { subscriber, asked, hold } = setUp(testId(1));
  subscriber.connected({ ...watching, maxSubscriptions: 1 });
  await hold(row(1));
  await hold(row(2));
  expect(asked.flatMap(({ ids }) => ids)).toEqual([testId(1)]);
  expect(subscriber.starved).toBe(1);
});
