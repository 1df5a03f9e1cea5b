import { type CatalogRow, type Column, type EntityType, entityTypeOf } from "../../db/entity-type.ts";

/** A column with default properties, except those given. */
export function column(name: string, baseType: string, more: Partial<Column> = {}): Column {
  return {
    name,
    type: baseType,
    baseType,
    notNull: false,
    hasDefault: false,
    generated: false,
    maxLength: null,
    enumValues: null,
    references: null,
    sortable: baseType !== "json",
    comparable: baseType !== "json",
    deterministic: true,
    comment: null,
    ...more,
  };
}

/** An entity type with a column of every kind. */
export function fixtureType(more: Partial<CatalogRow> = {}): EntityType {
  return entityTypeOf({
    code: "thing",
    schema_name: "app",
    table_name: 'odd "thing"',
    key_columns: ["id"],
    key_texts: ["id::text"],
    key_text: "id::text",
    version_column: "version",
    tenant_column: "organization_id",
    owner_column: null,
    containers: ["organization_id"],
    container_codes: ["organization"],
    rights: [],
    redact: ["secret"],
    views: false,
    public: false,
    own_policy: false,
    comment: null,
    columns: [
      column("id", "uuid", { notNull: true, hasDefault: true }),
      column("organization_id", "uuid", { notNull: true }),
      column("name", "text", { type: "character varying(20)", notNull: true, maxLength: 20 }),
      column("status", "enum", { enumValues: ["open", "done"], notNull: true, hasDefault: true }),
      column("count", "int"),
      column("amount", "numeric", { type: "numeric(6,2)" }),
      column("done", "boolean", { notNull: true, hasDefault: true }),
      column("due_on", "date"),
      column("seen_ts", "timestamptz"),
      column("parent_id", "uuid"),
      column("tags", "text[]"),
      column("extra", "json"),
      column("total", "numeric", { generated: true }),
      column("secret", "text"),
      column("created_ts", "timestamptz", { notNull: true, hasDefault: true }),
      column("version", "bigint", { notNull: true }),
      column("updated_ts", "timestamptz", { notNull: true }),
    ],
    ...more,
  });
}

/** Runs a function that must throw, and returns the code and message of its error. */
export function failureOf(run: () => unknown): { code: string | undefined; message: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return { code: (error as { code?: string }).code, message: error.message };
  }
  return { code: undefined, message: "nothing was thrown" };
}
