import { expect, test } from "vitest";
import type { Connection } from "../connection/connection.ts";
import { id, logChange } from "../testing/test-sync-core.ts";
import { PendingRightsChecks } from "./pending-rights-checks.ts";

const sockets = Array.from({ length: 5 }, () => ({}) as Connection);
const [one, other] = sockets as [Connection, Connection];
const hit = (connection: Connection, judged: boolean) => new Map([[connection, judged]]);

// Fails when each creation counts as a new incarnation: a user with many sockets would exceed the limit of waiting checks.
test("the same change for several sockets of a user is one check", () => {
  const list = new PendingRightsChecks();
  const brief = logChange({ entityId: id(), version: 9, action: 3, createdVersion: 8, restricted: true });
  for (const socket of sockets) list.add(brief, hit(socket, true));
  expect(list.size).toBe(1);
  expect(list.values()).toEqual([{ change: brief, connections: new Map(sockets.map((socket) => [socket, true])) }]);
});

test("incarnations come oldest first and grants last, whatever was added first", () => {
  const row = id();
  const list = new PendingRightsChecks();
  const created = logChange({ entityId: row, version: 20, action: 1, containerIds: ["b"] });
  const ended = logChange({ entityId: row, version: 11, action: 3, containerIds: ["a"] });
  const granted = logChange({ entityId: row, version: 0, action: 4, restricted: true, recheck: true });
  for (const signal of [created, ended, granted]) list.add(signal, hit(one, false));
  expect(list.values().map((check) => check.change)).toEqual([ended, created, granted]);
  expect(list.size).toBe(3);
});

test("a change beside a revocation needs a read for the connections it concerns; the deletion of a public row does not", () => {
  const row = id();
  const list = new PendingRightsChecks();
  list.add(logChange({ entityId: row, version: 9 }), new Map([...hit(one, false), ...hit(other, false)]));
  list.add(logChange({ entityId: row, version: 0, action: 5, restricted: true, recheck: true }), hit(one, true));
  expect(list.values()[0]?.connections).toEqual(new Map([...hit(one, true), ...hit(other, false)]));
  list.add(logChange({ entityId: row, version: 10, action: 3 }), hit(one, false));
  expect(list.values()[0]?.connections.get(one)).toBe(false);
});

test("restored checks stand before newer ones and merge with them", () => {
  const row = id();
  const [older, newer] = [new PendingRightsChecks(), new PendingRightsChecks()];
  older.add(logChange({ entityId: row, version: 9, action: 3 }), hit(one, true));
  newer.add(logChange({ entityId: row, version: 12, action: 1 }), hit(one, true));
  newer.add(logChange({ entityId: id(), version: 12 }), hit(one, true));
  newer.restore(older);
  expect(newer.size).toBe(3);
  expect(newer.values().map((check) => check.change.version)).toEqual([9, 12, 12]);
  expect(older.size).toBe(1);
});
