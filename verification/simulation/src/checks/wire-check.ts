import type { DownMessage } from "@heliograph/protocol";
import { rowKey } from "../database/rows.ts";
import type { ClientNode } from "../nodes/client-node.ts";
import { entities } from "../plan/cast.ts";
import type { History } from "./history.ts";
import type { Violations } from "./violation.ts";

/**
 * Nobody hears of a row that he may not read. A version may be told to whoever could read the row at or after the moment
 * at which it was written; a deletion to whoever could read the row that it ended, or has become somebody to whom nothing is
 * hidden; a loss to whoever asked for the row
 * or could read it once.
 */
export function checkFrame(
  of: { history: History; violations: Violations; nowMs: number },
  client: ClientNode,
  text: string,
): void {
  if (!/^\{"type":"(INVALIDATE|SUBSCRIBED|GONE)"/.test(text)) return;
  const message = JSON.parse(text) as DownMessage;
  if (message.type === "INVALIDATE") {
    const { entityCode, changes } = message.payload;
    for (const { entityId, version, action } of changes)
      checkVersion(of, client, entityCode, entityId, version, action);
  } else if (message.type === "SUBSCRIBED") {
    const { entityCode, changed, gone } = message.payload;
    for (const { entityId, version } of changed) checkVersion(of, client, entityCode, entityId, version, "SUBSCRIBED");
    for (const id of gone) checkLoss(of, client, entityCode, id);
  } else if (message.type === "GONE") {
    for (const id of message.payload.entityIds) checkLoss(of, client, message.payload.entityCode, id);
  }
}

type Of = { history: History; violations: Violations; nowMs: number };

function checkVersion(
  { history, violations, nowMs }: Of,
  client: ClientNode,
  code: string,
  id: string,
  version: number,
  how: string,
): void {
  const key = rowKey(code, id);
  const record = history.version(key, version);
  if (!record) {
    violations.add(
      "confidential",
      nowMs,
      `${client.name} was told of ${key} v${version} (${how}), which never existed`,
    );
    return;
  }
  const { life } = record;
  const deleted = record.row === undefined;
  // What may be read of another row under the same id is no excuse.
  const allowed = deleted
    ? history.couldRead(client.person, key, life.bornMs, record.committedMs) ||
      history.standsAbove(client.person, code, id, record.committedMs)
    : history.couldRead(client.person, key, record.createdMs, Math.min(nowMs, life.endedMs));
  if (!allowed)
    violations.add(
      "confidential",
      nowMs,
      `${client.name} was told of ${key} v${version} (${how}), which he could not read`,
    );
}

function checkLoss({ history, violations, nowMs }: Of, client: ClientNode, code: string, id: string): void {
  const asked =
    client.interests.rows.some((row) => row.code === code && row.id === id) ||
    client.interests.lists.includes(id) ||
    (code === "task" && client.interests.lists.length > 0 && !entities.some((row) => row.id === id));
  if (!asked && !history.couldRead(client.person, rowKey(code, id), 0, nowMs))
    violations.add(
      "confidential",
      nowMs,
      `${client.name} was told that ${code}:${id} is gone, which he never could read`,
    );
}
