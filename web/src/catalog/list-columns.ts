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

/** For types where a person knows better than the rule below. A name that the catalog does not have is left out. */
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

function weight(code: EntityCode, entry: Column): number {
  if (entry.name === statusColumn(code)?.name) return 0;
  if (entry.references) return 1;
  if (isMoney(entry)) return 2;
  if (entry.baseType === "date") return 3;
  if (entry.baseType === "enum") return 4;
  if (entry.baseType === "timestamptz") return 5;
  if (/_number$|^code$|^email$|^city$/.test(entry.name)) return 6;
  if (["int", "numeric", "bigint"].includes(entry.baseType)) return 7;
  return entry.baseType === "text" ? 8 : 9;
}

function choose(code: EntityCode): readonly Column[] {
  const names = chosen[code];
  if (names) return names.map((name) => column(code, name)).filter((entry) => entry !== undefined);
  const label = labelColumn(code)?.name;
  return entityInfo(code)
    .columns.filter((entry) => !isSystemColumn(entry) && entry.name !== label && !isLongText(entry))
    .filter((entry) => !["json", "uuid[]", "boolean"].includes(entry.baseType) && entry.name !== "currency")
    .filter((entry) => !(code === "employee" && /^(first|last)_name$/.test(entry.name)))
    .map((entry, place) => ({ entry, order: weight(code, entry) * 100 + place }))
    .sort((a, b) => a.order - b.order)
    .slice(0, 5)
    .map(({ entry }) => entry);
}

const byCode = new Map<EntityCode, readonly Column[]>();

function withUpdated(code: EntityCode, columns: readonly Column[]): readonly Column[] {
  const updated = column(code, "updated_ts");
  return updated ? [...columns, updated] : columns;
}

/**
 * The columns of a list beside the label, most telling first: a list shows as many as its width allows and hides
 * from the end. The same array each time, so that rows which did not change are not drawn again.
 */
export function listColumns(code: EntityCode): readonly Column[] {
  const known = byCode.get(code);
  if (known) return known;
  const columns = withUpdated(code, choose(code));
  byCode.set(code, columns);
  return columns;
}

/** Order of a list until the reader chooses another one. */
export function defaultSort(code: EntityCode): string {
  if (code === "task") return "due_on";
  if (code === "task_comment") return "-created_ts";
  if (column(code, "issued_on")) return "-issued_on";
  return labelColumn(code)?.name ?? "-updated_ts";
}

/** Numbers and moments are not sorted by the text that shows them, and long texts not at all. */
export function isSortable(entry: Column): boolean {
  return !isLongText(entry) && entry.references === null && !["json", "uuid[]"].includes(entry.baseType);
}
