import type { HintItem } from "@heliograph/protocol";
import { addTo, isRights } from "./lives.ts";
import type { LogRow } from "./log-row.ts";

const itemOf = (row: LogRow): HintItem => ({
  c: row.entity_code,
  e: row.entity_id,
  a: row.action,
  v: row.entity_version,
  k: row.container_ids,
  r: row.restricted,
  x: row.recheck,
  t: row.created_ms,
});

/**
 * One item per row of a table, from log rows in sequence order; what that means, and that GRANT and REVOKE stay apart from
 * changes, is said in `place`.
 */
export function coalesce(rows: readonly LogRow[]): HintItem[] {
  const entities = new Map<string, HintItem[]>();
  for (const row of rows) {
    const item = itemOf(row);
    addTo(entities, `${isRights(item) ? "rights" : "change"}:${item.c}:${item.e}`, item);
  }
  return [...entities.values()].flat();
}
