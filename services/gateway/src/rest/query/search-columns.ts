import type { Column, EntityType } from "../../db/entity-type.ts";
import { documentFields } from "../../rest/entity/document-fields.ts";

/** Columns by which people identify a row. */
const labels: ReadonlySet<string> = new Set(["name", "title", "subject", "description", "code", "email"]);

/** The text columns that `q` searches: labels and names that end in _name, _number or _code, or else all text columns. */
export function searchColumns(type: EntityType): readonly Column[] {
  const texts = [...documentFields(type).values()].filter((column) => column.baseType === "text");
  const found = texts.filter(({ name }) => labels.has(name) || /_(name|number|code)$/.test(name));
  return found.length > 0 ? found : texts;
}
