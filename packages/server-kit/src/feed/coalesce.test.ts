import { logAction } from "@heliograph/protocol";
import { expect, test } from "vitest";
import { coalesce, placeChange } from "./coalesce.ts";
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

test("[HINT-12] keeps the action of the last row", () => {
  const [item] = coalesce([row({ action: logAction.create }), row({ sync_seq: 2, action: logAction.delete })]);
  expect(item).toMatchObject({ action: logAction.delete, createdVersion: 10 });
});

// Fails when both are merged: holders of the old row would receive another user's row, or would not receive the deletion.
test("[HINT-12] a row created again under the same id is a separate change after the deletion, with its own containers", () => {
  const deleted = row({ action: logAction.delete, entity_version: 11, container_ids: ["before"] });
  const created = row({
    sync_seq: 2,
    action: logAction.create,
    entity_version: 12,
    container_ids: ["after"],
    restricted: true,
  });
  const edited = row({ sync_seq: 3, entity_version: 13, container_ids: ["after"] });
  expect(coalesce([deleted, created, edited])).toMatchObject([
    { action: logAction.delete, version: 11, containerIds: ["before"], restricted: false },
    { action: logAction.update, version: 13, containerIds: ["after"], restricted: true, createdVersion: 12 },
  ]);
  const [, first, second] = coalesce([
    deleted,
    created,
    row({ sync_seq: 3, action: logAction.delete, entity_version: 14 }),
    row({ sync_seq: 4, action: logAction.create, entity_version: 15 }),
  ]);
  expect([first, second]).toMatchObject([
    { action: logAction.delete, version: 14, createdVersion: 12 },
    { action: logAction.create, version: 15 },
  ]);
});

test("a late commit belongs to the incarnation that had the id at its version", () => {
  const created = row({ action: logAction.create, entity_version: 20, container_ids: ["after"] });
  const deleted = row({ sync_seq: 2, action: logAction.delete, entity_version: 11, container_ids: ["before"] });
  const apart = [
    { action: logAction.delete, version: 11, containerIds: ["before"] },
    { action: logAction.create, version: 20, containerIds: ["after"] },
  ];
  expect(coalesce([created, deleted])).toMatchObject(apart);
  const edited = row({ sync_seq: 0, entity_version: 10, container_ids: ["before"] });
  expect(coalesce([edited, created, deleted])).toMatchObject(apart);
});

test("an edit that is sequenced before the creation of its row belongs to the same incarnation", () => {
  expect(coalesce([row({ entity_version: 12 }), row({ sync_seq: 2, action: logAction.create })])).toMatchObject([
    { action: logAction.update, version: 12, createdVersion: 10 },
  ]);
});

test("a late change neither reverts a deletion nor moves it to the next incarnation", () => {
  const deleted = row({ action: logAction.delete, entity_version: 11, container_ids: ["before"] });
  const late = row({ sync_seq: 2, entity_version: 10, container_ids: ["before"] });
  const created = row({ sync_seq: 3, action: logAction.create, entity_version: 20, container_ids: ["after"] });
  expect(coalesce([deleted, late, created])).toMatchObject([
    { action: logAction.delete, version: 11, containerIds: ["before"] },
    { action: logAction.create, version: 20, containerIds: ["after"] },
  ]);
  // The creation is sequenced late, but a change after a deletion still belongs to the next incarnation.
  const edited = row({ sync_seq: 2, entity_version: 21, container_ids: ["after"] });
  expect(coalesce([deleted, edited])).toMatchObject([
    { action: logAction.delete, version: 11 },
    { action: logAction.update, version: 21, createdVersion: 12, containerIds: ["after"] },
  ]);
  expect(coalesce([edited, deleted]).map(({ version }) => version)).toEqual([11, 21]);
});

test("merging a change a second time has no effect", () => {
  const rows = [
    row({ action: logAction.delete, entity_version: 11 }),
    row({ sync_seq: 2, action: logAction.create, entity_version: 12 }),
    row({ sync_seq: 3, action: logAction.delete, entity_version: 13 }),
    row({ sync_seq: 4, entity_version: 15 }),
  ];
  const once = coalesce(rows);
  expect(once.map(({ version, createdVersion }) => [version, createdVersion])).toEqual([
    [11, undefined],
    [13, 12],
    [15, 14],
  ]);
  const again = [...once];
  for (const item of once) {
    const { at, deleteCount, merged } = placeChange(again, item);
    again.splice(at, deleteCount, merged);
  }
  expect(again).toEqual(once);
});

test("[HINT-12] keeps the highest version even when a late commit is sequenced after it", () => {
  const [item] = coalesce([row({ entity_version: 12 }), row({ sync_seq: 2, entity_version: 11 })]);
  expect(item?.version).toBe(12);
});

test("[HINT-12] unites the containers of all log rows, so that a row that is moved and then edited reaches both containers", () => {
  const [item] = coalesce([row({ container_ids: ["from", "to"] }), row({ sync_seq: 2, container_ids: ["to"] })]);
  expect(item?.containerIds).toEqual(["from", "to"]);
});

test("a change stays restricted and marked for a recheck once it is", () => {
  const [item] = coalesce([row({ restricted: true, recheck: true }), row({ sync_seq: 2 })]);
  expect(item).toMatchObject({ restricted: true, recheck: true });
});

test("[HINT-13] a grant is not merged with a change of the same entity", () => {
  const items = coalesce([row({}), row({ sync_seq: 2, action: logAction.grant, entity_version: 0, recheck: true })]);
  expect(items.map((item) => item.action)).toEqual([logAction.update, logAction.grant]);
});

// Fails when only the last action counts: subscribers that await the row would never be notified.
test("a row that is created and edited in one batch keeps its creation", () => {
  const created = row({ action: logAction.create });
  expect(coalesce([created, row({ sync_seq: 2 })])).toMatchObject([{ action: logAction.update, createdVersion: 10 }]);
  const edits = [2, 3].map((sync_seq) => row({ sync_seq }));
  expect(coalesce([created, ...edits])).toMatchObject([{ action: logAction.update, createdVersion: 10 }]);
  expect(coalesce([created])[0]).not.toHaveProperty("createdVersion");
  expect(coalesce(edits)[0]).not.toHaveProperty("createdVersion");
});
