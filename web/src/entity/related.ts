import { type Column, type EntityCode, entityCodes, entityInfo } from "./catalog.ts";

export type Relation = {
  /** The type whose rows point here. */
  readonly code: EntityCode;
  readonly column: Column;
  /** Whether this row is a container of those rows: then their creation is signalled to its holders. */
  readonly contained: boolean;
};

/** Half the database points to these; their pages show only what they contain. */
const hubs: ReadonlySet<string> = new Set(["organization", "employee", "product", "office"]);

/** Which types have rows that belong to a row of this type: contained ones first, at most five. */
export function relationsOf(code: EntityCode): readonly Relation[] {
  const all = entityCodes.flatMap((child) => {
    const info = entityInfo(child);
    return info.columns
      .filter((entry) => entry.references === code && entry.name !== "organization_id")
      .map((column) => ({ code: child, column, contained: info.containers.includes(column.name) }));
  });
  const wanted = hubs.has(code) ? all.filter((relation) => relation.contained) : all;
  return wanted.toSorted((a, b) => Number(b.contained) - Number(a.contained)).slice(0, 5);
}
