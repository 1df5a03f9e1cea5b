import { type Column, type EntityType, readableColumns } from "../../db/entity-type.ts";
import { columnSchema, type JsonSchema } from "./column-schema.ts";

export type BodyOperation = "create" | "patch";

/** Columns that triggers and defaults set; a value from a client would be ignored or forge history. */
const serverColumns: ReadonlySet<string> = new Set(["version", "updated_ts", "created_ts"]);

/** Whether a body of this operation may contain the column. The key and the tenant of a row never change. */
export function isWritable(type: EntityType, column: Column, operation: BodyOperation): boolean {
  if (column.generated || serverColumns.has(column.name)) return false;
  if (operation === "create") return true;
  return column.name !== type.keyColumn && column.name !== type.tenantColumn;
}

/** The tenant column is optional in a create, because the token gives the tenant. */
function isRequired(type: EntityType, column: Column): boolean {
  return column.notNull && !column.hasDefault && column.name !== type.tenantColumn && column.name !== type.keyColumn;
}

/** The schema of a body. Unknown columns are errors, and no value is converted. */
export function bodySchema(type: EntityType, operation: BodyOperation): JsonSchema {
  const columns = [...readableColumns(type).values()].filter((column) => isWritable(type, column, operation));
  const required = columns.filter((column) => isRequired(type, column)).map(({ name }) => name);
  return {
    type: "object",
    properties: Object.fromEntries(columns.map((column) => [column.name, columnSchema(column)])),
    ...(operation === "create" ? { required } : { minProperties: 1 }),
    additionalProperties: false,
  };
}

/** The schema of a row in answers. */
export function documentSchema(type: EntityType): JsonSchema {
  const columns = [...readableColumns(type).values()];
  return {
    type: "object",
    properties: Object.fromEntries(
      columns.map((column) => [
        column.name,
        {
          ...columnSchema(column),
          ...(isWritable(type, column, "create") || isWritable(type, column, "patch") ? {} : { readOnly: true }),
        },
      ]),
    ),
    required: columns.map(({ name }) => name),
  };
}
