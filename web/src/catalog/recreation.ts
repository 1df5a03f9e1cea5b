import { column, type EntityCode, entityInfo, isSystemColumn, type Row } from "./catalog.ts";
import { fromInput } from "./column-input.ts";

/** The document that recreates a deleted row, or the first draft that is invalid and its message. */
type Recreation =
  | { readonly ok: true; readonly doc: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly column: string; readonly message: string };

/**
 * Builds the document that recreates a row under its id: its last seen values with the open drafts on top. Columns that
 * only the server may set are left out, because the server would reject the whole document.
 *
 * @param texts texts of the open editors by column name
 */
export function recreation(entityCode: EntityCode, row: Row, texts: ReadonlyMap<string, string>): Recreation {
  const doc: Record<string, unknown> = {};
  const { columns, keyColumns } = entityInfo(entityCode);
  for (const entry of columns) {
    const value = row[entry.name];
    const isKey = keyColumns.includes(entry.name);
    if ((isSystemColumn(entry) && !isKey) || entry.generated || value === null || value === undefined) continue;
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
