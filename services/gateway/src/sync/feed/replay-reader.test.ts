import type { LogRow } from "@heliograph/server-kit";
import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import { id, item, north } from "../testing/scene.ts";
import type { Head } from "./feed.ts";
import { ReplayReader } from "./replay-reader.ts";
import { Ring } from "./replay-ring.ts";

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
function scene() {
  const head: Head = { epoch: "one", seq: 20, minSeq: 5, behindSince: null };
  const state = { head, pages: 0, log: Array.from({ length: 16 }, (_, at) => logRow(at + 5)) };
  const ring = new Ring({ clock: new FakeClock(), maxItems: 1000, maxAgeMs: 1000 });
  ring.restart({ epoch: "one", seq: 10 });
  for (let seq = 10; seq < 20; seq += 1)
    ring.push({ epoch: "one", after: seq, seq: seq + 1, changes: [item({ entityId: row, version: seq + 1 })] });
  const reader = new ReplayReader({
    ring,
    readHead: async () => state.head,
    readLog: async (after, limit) => {
      state.pages += 1;
      return state.log.filter(({ sync_seq }) => sync_seq > after).slice(0, limit);
    },
    position: () => ({ epoch: "one", seq: 20 }),
    countReplay: () => undefined,
  });
  const absent = (after: number, held = [{ kind: "id" as const, code: "task", id: row }]) => ({
    personId: id(),
    organizationId: north,
    held,
    after,
  });
  return { state, reader, absent };
}

test("from the ring without a statement, however many ask", async () => {
  const { reader, state, absent } = scene();
  const answers = await Promise.all(Array.from({ length: 100 }, () => reader.read(absent(12), "one")));
  expect(answers).toEqual(answers.map(() => [expect.objectContaining({ entityId: row, version: 20 })]));
  expect(await reader.read(absent(20), "one")).toEqual([]);
  expect(await reader.read(absent(12, []), "one")).toEqual([]);
  expect(state.pages).toBe(0);
});

test("else from the log, once for all that ask together", async () => {
  const { reader, state, absent } = scene();
  const answers = await Promise.all([
    reader.read(absent(6), "one"),
    reader.read(absent(9), "one"),
    reader.read(absent(15), "one"),
  ]);
  expect(answers.map((answer) => typeof answer !== "string" && answer[0]?.version)).toEqual([20, 20, 20]);
  expect(state.pages).toBe(1);
});

// Fails when the log is believed to be complete: days of it are dropped.
test("a place that the log does not reach back to, or that loses its rows during the walk, is too old", async () => {
  const { reader, state, absent } = scene();
  expect(await reader.read(absent(4), "one")).toHaveLength(1);
  expect(await reader.read(absent(3), "one")).toBe("cursor_too_old");
  // Said to be incomplete already, though the rows are still there.
  state.head = { ...state.head, minSeq: 9 };
  expect(await reader.read(absent(7), "one")).toBe("cursor_too_old");
  state.head = { ...state.head, minSeq: 5 };
  state.log.splice(3, 1);
  expect(await reader.read(absent(4), "one")).toBe("cursor_too_old");
  state.log.length = 0;
  expect(await reader.read(absent(6), "one")).toBe("cursor_too_old");
});

test("another history is said to be one", async () => {
  const { reader, state, absent } = scene();
  expect(await reader.read(absent(12), "two")).toBe("other_history");
  state.head = { ...state.head, epoch: "two" };
  expect(await reader.read(absent(6), "one")).toBe("other_history");
});

test("items of one entity are joined: last action, highest version, all containers; rights stay apart", async () => {
  const ring = new Ring({ clock: new FakeClock(), maxItems: 1000, maxAgeMs: 1000 });
  ring.restart({ epoch: "one", seq: 0 });
  const boxes = [id(), id()];
  const changes = [
    item({ entityId: row, version: 7, containerIds: boxes.slice(0, 1), recheck: true }),
    item({ entityId: row, version: 9, containerIds: boxes.slice(1), action: 3 }),
    item({ entityId: row, version: 8, action: 5, recheck: true }),
  ];
  for (const [at, one] of changes.entries()) ring.push({ epoch: "one", after: at, seq: at + 1, changes: [one] });
  const reader = new ReplayReader({
    ring,
    readHead: async () => Promise.reject(new Error("not asked")),
    readLog: async () => [],
    position: () => ({ epoch: "one", seq: 3 }),
    countReplay: () => undefined,
  });
  const held = [
    { kind: "id", code: "task", id: row },
    { kind: "within", code: "task", id: boxes[0] ?? "" },
  ] as const;
  const answer = await reader.read({ personId: id(), organizationId: north, held, after: 0 }, "one");
  expect(answer).toEqual([
    item({ entityId: row, version: 9, containerIds: boxes, action: 3, recheck: true }),
    item({ entityId: row, version: 8, action: 5, recheck: true }),
  ]);
});
