import { logAction } from "@heliograph/protocol";
import { expect, test } from "vitest";
import { coalesce } from "./coalesce.ts";
import type { LogRow } from "./log-row.ts";

const row = (change: Partial<LogRow>): LogRow => ({
  sync_seq: 1,
  entity_code: "task",
  entity_id: "a",
  action: logAction.update,
  entity_version: 10,
  container_ids: [],
  restricted: false,
  recheck: false,
  created_ms: 1000,
  ...change,
});

test("keeps the action of the last row, not the strongest one", () => {
  const [item] = coalesce([
    row({ action: logAction.delete, entity_version: 11 }),
    row({ sync_seq: 2, action: logAction.create, entity_version: 12 }),
  ]);
  expect(item).toMatchObject({ a: logAction.create, v: 12 });
});

test("keeps the highest version even when a late commit is sequenced after it", () => {
  const [item] = coalesce([row({ entity_version: 12 }), row({ sync_seq: 2, entity_version: 11 })]);
  expect(item?.v).toBe(12);
});

test("unites the containers of all rows, so that a moved and then edited row reaches both places", () => {
  const [item] = coalesce([row({ container_ids: ["from", "to"] }), row({ sync_seq: 2, container_ids: ["to"] })]);
  expect(item?.k).toEqual(["from", "to"]);
});

test("once restricted or to be checked again, the item stays so", () => {
  const [item] = coalesce([row({ restricted: true, recheck: true }), row({ sync_seq: 2 })]);
  expect(item).toMatchObject({ r: true, x: true });
});

test("a grant does not swallow a change of the same entity", () => {
  const items = coalesce([row({}), row({ sync_seq: 2, action: logAction.grant, entity_version: 0, recheck: true })]);
  expect(items.map((item) => item.a)).toEqual([logAction.update, logAction.grant]);
});

// Fails when only the last action counts: who waits for the row to exist would never be told.
test("a row that is created and edited in one batch is still known to be created", () => {
  const created = row({ action: logAction.create });
  expect(coalesce([created, row({ sync_seq: 2 })])).toMatchObject([{ a: logAction.update, n: true }]);
  const edits = [2, 3].map((sync_seq) => row({ sync_seq }));
  expect(coalesce([created, ...edits])).toMatchObject([{ a: logAction.update, n: true }]);
  expect(coalesce([created])[0]).not.toHaveProperty("n");
  expect(coalesce(edits)[0]).not.toHaveProperty("n");
});
