import {
  type Column,
  column,
  type EntityCode,
  entityInfo,
  isLongText,
  isMoney,
  isSystemColumn,
  labelColumn,
  statusColumn,
} from "./catalog.ts";

/** Hand-picked columns that override the rule below. Names that the catalog does not have are ignored. */
const chosen: Readonly<Partial<Record<EntityCode, readonly string[]>>> = {
  project: ["status", "progress_percent", "client_id", "manager_id", "end_on", "budget"],
  task: ["status", "priority", "project_id", "assignee_id", "due_on"],
  task_comment: ["task_id", "author_id"],
  client: ["status", "industry", "city", "account_manager_id", "credit_limit"],
  opportunity: ["stage", "client_id", "owner_id", "amount", "expected_close_on"],
  invoice: ["status", "client_id", "gross_amount", "issued_on", "due_on"],
  invoice_line: ["quantity", "unit", "product_id", "unit_price", "amount"],
  purchase_order_line: ["quantity", "received_quantity", "unit_price", "amount"],
  time_entry: ["hours", "worked_on", "employee_id", "task_id", "amount"],
  payment: ["status", "amount", "paid_on", "invoice_id", "method"],
  product: ["sku", "product_type", "unit", "unit_price"],
  expense: ["status", "employee_id", "category", "spent_on", "amount"],
  document: ["status", "document_type", "project_id", "author_id"],
  employee: ["status", "job_title", "department_id", "manager_id", "office_id"],
};

function weight(entityCode: EntityCode, entry: Column): number {
  if (entry.name === statusColumn(entityCode)?.name) return 0;
  if (entry.references) return 1;
  if (isMoney(entry)) return 2;
  if (entry.baseType === "date") return 3;
  if (entry.baseType === "enum") return 4;
  if (entry.baseType === "timestamptz") return 5;
  if (/_number$|^code$|^email$|^city$/.test(entry.name)) return 6;
  if (["int", "numeric", "bigint"].includes(entry.baseType)) return 7;
  return entry.baseType === "text" ? 8 : 9;
}

function choose(entityCode: EntityCode): readonly Column[] {
  const names = chosen[entityCode];
  if (names) return names.map((name) => column(entityCode, name)).filter((entry) => entry !== undefined);
  const label = labelColumn(entityCode)?.name;
  return entityInfo(entityCode)
    .columns.filter((entry) => !isSystemColumn(entry) && entry.name !== label && !isLongText(entry))
    .filter((entry) => !["json", "uuid[]", "boolean"].includes(entry.baseType) && entry.name !== "currency")
    .filter((entry) => !(entityCode === "employee" && /^(first|last)_name$/.test(entry.name)))
    .map((entry, place) => ({ entry, order: weight(entityCode, entry) * 100 + place }))
    .sort((a, b) => a.order - b.order)
    .slice(0, 5)
    .map(({ entry }) => entry);
}

const byCode = new Map<EntityCode, readonly Column[]>();

function withUpdated(entityCode: EntityCode, columns: readonly Column[]): readonly Column[] {
  const updated = column(entityCode, "updated_ts");
  return updated ? [...columns, updated] : columns;
}

/**
 * The columns of a list beside the label, most important first: a list hides columns from the end when it is narrow.
 * Returns the same array each time, so that unchanged rows are not rendered again.
 */
export function listColumns(entityCode: EntityCode): readonly Column[] {
  const known = byCode.get(entityCode);
  if (known) return known;
  const columns = withUpdated(entityCode, choose(entityCode));
  byCode.set(entityCode, columns);
  return columns;
}

/** Sort order of a list until the user picks another one. */
export function defaultSort(entityCode: EntityCode): string {
  if (entityCode === "task") return "due_on";
  if (entityCode === "task_comment") return "-created_ts";
  if (column(entityCode, "issued_on")) return "-issued_on";
  return labelColumn(entityCode)?.name ?? "-updated_ts";
}

/** Whether lists can be sorted by the column. References sort by id, which means nothing to users. */
export function isSortable(entry: Column): boolean {
  return !isLongText(entry) && entry.references === null && !["json", "uuid[]"].includes(entry.baseType);
}
