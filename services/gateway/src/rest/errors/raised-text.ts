import type pg from "pg";
import type { EntityType } from "../../db/entity-type.ts";
import type { FaultText } from "./sql-error.ts";
import { functionsIn, type ServerError, type SqlFault } from "./sql-fault.ts";

/** Longest text that is passed on, characters. */
const maxTextLength = 1_000;

/**
 * The text of an error that the application's functions report.
 *
 * The text of RAISE is passed on as it is: message, hint as the remedy, detail. Messages of other statements are passed on if
 * they name only objects of the catalog; others quote values, perhaps of rows that the caller may not read, and their details
 * always do.
 *
 * A RAISE may quote a redacted column. If the row's type or the table of one of the running triggers has redacted columns, a
 * text is passed on only if it stands literally in the source of a running function, so that it quotes nothing.
 */
export async function raisedText(
  pool: pg.Pool,
  type: EntityType,
  types: readonly EntityType[],
  { error, origin, state }: SqlFault,
): Promise<FaultText> {
  if (!error) return {};
  if (origin !== "raise" && !state.authored) {
    const message = state.namesOnly ? sentence(error.message) : undefined;
    const reporter = origin === "function" ? "A trigger or function" : "An expression";
    return { message: message ?? `${reporter} of the application failed (SQLSTATE ${error.code}).` };
  }
  const passes = await filterOf(pool, type, types, error);
  const text = (value: string | undefined) => (value && passes(value) ? value.slice(0, maxTextLength) : undefined);
  return { message: text(error.message), remedy: text(error.hint), detail: text(error.detail) };
}

/** Returns the filter for the texts of an error. */
async function filterOf(
  pool: pg.Pool,
  type: EntityType,
  types: readonly EntityType[],
  error: ServerError,
): Promise<(text: string) => boolean> {
  const redacted = types.filter(({ redact }) => redact.length > 0);
  if (redacted.length === 0) return () => true;
  const running = [...new Set(functionsIn(error.where))];
  try {
    const { rows } = await pool.query<{ source: string; redacts: boolean }>(
      `select p.prosrc as source, exists (
                select from pg_catalog.pg_trigger t
                  join pg_catalog.pg_class c on c.oid = coalesce(pg_catalog.pg_partition_root(t.tgrelid)::oid, t.tgrelid)
                  join pg_catalog.pg_namespace s on s.oid = c.relnamespace
                  join unnest($2::text[], $3::text[]) as r (schema, name) on r.schema = s.nspname and r.name = c.relname
                 where t.tgfoid = p.oid) as redacts
         from pg_catalog.pg_proc p
        where p.proname = any ($1) or p.oid = any (array(
                select pg_catalog.to_regprocedure(f.signature)::oid from unnest($1::text[]) as f (signature) where f.signature like '%(%'))`,
      [running, redacted.map(({ schemaName }) => schemaName), redacted.map(({ tableName }) => tableName)],
    );
    // A function that is not found may be the trigger of any table.
    if (rows.length >= running.length && type.redact.length === 0 && !rows.some(({ redacts }) => redacts))
      return () => true;
    return (text) => rows.some(({ source }) => standsIn(source, text));
  } catch {
    // Which functions ran is unknown, and with it whether the text quotes a redacted column.
    return () => false;
  }
}

/** Whether the text is a string literal of the source, as a format of RAISE or as a plain literal. */
function standsIn(source: string, text: string): boolean {
  const literal = text.replaceAll("'", "''");
  return source.includes(`'${literal}'`) || source.includes(`'${literal.replaceAll("%", "%%")}'`);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1, maxTextLength)}.`;
}
