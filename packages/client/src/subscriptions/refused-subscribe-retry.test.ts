import type { UpMessage } from "@heliograph/protocol";
import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import { testId } from "../testing/ids.ts";
import { recheckedRetryCapMs, recheckedRetryMs, refusedRetryCapMs, refusedRetryMs } from "./refused-subscribe-retry.ts";
import { defaultLimits } from "./subscribe-batch.ts";
import { gatherMs, Subscriber } from "./subscriber.ts";
import { lingerMs, type Target } from "./subscription-set.ts";

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
    onGone: (_type, rows) => gone.push(...rows.map(({ entityId }) => entityId)),
    onContainersSubscribed: (_type, ids) => within.push(...ids),
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

const row = (n: number): Target => ({ entityCode: "task", entityId: testId(n), container: false });
const container = (n: number): Target => ({ entityCode: "task", entityId: `project/${testId(n)}`, container: true });

test("refused targets are retried with growing delays, in one message, and held once they are granted", async () => {
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

test("a refused container is not held; its lists are read once, and again when it is granted", async () => {
  const { clock, denied, gone, within, subscriber, hold } = setUp(container(1).entityId);
  await hold(container(1));
  expect(subscriber.phase(container(1))).toBe("refused");
  expect(gone).toEqual([]); // a container is no row of the type
  await clock.advance(60_000);
  expect(within).toEqual([container(1).entityId]);
  denied.clear();
  await clock.advance(refusedRetryCapMs);
  expect(subscriber.phase(container(1))).toBe("held");
  expect(within).toEqual([container(1).entityId, container(1).entityId]);
});

test("revoked rows and containers are subscribed again", async () => {
  const { clock, subscriber, hold } = setUp();
  await hold(row(1), container(2));
  subscriber.revoked("task", [testId(1), container(2).entityId]);
  expect([subscriber.phase(row(1)), subscriber.phase(container(2))]).toEqual(["refused", "refused"]);
  await clock.advance(refusedRetryMs);
  expect([subscriber.phase(row(1)), subscriber.phase(container(2))]).toEqual(["held", "held"]);
});

test("another view of the row, or a server message that names it, retries at once", async () => {
  const { clock, denied, subscriber, hold } = setUp(testId(1), container(2).entityId);
  await hold(row(1), container(2));
  denied.clear();
  await hold(row(1));
  expect(subscriber.phase(row(1))).toBe("held");
  subscriber.recheckRefused("project", [testId(2)]);
  await clock.advance(2 * gatherMs);
  expect(subscriber.phase(container(2))).toBe("held");
});

test("a row that is named and refused in turn does not cause a loop", async () => {
  const { clock, asked, subscriber, hold } = setUp(testId(1));
  await hold(row(1));
  for (let round = 0; round < 100; round += 1) {
    subscriber.recheckRefused("task", [testId(1)]);
    await clock.advance(2 * gatherMs);
  }
  expect(asked.length).toBeLessThan(6);
});

test("released rows are not retried, and nothing is retried without a connection", async () => {
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

const watching = { ...defaultLimits, rechecksRefused: true };

// Fails when the client keeps retrying at a server that notifies: thousands of clients would send useless requests.
test("at a server that rechecks refused targets retries are rare, and immediate when it names the row", async () => {
  const { clock, denied, asked, ended, subscriber, hold } = setUp(testId(1));
  subscriber.connected(watching);
  await hold(row(1));
  const before = asked.length;
  await clock.advance(recheckedRetryMs / 2 - 1000);
  expect(asked).toHaveLength(before);
  denied.clear();
  subscriber.recheckRefused("task", [testId(1)]);
  await clock.advance(2 * gatherMs);
  expect(subscriber.phase(row(1))).toBe("held");
  denied.add(testId(2));
  await hold(row(2));
  await clock.advance(recheckedRetryCapMs);
  denied.clear();
  await clock.advance(recheckedRetryCapMs);
  // The safeguard in case the server forgot one.
  expect(subscriber.phase(row(2))).toBe("held");
  denied.add(testId(3));
  await hold(row(3));
  subscriber.release([row(3)]);
  await clock.advance(2 * lingerMs);
  expect(ended).toContain(testId(3));
});

test("at an older server retries are frequent, also after a change from a newer one", async () => {
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

test("refused targets count against the limit of a server that rechecks them", async () => {
  const { subscriber, asked, hold } = setUp(testId(1));
  subscriber.connected({ ...watching, maxSubscriptions: 1 });
  await hold(row(1));
  await hold(row(2));
  expect(asked.flatMap(({ ids }) => ids)).toEqual([testId(1)]);
  expect(subscriber.overLimit).toBe(1);
});
