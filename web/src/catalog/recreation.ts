import { column, type EntityCode, entityInfo, isSystemColumn, type Row } from "./catalog.ts";
import { fromInput } from "./column-input.ts";

/** A row that is gone as it is created again, or what is wrong with what is being written into it. */
type Recreation =
  | { readonly ok: true; readonly doc: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly column: string; readonly message: string };

/**
 * The document that creates a row again under its id: what was last seen of it, and on top of that the open drafts.
 * What only the server may set stays out, or it would refuse the whole.
 *
 * @param texts what the open editors hold, by column, as text of their input element
 */
export function recreation(entityCode: EntityCode, row: Row, texts: ReadonlyMap<string, string>): Recreation {
  const doc: Record<string, unknown> = { id: row.id };
  for (const entry of entityInfo(entityCode).columns) {
    const value = row[entry.name];
    if (isSystemColumn(entry) || entry.generated || value === null || value === undefined) continue;
    doc[entry.name] = value;
  }
  for (const [name, text] of texts) {
    const entry = column(entityCode, name);
    if (!entry) continue;
    const parsed = fromInput(entry, text);
    if (!parsed.ok) return { ok: false, column: name, message: parsed.message };
    if (parsed.value === null) delete doc[name];
    else doc[name] = parsed.value;
  }
  return { ok: true, doc };
}
