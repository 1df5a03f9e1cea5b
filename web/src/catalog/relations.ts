import { type Column, type EntityCode, entityCodes, entityInfo } from "./catalog.ts";

export interface Relation {
  /** The type whose rows reference this one. */
  readonly entityCode: EntityCode;
  readonly column: Column;
  /** Whether this row is a container of those rows; if so, its subscribers are notified of their creation. */
  readonly contained: boolean;
}

export interface Relations {
  /** Shown when the page opens. */
  readonly first: readonly Relation[];
  /** Shown on request, because each is another list to load and to keep live. */
  readonly rest: readonly Relation[];
}

/** Types that half the tables reference. Their pages open with contained rows only. */
const hubs: ReadonlySet<string> = new Set(["organization", "employee", "product", "office"]);
/** Lists shown when the page opens. */
const mostFirst = 5;

/** The columns of all types that reference rows of this type, contained rows first. */
export function relationsOf(entityCode: EntityCode): Relations {
  const all = entityCodes
    .flatMap((child) => {
      const info = entityInfo(child);
      return info.columns
        .filter((entry) => entry.references === entityCode && entry.name !== "organization_id")
        .map((column) => ({ entityCode: child, column, contained: info.containers.includes(column.name) }));
    })
    .toSorted((a, b) => Number(b.contained) - Number(a.contained));
  const first = all.filter(({ contained }) => contained || !hubs.has(entityCode)).slice(0, mostFirst);
  return { first, rest: all.filter((relation) => !first.includes(relation)) };
}
