import type { AttentionItem, OutboxEntry } from "@heliograph/client";
import { type Column, column, type EntityCode, isEntityCode, type Row, rowLabel } from "../catalog/catalog.ts";
import { humanize } from "../format/humanize.ts";

/** One changed column with its new value. */
interface ChangedColumn {
  readonly column: Column;
  readonly value: unknown;
}

const deeds = { create: "Created", update: "Changed", remove: "Deleted" };

/** `Changed due, title` */
export function operationText(op: OutboxEntry["op"], changes: Readonly<Record<string, unknown>>): string {
  if (op !== "update") return deeds[op];
  const names = Object.keys(changes).map((name) => humanize(name).toLowerCase());
  return `${deeds.update} ${names.join(", ")}`;
}

/** The changed columns that the catalog knows, in the catalog's words. */
export function changedColumns(
  entityCode: EntityCode,
  changes: Readonly<Record<string, unknown>>,
): readonly ChangedColumn[] {
  return Object.entries(changes).flatMap(([name, value]) => {
    const entry = column(entityCode, name);
    return entry ? [{ column: entry, value }] : [];
  });
}

/** What the row of a write is called, as far as this device knows. */
export function nameOfRow(entityCode: EntityCode, id: string, row: Readonly<Record<string, unknown>>): string {
  return rowLabel(entityCode, { ...row, id } as Row);
}

const kinds = { conflict: "Conflict", rejected: "Refused", gone: "Row is gone" } as const;

export function kindText(item: AttentionItem): string {
  return kinds[item.kind];
}

/** Changes of types that this version of the pages does not know cannot be shown; they stay in the queue. */
export function isShowable<Item extends { readonly entityCode: string }>(
  item: Item,
): item is Item & { entityCode: EntityCode } {
  return isEntityCode(item.entityCode);
}
