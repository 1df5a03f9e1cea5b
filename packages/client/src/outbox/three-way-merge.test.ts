import { expect, test } from "vitest";
import type { Operation } from "../store/operation.ts";
import { rebase } from "./rebase.ts";
import { advanceBase, conflictingColumns, containsChanges, sameValue } from "./three-way-merge.ts";

function operation(more: Partial<Operation>): Operation {
  return {
    ...{
      key: "k",
      seq: 1,
      owner: "",
      entityCode: "task",
      entityId: "1",
      op: "update",
      changes: {},
      base: null,
      baseVersion: 1,
    },
    ...{ queuedAt: 0, attempts: 1, state: "queued" },
    ...more,
  };
}

test("columns are in conflict when both sides changed them to different values", () => {
  const base = { $version: 1, a: 1, b: 1, c: 1, d: 1 };
  const mine = operation({ changes: { a: 2, b: 2, c: 2 }, base });
  expect(conflictingColumns(mine, { $version: 2, a: 1, b: 2, c: 3, d: 9 })).toEqual(["c"]);
  expect(conflictingColumns(mine, { ...base, $version: 2, d: 5 })).toEqual([]);
});

test("without a base, only a row with the same version is safe to write", () => {
  const mine = operation({ changes: { a: 2 }, base: null, baseVersion: 7 });
  expect(conflictingColumns(mine, { $version: 7, a: 1 })).toEqual([]);
  expect(conflictingColumns(mine, { $version: 8, a: 1 })).toEqual(["a"]);
  expect(conflictingColumns(mine, { $version: 8, a: 2 })).toEqual([]);
});

test("values are compared as the server sees them", () => {
  expect(sameValue("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z")).toBe(true);
  expect(sameValue("1.50", 1.5)).toBe(true);
  expect(sameValue("1.50", "1.5")).toBe(true);
  expect(sameValue("100", "1")).toBe(false);
  expect(sameValue("007", "7")).toBe(false);
  expect(sameValue("9007199254740993", "9007199254740992")).toBe(false);
  expect(sameValue("1.5", 1.5)).toBe(true);
  expect(sameValue(null, undefined)).toBe(true);
  expect(sameValue(null, "")).toBe(false);
  expect(sameValue({ a: [1, 2] }, { a: [1, 2] })).toBe(true);
  expect(sameValue([1, 2], [2, 1])).toBe(false);
  expect(containsChanges({ a: 1, b: 2 }, { a: 1 })).toBe(true);
});

test("the server's notation of the user's own earlier write does not count as another user's change", () => {
  const first = operation({ changes: { due: "2026-01-01T00:00:00Z", name: " x " } });
  const base = { due: "2026-01-01T00:00:00Z", name: " x ", note: "n" };
  const answer = { due: "2026-01-01T00:00:00.000Z", name: "x", note: "other", $version: 2 };
  expect(advanceBase(base, first, answer)).toEqual({ ...base, due: answer.due, name: "x" });
  // The answer to a repeated write shows the row as it is now, perhaps with another user's change.
  expect(advanceBase(base, { ...first, attempts: 2 }, answer)).toBe(base);
  const created = operation({ op: "create", changes: { name: "x" } });
  expect(advanceBase({ name: "x" }, created, { name: "x", status: "open" })).toEqual({ name: "x", status: "open" });
});

test("a view is the server's row with the unsent changes applied in order", () => {
  const row = { id: "task:1", entityCode: "task", scope: "", sort: "", ver: 5, pending: 0, gone: false, seenAt: 1 };
  const held = { ...row, base: { $id: "1", name: "a" }, data: { $id: "1", name: "a" } };
  expect(rebase("task:1", held, [])).toBe(held);
  expect(
    rebase("task:1", held, [operation({ changes: { name: "b" } }), operation({ changes: { note: "n" } })]),
  ).toMatchObject({ ver: 5, base: { name: "a" }, data: { name: "b", note: "n" }, pending: 2 });
  expect(rebase("task:1", held, [operation({ op: "remove" })])).toMatchObject({ data: null, gone: true });
  expect(rebase("task:1", undefined, [operation({ changes: { name: "b" } })])).toBeUndefined();
  const create = operation({ op: "create", changes: { name: "new" } });
  expect(rebase("task:1", undefined, [create])).toMatchObject({
    ver: 0,
    data: { $id: "1", $version: 0, name: "new" },
    gone: false,
  });
  // The create is acknowledged but not removed from the queue yet: the server's row counts.
  expect(rebase("task:1", held, [create])).toMatchObject({ data: { name: "a" } });
});
