import type { Column, EntityType } from "../../db/entity-type.ts";

/**
 * The name of a column in documents, bodies, filters and sorts. `$id` and `$version` stand beside the columns in documents,
 * so the name of a column that begins with `$` gets one more.
 */
export function fieldName(columnName: string): string {
  return columnName.startsWith("$") ? `$${columnName}` : columnName;
}

const fieldsOfTypes = new WeakMap<EntityType, ReadonlyMap<string, Column>>();

/**
 * The columns that documents contain, by field name and in table order. The sync's version column is not among them, and
 * for users a redacted column does not exist.
 */
export function documentFields(type: EntityType): ReadonlyMap<string, Column> {
  let fields = fieldsOfTypes.get(type);
  if (!fields) {
    const shown = type.columns.filter(({ name }) => name !== type.versionColumn && !type.redact.includes(name));
    fields = new Map(shown.map((column) => [fieldName(column.name), column]));
    fieldsOfTypes.set(type, fields);
  }
  return fields;
}
