import { type EntityTypes, entityCatalog } from "../db/entities.generated.ts";

export type EntityCode = keyof EntityTypes;

/** A row of any entity type, as the generic pages handle it. */
export type Row = { readonly $id: string; readonly $version: number } & Readonly<Record<string, unknown>>;

export interface Column {
  readonly name: string;
  readonly baseType: string;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  readonly generated: boolean;
  readonly enumValues: readonly string[] | null;
  readonly references: string | null;
  readonly maxLength: number | null;
  readonly comment: string | null;
}

interface EntityInfo {
  readonly code: string;
  readonly label: string;
  readonly keyColumns: readonly string[];
  readonly columns: readonly Column[];
  readonly containers: readonly string[];
  readonly comment: string | null;
}

const catalog: Readonly<Record<EntityCode, EntityInfo>> = entityCatalog;

export const entityCodes = Object.keys(catalog) as EntityCode[];

export function isEntityCode(entityCode: string | null | undefined): entityCode is EntityCode {
  return typeof entityCode === "string" && Object.hasOwn(catalog, entityCode);
}

export function entityInfo(entityCode: EntityCode): EntityInfo {
  return catalog[entityCode];
}

export function column(entityCode: EntityCode, name: string): Column | undefined {
  return catalog[entityCode].columns.find((entry) => entry.name === name);
}

const systemColumns = new Set(["id", "organization_id", "created_ts", "updated_ts"]);

/** Whether the database alone sets the column. Such columns appear in no form and no column choice. */
export function isSystemColumn(entry: Column): boolean {
  return systemColumns.has(entry.name);
}

export function isEditable(entry: Column): boolean {
  return !entry.generated && !isSystemColumn(entry) && !["uuid[]", "json"].includes(entry.baseType);
}

/** Whether creating a row requires a value for this column. */
export function isRequired(entry: Column): boolean {
  return isEditable(entry) && entry.notNull && !entry.hasDefault;
}

/** Whether the column holds an amount of money, which is shown in the currency of its row. */
export function isMoney(entry: Column): boolean {
  return entry.baseType === "numeric" && /(amount|price|budget|limit|value|hourly_rate)$/.test(entry.name);
}

/** Whether the column holds a percentage. */
export function isPercent(entry: Column): boolean {
  return /_percent$|^(tax_rate|probability)$/.test(entry.name);
}

/** Whether the column holds multi-line text: no length limit in the database, or one above 500 characters. */
export function isLongText(entry: Column): boolean {
  return entry.baseType === "text" && (entry.maxLength === null || entry.maxLength > 500);
}

/** The column whose text identifies a row of this type to users. */
export function labelColumn(entityCode: EntityCode): Column | undefined {
  return ["name", "title", "description", "id"]
    .map((name) => column(entityCode, name))
    .find((entry) => entry !== undefined);
}

/** The column that holds the progress of a row, which list toolbars filter on. */
export function statusColumn(entityCode: EntityCode): Column | undefined {
  return (
    column(entityCode, "status") ??
    column(entityCode, "stage") ??
    entityInfo(entityCode).columns.find((entry) => entry.baseType === "enum" && entry.name !== "priority")
  );
}

/** The display name of a row. Falls back to the start of its id, so that a link never has empty text. */
export function rowLabel(entityCode: EntityCode, row: Row): string {
  const name = labelColumn(entityCode)?.name;
  const label = name ? row[name] : undefined;
  return typeof label === "string" && label.trim() ? label : `${entityInfo(entityCode).label} ${row.$id.slice(0, 8)}`;
}

export function isPrivate(row: Row): boolean {
  return row["is_private"] === true;
}
