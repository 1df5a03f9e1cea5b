import { type Column, type EntityCode, entityCodes, entityInfo } from "./catalog.ts";

export interface Relation {
  /** The type whose rows point here. */
  readonly entityCode: EntityCode;
  readonly column: Column;
  /** Whether this row is a container of those rows: then their creation is signalled to its holders. */
  readonly contained: boolean;
}

export interface Relations {
  /** Shown with the page. */
  readonly first: readonly Relation[];
  /** Shown when the reader asks for all: each is a list of its own to load and to keep live. */
  readonly rest: readonly Relation[];
}

/** Half the database points to these; with the page come only the rows that they contain. */
const hubs: ReadonlySet<string> = new Set(["organization", "employee", "product", "office"]);
const atOnce = 5;

/** Which types have rows that belong to a row of this type: contained ones first. */
export function relationsOf(entityCode: EntityCode): Relations {
  const all = entityCodes
    .flatMap((child) => {
      const info = entityInfo(child);
      return info.columns
        .filter((entry) => entry.references === entityCode && entry.name !== "organization_id")
        .map((column) => ({ entityCode: child, column, contained: info.containers.includes(column.name) }));
    })
    .toSorted((a, b) => Number(b.contained) - Number(a.contained));
  const first = all.filter(({ contained }) => contained || !hubs.has(entityCode)).slice(0, atOnce);
  return { first, rest: all.filter((relation) => !first.includes(relation)) };
}
