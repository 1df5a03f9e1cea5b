import type { UpMessage } from "@heliograph/protocol";
import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import type { HeldVersion } from "../store/entity-store.ts";
import { testId } from "../testing/ids.ts";
import { CoveredRows } from "./covered-rows.ts";
import { defaultLimits } from "./subscribe-batch.ts";

const limits = { ...defaultLimits, covered: true };
const box = testId(99);

function setUp(held: ReadonlyMap<string, HeldVersion>, watched: readonly string[] = []) {
  const clock = new FakeClock();
  const sent: Extract<UpMessage, { type: "SUBSCRIBE" }>[] = [];
  const changed: string[] = [];
  const gone: { id: string; seen: number }[] = [];
  const covered = new CoveredRows({
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

// Fails when only what is watched by its id is compared: a row that was shown once would stay as it was for ever.
test("rows inside a confirmed container are compared with their versions, those that are watched left out", async () => {
  const { clock, sent, changed, gone, covered } = setUp(versions(1, 2, 3), [testId(3)]);
  covered.connected(limits, true);
  covered.add("task", [box]);
  await clock.advance(1);
  expect(sent.map(({ payload }) => payload)).toEqual([
    { entityCode: "task", covered: [testId(1), testId(2)], coveredVersions: [1, 2] },
  ]);
  expect(covered.settled).toBe(false);
  const payload = { entityCode: "task", count: 0, changed: [{ entityId: testId(1), version: 9 }], gone: [testId(2)] };
  expect(covered.answered({ type: "SUBSCRIBED", id: "other", payload })).toBe(false);
  expect(covered.answered({ type: "SUBSCRIBED", id: sent[0]?.id ?? "", payload })).toBe(true);
  expect([changed, gone]).toEqual([[testId(1)], [{ id: testId(2), seen: 2 }]]);
  expect(covered.settled).toBe(true);
  expect(clock.timers).toBe(0);
});

test("an older server is not asked", async () => {
  const { clock, sent, covered } = setUp(versions(1));
  covered.connected(defaultLimits, true);
  covered.add("task", [box]);
  await clock.advance(60_000);
  expect(sent).toEqual([]);
  expect(covered.settled).toBe(true);
});

// Fails when an unanswered comparison is forgotten with the link: RESUME tells only what changed since.
test("what was not answered is asked again: after RESUME, after a time, and when the database was away", async () => {
  const { clock, sent, covered } = setUp(versions(1));
  covered.connected(limits, true);
  covered.add("task", [box]);
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

test("more rows than fit into one message are several", async () => {
  const { clock, sent, covered } = setUp(versions(...Array.from({ length: 2500 }, (_, n) => n + 1)));
  covered.connected(limits, true);
  covered.add("task", [box]);
  await clock.advance(1);
  expect(sent.map(({ payload }) => payload.covered?.length)).toEqual([1000, 1000, 500]);
});
