import { isKeyColumn, keyColumns } from "../../db/entity-id.ts";
import type { Column, EntityType } from "../../db/entity-type.ts";
import { documentFields } from "../../rest/entity/document-fields.ts";
import { columnSchema, type JsonSchema } from "./column-schema.ts";

export type BodyOperation = "create" | "patch";

/** Columns that triggers and defaults set; a value from a client would be ignored or forge history. */
const serverColumns: ReadonlySet<string> = new Set(["updated_ts", "created_ts"]);

/** Whether a body of this operation may contain the column. The key and the tenant of a row never change. */
export function isWritable(type: EntityType, column: Column, operation: BodyOperation): boolean {
  if (column.generated || serverColumns.has(column.name)) return false;
  if (operation === "create") return true;
  return !isKeyColumn(type, column.name) && column.name !== type.tenantColumn;
}

/** The columns of tenant and owner are optional in a create, because the token gives both. */
export function isRequired(type: EntityType, column: Column): boolean {
  const given = [type.tenantColumn, type.ownerColumn].includes(column.name);
  return column.notNull && !column.hasDefault && !given && !isKeyColumn(type, column.name);
}

/** The published schema of a body. Unknown columns are errors, and no value is converted. */
export function bodySchema(type: EntityType, operation: BodyOperation): JsonSchema {
  const fields = [...documentFields(type)].filter(([, column]) => isWritable(type, column, operation));
  const required = fields.filter(([, column]) => isRequired(type, column)).map(([name]) => name);
  return {
    type: "object",
    properties: Object.fromEntries(fields.map(([name, column]) => [name, columnSchema(column)])),
    ...(operation === "create" ? { required } : { minProperties: 1 }),
    additionalProperties: false,
  };
}

/** The schema of an entity id of the type. */
export function idSchema(type: EntityType): JsonSchema {
  const columns = keyColumns(type);
  return columns.length === 1 && columns[0]?.baseType === "uuid"
    ? { type: "string", format: "uuid" }
    : { type: "string" };
}

/** The schema of a row in answers. */
export function documentSchema(type: EntityType): JsonSchema {
  const fields = documentFields(type);
  const columns = [...fields].map(([name, column]) => [
    name,
    {
      ...columnSchema(column),
      ...(isWritable(type, column, "create") || isWritable(type, column, "patch") ? {} : { readOnly: true }),
    },
  ]);
  return {
    type: "object",
    properties: {
      $id: { ...idSchema(type), readOnly: true, description: "The id of the row, for addresses." },
      $version: { type: "integer", readOnly: true, description: "Grows with every change of the row; for If-Match." },
      ...Object.fromEntries(columns),
    },
    required: ["$id", "$version", ...fields.keys()],
  };
}
