import type { LogRow } from "@heliograph/server-kit";
import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import { silentObserver } from "../sync-observer.ts";
import { id, logChange, north } from "../testing/test-sync-core.ts";
import type { FeedHead } from "./feed.ts";
import { ReplayReader } from "./replay-reader.ts";
import { ReplayRing } from "./replay-ring.ts";

const row = id();
const logRow = (sync_seq: number): LogRow => ({
  sync_seq,
  entity_code: "task",
  entity_id: row,
  action: 2,
  entity_version: sync_seq,
  container_ids: [],
  restricted: false,
  recheck: false,
  created_ms: 0,
});

/** A log of 20 rows about one entity, of which the ring holds the last ten. */
function setUp() {
  const head: FeedHead = { epoch: "one", seq: 20, minSeq: 5, behindSince: null };
  const state = { head, pages: 0, log: Array.from({ length: 16 }, (_, at) => logRow(at + 5)) };
  const ring = new ReplayRing({ clock: new FakeClock(), maxItems: 1000, maxAgeMs: 1000 });
  ring.restart({ epoch: "one", seq: 10 });
  for (let seq = 10; seq < 20; seq += 1)
    ring.push({ epoch: "one", after: seq, seq: seq + 1, changes: [logChange({ entityId: row, version: seq + 1 })] });
  const reader = new ReplayReader({
    ring,
    log: {
      readHead: async () => state.head,
      readLog: async (after, limit) => {
        state.pages += 1;
        return state.log.filter(({ sync_seq }) => sync_seq > after).slice(0, limit);
      },
    },
    position: () => ({ epoch: "one", seq: 20 }),
    observer: silentObserver,
  });
  const target = (after: number, subscriptions = [{ kind: "id" as const, entityCode: "task", entityId: row }]) => ({
    personId: id(),
    organizationId: north,
    subscriptions,
    after,
  });
  return { state, reader, target };
}

test("the ring answers any number of queries without a statement", async () => {
  const { reader, state, target } = setUp();
  const answers = await Promise.all(Array.from({ length: 100 }, () => reader.read(target(12), "one")));
  expect(answers).toEqual(answers.map(() => [expect.objectContaining({ entityId: row, version: 20 })]));
  expect(await reader.read(target(20), "one")).toEqual([]);
  expect(await reader.read(target(12, []), "one")).toEqual([]);
  expect(state.pages).toBe(0);
});

test("the log is read once for all queries that come together", async () => {
  const { reader, state, target } = setUp();
  const answers = await Promise.all([
    reader.read(target(6), "one"),
    reader.read(target(9), "one"),
    reader.read(target(15), "one"),
  ]);
  expect(answers.map((answer) => typeof answer !== "string" && answer[0]?.version)).toEqual([20, 20, 20]);
  expect(state.pages).toBe(1);
});

// Fails when the log is taken as complete: old days of it are dropped.
test("a position that the log does not reach back to, or that loses its rows during the walk, is too old", async () => {
  const { reader, state, target } = setUp();
  expect(await reader.read(target(4), "one")).toHaveLength(1);
  expect(await reader.read(target(3), "one")).toBe("cursor_too_old");
  // Marked as incomplete already, although the rows still exist.
  state.head = { ...state.head, minSeq: 9 };
  expect(await reader.read(target(7), "one")).toBe("cursor_too_old");
  state.head = { ...state.head, minSeq: 5 };
  state.log.splice(3, 1);
  expect(await reader.read(target(4), "one")).toBe("cursor_too_old");
  state.log.length = 0;
  expect(await reader.read(target(6), "one")).toBe("cursor_too_old");
});

test("a position of another epoch is answered with other_history", async () => {
  const { reader, state, target } = setUp();
  expect(await reader.read(target(12), "two")).toBe("other_history");
  state.head = { ...state.head, epoch: "two" };
  expect(await reader.read(target(6), "one")).toBe("other_history");
});

test("changes of one entity are merged: last action, highest version, all containers; rights changes stay apart", async () => {
  const ring = new ReplayRing({ clock: new FakeClock(), maxItems: 1000, maxAgeMs: 1000 });
  ring.restart({ epoch: "one", seq: 0 });
  const boxes = [id(), id()];
  const changes = [
    logChange({ entityId: row, version: 7, containerIds: boxes.slice(0, 1), recheck: true }),
    logChange({ entityId: row, version: 9, containerIds: boxes.slice(1), action: 3 }),
    logChange({ entityId: row, version: 8, action: 5, recheck: true }),
  ];
  for (const [at, one] of changes.entries()) ring.push({ epoch: "one", after: at, seq: at + 1, changes: [one] });
  const reader = new ReplayReader({
    ring,
    log: { readHead: async () => Promise.reject(new Error("unexpected read of the head")), readLog: async () => [] },
    position: () => ({ epoch: "one", seq: 3 }),
    observer: silentObserver,
  });
  const subscriptions = [
    { kind: "id", entityCode: "task", entityId: row },
    { kind: "within", entityCode: "task", entityId: boxes[0] ?? "" },
  ] as const;
  const answer = await reader.read({ personId: id(), organizationId: north, subscriptions, after: 0 }, "one");
  expect(answer).toEqual([
    logChange({ entityId: row, version: 9, containerIds: boxes, action: 3, recheck: true }),
    logChange({ entityId: row, version: 8, action: 5, recheck: true }),
  ]);
});
