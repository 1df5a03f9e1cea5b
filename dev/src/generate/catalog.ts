import pg from "pg";

/** A column as `app.entity_catalog` describes it. */
export interface CatalogColumn {
  name: string;
  baseType: string;
  notNull: boolean;
  hasDefault: boolean;
  generated: boolean;
  maxLength: number | null;
  enumValues: string[] | null;
  /** Code of the entity type that a foreign key points to. */
  references: string | null;
  comment: string | null;
}

/** An entity type as `app.entity_catalog` describes it. */
export interface CatalogEntry {
  code: string;
  /** Columns of the key, in key order. */
  keyColumns: string[];
  /** Holds the sync's version; documents carry it as `$version`. */
  versionColumn: string;
  containers: string[];
  redact: string[];
  comment: string | null;
  columns: CatalogColumn[];
}

/** Every live type of a database, in the order of their codes. */
export async function readCatalog(databaseUrl: string): Promise<CatalogEntry[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<CatalogEntry>(
      `select code, key_columns as "keyColumns", version_column as "versionColumn", containers, redact, comment, columns
         from app.entity_catalog order by code collate "C"`,
    );
    return rows;
  } finally {
    await client.end();
  }
}
