import type pg from "pg";
import type { EntityType } from "../../db/entity-type.ts";
import { RestError } from "./rest-error.ts";

interface Violation {
  code?: string;
  schema?: string;
  table?: string;
  constraint?: string;
}

/**
 * Names the constraint that a write violated: the expression of a check or the unique columns, read from the catalog. It
 * shows no values, unlike PostgreSQL's own detail, which quotes the other row.
 * Undefined for other errors, for other tables (written by a trigger), and when the catalog cannot be read.
 */
export async function explainViolation(
  pool: pg.Pool,
  type: EntityType,
  error: unknown,
): Promise<RestError | undefined> {
  const { code, schema, table, constraint } = (error ?? {}) as Violation;
  if ((code !== "23514" && code !== "23505") || constraint === undefined) return undefined;
  if (schema !== type.schemaName || table !== type.tableName) return undefined;
  try {
    return code === "23514"
      ? await explainCheck(pool, type, constraint, error)
      : await explainUnique(pool, type, constraint, error);
  } catch {
    return undefined;
  }
}

async function explainCheck(pool: pg.Pool, type: EntityType, name: string, cause: unknown) {
  const { rows } = await pool.query<{ rule: string }>(
    `select pg_get_constraintdef(oid, true) as rule from pg_catalog.pg_constraint
      where conrelid = $1::regclass and conname = $2`,
    [type.qualifiedName, name],
  );
  const rule = rows[0]?.rule;
  return rule === undefined
    ? undefined
    : new RestError("check_violation", { message: `The values violate a rule of ${type.code}: ${rule}.`, cause });
}

async function explainUnique(pool: pg.Pool, type: EntityType, name: string, cause: unknown) {
  const { rows } = await pool.query<{ columns: string[] }>(
    `select array(select pg_get_indexdef(i.indexrelid, k, true) from generate_series(1, i.indnkeyatts) k) as columns
       from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
      where i.indrelid = $1::regclass and c.relname = $2`,
    [type.qualifiedName, name],
  );
  const columns = rows[0]?.columns;
  return columns === undefined
    ? undefined
    : new RestError("already_exists", {
        message: `A ${type.code} with the same ${columns.join(", ")} already exists.`,
        current: null,
        cause,
      });
}
