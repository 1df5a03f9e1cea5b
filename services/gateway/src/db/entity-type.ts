import { quoteIdentifier } from "./quote-identifier.ts";

/** A column of a tracked table, as the view app.entity_catalog describes it. */
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
  /** Entity code of the table that a foreign key refers to. */
  readonly references: string | null;
  /** The type has an order, so that lists can be sorted by the column and filtered by ranges. */
  readonly sortable: boolean;
  /** The type has an equality. */
  readonly comparable: boolean;
  /** False if the collation treats texts that differ as equal. */
  readonly deterministic: boolean;
  readonly comment: string | null;
}

/** A tracked table. A refresh that finds a change makes a new object, so derived values can be cached by the object. */
export interface EntityType {
  readonly code: string;
  readonly schemaName: string;
  readonly tableName: string;
  /** Schema and table, quoted for SQL. */
  readonly qualifiedName: string;
  /** Columns whose values identify a row, in the order in which they form its id. */
  readonly keyColumns: readonly string[];
  /** SQL expressions of the canonical text of each key column, in the same order. */
  readonly keyTexts: readonly string[];
  /** SQL expression of the id of a row. */
  readonly keyText: string;
  /** Holds the version of a row. It belongs to the sync and is no column of documents. */
  readonly versionColumn: string;
  /** Null for public reference data. */
  readonly tenantColumn: string | null;
  /** The person who alone may read and write the row; null where rights do not depend on a person. */
  readonly ownerColumn: string | null;
  readonly containers: readonly string[];
  /** Entity codes of the containers that these columns name, in the same order. */
  readonly containerCodes: readonly string[];
  readonly rights: readonly string[];
  readonly redact: readonly string[];
  /** Reads are written to the audit log. */
  readonly views: boolean;
  readonly public: boolean;
  /** The table's own policies decide who may read a row. */
  readonly ownPolicy: boolean;
  /** The comment of the table: one sentence about its content. */
  readonly comment: string | null;
  /** All columns in table order, redacted ones included. */
  readonly columns: readonly Column[];
}

/** A row of app.entity_catalog. */
export interface CatalogRow {
  code: string;
  schema_name: string;
  table_name: string;
  key_columns: string[];
  key_texts: string[];
  key_text: string;
  version_column: string;
  tenant_column: string | null;
  owner_column: string | null;
  containers: string[];
  container_codes: string[];
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
    keyColumns: row.key_columns,
    keyTexts: row.key_texts,
    keyText: row.key_text,
    versionColumn: row.version_column,
    tenantColumn: row.tenant_column,
    ownerColumn: row.owner_column,
    containers: row.containers,
    containerCodes: row.container_codes,
    rights: row.rights,
    redact: row.redact,
    views: row.views,
    public: row.public,
    ownPolicy: row.own_policy,
    comment: row.comment,
    columns: row.columns,
  });
}
