import type { AttentionItem, OutboxEntry } from "@heliograph/client";
import { type Column, column, type EntityCode, entityInfo, isEntityCode, rowLabel } from "../catalog/catalog.ts";
import { humanize } from "../format/humanize.ts";

/** One changed column with its new value. */
interface ChangedColumn {
  readonly column: Column;
  readonly value: unknown;
}

const operations = { create: "Created", update: "Changed", remove: "Deleted" };

/** What a write does, such as `Changed due, title`. */
export function operationText(op: OutboxEntry["op"], changes: Readonly<Record<string, unknown>>): string {
  if (op !== "update") return operations[op];
  const names = Object.keys(changes).map((name) => humanize(name).toLowerCase());
  return `${operations.update} ${names.join(", ")}`;
}

/** The changed columns with their catalog entries, without the key, which users do not edit, and columns unknown to the catalog. */
export function changedColumns(
  entityCode: EntityCode,
  changes: Readonly<Record<string, unknown>>,
): readonly ChangedColumn[] {
  const { keyColumns } = entityInfo(entityCode);
  return Object.entries(changes).flatMap(([name, value]) => {
    const entry = column(entityCode, name);
    return entry && !keyColumns.includes(name) ? [{ column: entry, value }] : [];
  });
}

/** The label of the row that a write changes, from the data on this device. */
export function nameOfRow(entityCode: EntityCode, id: string, row: Readonly<Record<string, unknown>>): string {
  return rowLabel(entityCode, { ...row, $id: id, $version: 0 });
}

const kinds = {
  conflict: "Conflict",
  rejected: "Rejected",
  gone: "No longer available",
  failed: "Could not be sent",
} as const;

export function kindText(item: AttentionItem): string {
  return kinds[item.kind];
}

/**
 * Why a write needs a decision, and what to do. The server's own text is used only where it rejected the values or failed.
 *
 * @param label the type of the row, such as "task"
 */
export function causeText(item: AttentionItem, label: string): { readonly message: string; readonly remedy: string } {
  switch (item.kind) {
    case "conflict":
      return {
        message: `Someone else changed the same ${item.columns.length > 1 ? "fields" : "field"} in the meantime.`,
        remedy: "Choose what to keep.",
      };
    case "gone":
      return {
        message: `This ${label} was deleted or is no longer shared with you.`,
        remedy: item.base
          ? `Create the ${label} again with your changes, or discard them.`
          : `Create a new ${label} from your changes, or discard them.`,
      };
    case "rejected":
    case "failed":
      return item.reason;
  }
}

/** Whether this version of the application knows the entity type. Changes of other types stay in the outbox, unseen. */
export function isShowable<Item extends { readonly entityCode: string }>(
  item: Item,
): item is Item & { entityCode: EntityCode } {
  return isEntityCode(item.entityCode);
}
