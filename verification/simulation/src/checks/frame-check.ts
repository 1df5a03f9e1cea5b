import type { DownMessage } from "@heliograph/protocol";
import { rowKey } from "../database/rows.ts";
import type { ClientNode } from "../nodes/client-node.ts";
import { entities } from "../schedule/fixtures.ts";
import type { History } from "./history.ts";
import type { Violations } from "./violation.ts";

/**
 * No client is notified of a row that its user may not read.
 * - A version may go to users who could read the row when it was written or later.
 * - A deletion may go to users who could read the deleted row, or who have since had a right to every content (admin, grant).
 * - "gone" may go to users who subscribed to the id or could once read the row.
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
    for (const id of gone) checkGone(of, client, entityCode, id);
  } else if (message.type === "GONE") {
    for (const id of message.payload.entityIds) checkGone(of, client, message.payload.entityCode, id);
  }
}

type Context = { history: History; violations: Violations; nowMs: number };

function checkVersion(
  { history, violations, nowMs }: Context,
  client: ClientNode,
  entityCode: string,
  id: string,
  version: number,
  how: string,
): void {
  const key = rowKey(entityCode, id);
  const record = history.version(key, version);
  if (!record) {
    violations.add(
      "confidential",
      nowMs,
      `${client.name} was notified of ${key} v${version} (${how}), which was never committed`,
    );
    return;
  }
  const { incarnation } = record;
  const deleted = record.row === undefined;
  // A right to another incarnation under the same id does not count.
  const allowed = deleted
    ? history.couldReadIncarnation(client.person, record, incarnation.createdMs, record.committedMs) ||
      history.hasUnconditionalRight(client.person, entityCode, id, record.committedMs)
    : history.couldReadIncarnation(client.person, record, record.createdMs, nowMs);
  if (!allowed)
    violations.add(
      "confidential",
      nowMs,
      `${client.name} was notified of ${key} v${version} (${how}), which its user could not read`,
    );
}

function checkGone({ history, violations, nowMs }: Context, client: ClientNode, entityCode: string, id: string): void {
  const containers = [...client.interests.lists, ...client.interests.containers];
  const subscribed =
    client.interests.rows.some((row) => row.entityCode === entityCode && row.id === id) ||
    containers.includes(id) ||
    (entityCode === "task" && containers.length > 0 && !entities.some((row) => row.id === id));
  if (!subscribed && !history.couldRead(client.person, rowKey(entityCode, id), nowMs))
    violations.add(
      "confidential",
      nowMs,
      `${client.name} was notified that ${entityCode}:${id} is gone, which its user could never read`,
    );
}
