import type { HistoryItem } from "@heliograph/client";
import { column, type EntityCode, isSystemColumn } from "../catalog/catalog.ts";
import { humanize } from "../format/humanize.ts";

/** Most columns that an entry names. */
const mostNamed = 3;

/** What a change did. Columns that the database sets with every change, such as `updated_ts`, are not named. */
export function historyText(
  entityCode: EntityCode,
  { action, columns }: Pick<HistoryItem, "action" | "columns">,
): string {
  if (action === "CREATE") return "created this";
  if (action === "DELETE") return "deleted this";
  const names = (columns ?? [])
    .filter((name) => !isSystem(entityCode, name))
    .map((name) => humanize(name).toLowerCase());
  if (names.length === 0) return "changed this";
  const named = names.slice(0, mostNamed).join(", ");
  return names.length > mostNamed ? `changed ${named} and ${names.length - mostNamed} more` : `changed ${named}`;
}

function isSystem(entityCode: EntityCode, name: string): boolean {
  const entry = column(entityCode, name);
  return entry !== undefined && isSystemColumn(entry);
}
