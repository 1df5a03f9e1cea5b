import { type EntityTypes, entityCatalog } from "../db/entities.generated.ts";

export type EntityCode = keyof EntityTypes;

/** A row of any type, as the generic pages see it. */
export type Row = { readonly id: string } & Readonly<Record<string, unknown>>;

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

const systemColumns = new Set(["id", "organization_id", "version", "created_ts", "updated_ts"]);

/** Set by the database, never by a person: kept out of forms and column choices. */
export function isSystemColumn(entry: Column): boolean {
  return systemColumns.has(entry.name);
}

export function isEditable(entry: Column): boolean {
  return !entry.generated && !isSystemColumn(entry) && !["uuid[]", "json"].includes(entry.baseType);
}

/** Whether a row cannot be created without a value for this column. */
export function isRequired(entry: Column): boolean {
  return isEditable(entry) && entry.notNull && !entry.hasDefault;
}

/** An amount of money, shown with the currency of its row if it has one. */
export function isMoney(entry: Column): boolean {
  return entry.baseType === "numeric" && /(amount|price|budget|limit|value|hourly_rate)$/.test(entry.name);
}

/** A share of a hundred. */
export function isPercent(entry: Column): boolean {
  return /_percent$|^(tax_rate|probability)$/.test(entry.name);
}

/** Text of more than one line: no length bound in the database, or a name that says so. */
export function isLongText(entry: Column): boolean {
  return entry.baseType === "text" && (entry.maxLength === null || entry.maxLength > 500);
}

/** The column whose text names a row of this type. */
export function labelColumn(entityCode: EntityCode): Column | undefined {
  return ["name", "title", "description", "id"]
    .map((name) => column(entityCode, name))
    .find((entry) => entry !== undefined);
}

/** The column that tells how far a row has come: what lists filter on. */
export function statusColumn(entityCode: EntityCode): Column | undefined {
  return (
    column(entityCode, "status") ??
    column(entityCode, "stage") ??
    entityInfo(entityCode).columns.find((entry) => entry.baseType === "enum" && entry.name !== "priority")
  );
}

/** What a row is called on screen; an id is the last resort, so that a link never has an empty text. */
export function rowLabel(entityCode: EntityCode, row: Row): string {
  const name = labelColumn(entityCode)?.name;
  const label = name ? row[name] : undefined;
  return typeof label === "string" && label.trim() ? label : `${entityInfo(entityCode).label} ${row.id.slice(0, 8)}`;
}

export function isPrivate(row: Row): boolean {
  return row["is_private"] === true;
}
