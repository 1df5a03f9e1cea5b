import {
  type Column,
  type EntityCode,
  entityInfo,
  isEditable,
  isLongText,
  isRequired,
  labelColumn,
} from "./catalog.ts";
import { fromInput } from "./column-input.ts";

/** Input texts of a form by column name. */
export type Texts = Readonly<Record<string, string>>;
interface Checked {
  readonly doc: Record<string, unknown>;
  readonly errors: Texts;
}

/** The columns of a form: the label first, then required columns, then the others in table order, long texts last. */
export function formColumns(entityCode: EntityCode): readonly Column[] {
  const label = labelColumn(entityCode)?.name;
  const rank = (entry: Column) => (entry.name === label ? 0 : isLongText(entry) ? 3 : isRequired(entry) ? 1 : 2);
  return entityInfo(entityCode)
    .columns.filter(isEditable)
    .toSorted((a, b) => rank(a) - rank(b));
}

/** Parses a form into the document to create. Empty optional fields are left out, so that database defaults apply. */
export function checkForm(columns: readonly Column[], texts: Texts): Checked {
  const doc: Record<string, unknown> = {};
  const errors: Record<string, string> = {};
  for (const entry of columns) {
    const text = texts[entry.name] ?? "";
    if (text.trim() === "" && !isRequired(entry)) continue;
    const parsed = fromInput(entry, text);
    if (parsed.ok) doc[entry.name] = parsed.value;
    else errors[entry.name] = parsed.message;
  }
  return { doc, errors };
}
