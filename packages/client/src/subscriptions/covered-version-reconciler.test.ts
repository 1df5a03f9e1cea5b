import type { UpMessage } from "@heliograph/protocol";
import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import type { HeldVersion } from "../store/entity-store.ts";
import { testId } from "../testing/ids.ts";
import { CoveredVersionReconciler } from "./covered-version-reconciler.ts";
import { defaultLimits, type GoneRow } from "./subscribe-batch.ts";

const limits = { ...defaultLimits, covered: true };
const box = testId(99);

function setUp(held: ReadonlyMap<string, HeldVersion>, watched: readonly string[] = []) {
  const clock = new FakeClock();
  const sent: Extract<UpMessage, { type: "SUBSCRIBE" }>[] = [];
  const changed: string[] = [];
  const gone: GoneRow[] = [];
  const covered = new CoveredVersionReconciler({
    send: (message) => {
      if (message.type === "SUBSCRIBE") sent.push(message);
      return true;
    },
    readInside: async () => held,
    isWatched: (_type, id) => watched.includes(id),
    onChanged: (_type, changes) => changed.push(...changes.map(({ entityId }) => entityId)),
    onGone: (_type, rows) => gone.push(...rows),
    onProgress: () => {},
    clock,
    random: () => 0.5,
    logger: { info: () => {}, warn: () => {} },
  });
  return { clock, sent, changed, gone, covered };
}

const versions = (...numbers: number[]) =>
  new Map(numbers.map((n) => [testId(n), { version: n, gone: false }] as const));

// Fails when only subscribed rows are compared: a row that was on screen once would stay stale forever.
test("rows inside a confirmed container are compared by version, except rows with a subscription of their own", async () => {
  const { clock, sent, changed, gone, covered } = setUp(versions(1, 2, 3), [testId(3)]);
  covered.connected(limits, true);
  covered.reconcile("task", [box]);
  await clock.advance(1);
  expect(sent.map(({ payload }) => payload)).toEqual([
    { entityCode: "task", covered: [testId(1), testId(2)], coveredVersions: [1, 2] },
  ]);
  expect(covered.settled).toBe(false);
  const payload = { entityCode: "task", count: 0, changed: [{ entityId: testId(1), version: 9 }], gone: [testId(2)] };
  expect(covered.answered({ type: "SUBSCRIBED", id: "other", payload })).toBe(false);
  expect(covered.answered({ type: "SUBSCRIBED", id: sent[0]?.id ?? "", payload })).toBe(true);
  expect([changed, gone]).toEqual([[testId(1)], [{ entityId: testId(2), seen: 2 }]]);
  expect(covered.settled).toBe(true);
  expect(clock.timers).toBe(0);
});

test("an older server receives no covered rows", async () => {
  const { clock, sent, covered } = setUp(versions(1));
  covered.connected(defaultLimits, true);
  covered.reconcile("task", [box]);
  await clock.advance(60_000);
  expect(sent).toEqual([]);
  expect(covered.settled).toBe(true);
});

// Fails when a lost connection drops an unanswered comparison: RESUME replays only what changed since.
test("an unanswered comparison is repeated after RESUME, after a timeout, and when the database is available again", async () => {
  const { clock, sent, covered } = setUp(versions(1));
  covered.connected(limits, true);
  covered.reconcile("task", [box]);
  await clock.advance(1);
  covered.disconnected();
  covered.connected(limits, false);
  await clock.advance(1);
  expect(sent).toHaveLength(2);
  await clock.advance(10_001);
  expect(sent).toHaveLength(3);
  const message = { type: "ERROR", id: sent[2]?.id ?? "", payload: { code: "unavailable", message: "away" } } as const;
  expect(covered.failed(message)).toBe(true);
  await clock.advance(60_000);
  expect(sent.length).toBeGreaterThan(3);
  covered.disconnected();
  covered.connected(limits, true);
  const before = sent.length;
  await clock.advance(60_000);
  expect(sent).toHaveLength(before);
});

test("rows that do not fit into one message are split into several", async () => {
  const { clock, sent, covered } = setUp(versions(...Array.from({ length: 2500 }, (_, n) => n + 1)));
  covered.connected(limits, true);
  covered.reconcile("task", [box]);
  await clock.advance(1);
  expect(sent.map(({ payload }) => payload.covered?.length)).toEqual([1000, 1000, 500]);
});
