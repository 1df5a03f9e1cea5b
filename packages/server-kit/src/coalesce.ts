import { type HintItem, logAction } from "@heliograph/protocol";
import type { LogRow } from "./log-row.ts";

const isRights = (row: LogRow): boolean => row.action === logAction.grant || row.action === logAction.revoke;

/**
 * One item per entity from rows in sequence order: highest version, the action of the last row, and every container that
 * any of the rows names. Last and not strongest: a row that was deleted and created again exists. The union of containers:
 * a row that moved and was then edited concerns the holders of both places. GRANT and REVOKE stay apart from changes,
 * because they carry no new version of the entity.
 */
export function coalesce(rows: readonly LogRow[]): HintItem[] {
  const items = new Map<string, HintItem>();
  for (const row of rows) {
    const key = `${isRights(row) ? "rights" : "change"}:${row.entity_code}:${row.entity_id}`;
    const before = items.get(key);
    const created = before?.n === true || before?.a === logAction.create;
    items.set(key, {
      c: row.entity_code,
      e: row.entity_id,
      a: row.action,
      v: Math.max(before?.v ?? 0, row.entity_version),
      k: before ? [...new Set([...before.k, ...row.container_ids])] : row.container_ids,
      r: (before?.r ?? false) || row.restricted,
      x: (before?.x ?? false) || row.recheck,
      t: Math.max(before?.t ?? 0, row.created_ms),
      // Who waits for the row to exist must not miss that, nor be told of somebody else's row under an id once held.
      ...(created && row.action !== logAction.create && { n: true as const }),
    });
  }
  return [...items.values()];
}
