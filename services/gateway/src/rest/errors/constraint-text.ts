import type pg from "pg";
import type { EntityType } from "../../db/entity-type.ts";
import type { FaultText } from "./sql-error.ts";
import type { ServerError, SqlFault } from "./sql-fault.ts";

interface ConstraintRow {
  comment: string | null;
  rule: string | null;
  columns: string[] | null;
  own: boolean;
}

/**
 * Describes the constraint that a write violated, from the catalog: by its comment, else by the expression of a check or the
 * unique columns. It shows no values, unlike PostgreSQL's own detail, which quotes the other row.
 *
 * A foreign key is never described, not even by its comment: the answer for a missing parent must equal the answer for a
 * parent that the caller may not read, which a policy refuses.
 */
export async function constraintText(pool: pg.Pool, type: EntityType, fault: SqlFault): Promise<FaultText> {
  const { error } = fault;
  if (error?.constraint === undefined || !["23000", "23502", "23505", "23514", "23P01"].includes(error.code)) return {};
  try {
    const row = error.table === undefined ? await readDomain(pool, error) : await readOfTable(pool, type, error);
    if (!row) return {};
    if (row.comment) return { message: row.comment };
    // An error in another table concerns rows that the caller did not name.
    if (!row.own || fault.origin !== "statement") return {};
    return { message: ruleText(type, error, row) };
  } catch {
    // The catalog cannot be read; the general text remains.
    return {};
  }
}

function ruleText(type: EntityType, error: ServerError, { rule, columns }: ConstraintRow): string | undefined {
  if (error.code === "23505" && columns) return `A ${type.code} with the same ${columns.join(", ")} already exists.`;
  if (rule === null) return undefined;
  if (error.table === undefined) return `A value violates a rule of ${error.dataType ?? "its type"}: ${rule}.`;
  return error.code === "23514"
    ? `The values violate a rule of ${type.code}: ${rule}.`
    : `The values are in conflict with another ${type.code}: ${rule}.`;
}

/** By name and not by regclass, because the gateway's own role may lack rights on the schema. */
async function readOfTable(pool: pg.Pool, type: EntityType, error: ServerError): Promise<ConstraintRow | undefined> {
  const { rows } = await pool.query<ConstraintRow>(
    `with relation as (
       select c.oid, coalesce(pg_catalog.pg_partition_root(c.oid)::oid, c.oid) as root
         from pg_catalog.pg_class c join pg_catalog.pg_namespace s on s.oid = c.relnamespace
        where s.nspname = $1 and c.relname = $2)
     select coalesce(pg_catalog.obj_description(k.oid, 'pg_constraint'), pg_catalog.obj_description(i.oid, 'pg_class')) as comment,
            pg_catalog.pg_get_constraintdef(k.oid, true) as rule,
            (select array(select pg_catalog.pg_get_indexdef(x.indexrelid, n, true) from generate_series(1, x.indnkeyatts) n)
               from pg_catalog.pg_index x where x.indexrelid = i.oid) as columns,
            exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace s on s.oid = c.relnamespace
                     where c.oid = r.root and s.nspname = $4 and c.relname = $5) as own
       from relation r
       left join pg_catalog.pg_constraint k on k.conname = $3 and k.conrelid in (r.oid, r.root)
       left join pg_catalog.pg_index x on x.indrelid in (r.oid, r.root) and k.contype is distinct from 'c'
       left join pg_catalog.pg_class i on i.oid = x.indexrelid and i.relname = $3
      where k.oid is not null or i.oid is not null
      order by 1 nulls last, i.oid limit 1`,
    [error.schema, error.table, error.constraint, type.schemaName, type.tableName],
  );
  return rows[0];
}

async function readDomain(pool: pg.Pool, error: ServerError): Promise<ConstraintRow | undefined> {
  const { rows } = await pool.query<ConstraintRow>(
    `select pg_catalog.obj_description(k.oid, 'pg_constraint') as comment, pg_catalog.pg_get_constraintdef(k.oid, true) as rule,
            null as columns, true as own
       from pg_catalog.pg_constraint k join pg_catalog.pg_type t on t.oid = k.contypid
       join pg_catalog.pg_namespace s on s.oid = t.typnamespace
      where s.nspname = $1 and t.typname = $2 and k.conname = $3`,
    [error.schema, error.dataType, error.constraint],
  );
  return rows[0];
}
