import { quoteIdentifier } from "./quote-identifier.ts";

/** One column of a live table, as the view app.entity_catalog describes it. */
export interface Column {
  readonly name: string;
  /** As PostgreSQL writes it, for example `numeric(14,2)`. */
  readonly type: string;
  /** `uuid`, `text`, `int`, `bigint`, `numeric`, `boolean`, `date`, `timestamptz`, `json`, `enum`, …; `[]` for arrays. */
  readonly baseType: string;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  readonly generated: boolean;
  readonly maxLength: number | null;
  readonly enumValues: readonly string[] | null;
  /** Entity code to which a foreign key points. */
  readonly references: string | null;
  readonly comment: string | null;
}

/** A live table. A new object after each refresh that changed it, so whatever is derived from one can be cached on it. */
export interface EntityType {
  readonly code: string;
  readonly schemaName: string;
  readonly tableName: string;
  /** Schema and table, quoted for SQL. */
  readonly qualifiedName: string;
  readonly keyColumn: string;
  /** Null for public reference data. */
  readonly tenantColumn: string | null;
  readonly containers: readonly string[];
  readonly rights: readonly string[];
  readonly redact: readonly string[];
  /** Reads are written to the audit log. */
  readonly views: boolean;
  readonly public: boolean;
  /** Who may read a row is decided by policies of the table's own. */
  readonly ownPolicy: boolean;
  /** What the table holds, in a sentence. */
  readonly comment: string | null;
  /** All columns in table order, redacted ones included. */
  readonly columns: readonly Column[];
}

/** A row of app.entity_catalog. */
export interface CatalogRow {
  code: string;
  schema_name: string;
  table_name: string;
  key_column: string;
  tenant_column: string | null;
  containers: string[];
  rights: string[];
  redact: string[];
  views: boolean;
  public: boolean;
  own_policy: boolean;
  comment: string | null;
  columns: Column[];
}

export function entityTypeOf(row: CatalogRow): EntityType {
  return Object.freeze({
    code: row.code,
    schemaName: row.schema_name,
    tableName: row.table_name,
    qualifiedName: `${quoteIdentifier(row.schema_name)}.${quoteIdentifier(row.table_name)}`,
    keyColumn: row.key_column,
    tenantColumn: row.tenant_column,
    containers: row.containers,
    rights: row.rights,
    redact: row.redact,
    views: row.views,
    public: row.public,
    ownPolicy: row.own_policy,
    comment: row.comment,
    columns: row.columns,
  });
}

const readable = new WeakMap<EntityType, ReadonlyMap<string, Column>>();

/** The columns that answers may show, by name, in table order. A redacted column does not exist for users. */
export function readableColumns(type: EntityType): ReadonlyMap<string, Column> {
  let columns = readable.get(type);
  if (!columns) {
    columns = new Map(type.columns.filter(({ name }) => !type.redact.includes(name)).map((c) => [c.name, c]));
    readable.set(type, columns);
  }
  return columns;
}
