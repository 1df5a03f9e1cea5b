import { type EntityKey, entityKey } from "@heliograph/shared/entity-key";
import type { Operation } from "../store/operation.ts";

/** Rows that operations in front have not brought about: what needs them has to wait. */
export class Barrier {
  readonly #rows = new Set<EntityKey>();
  readonly #unborn = new Set<string>();

  /** Does the operation need something that is held up? */
  stops(operation: Operation): boolean {
    if (this.#rows.has(entityKey(operation.code, operation.id))) return true;
    return this.#unborn.size > 0 && refersTo(operation.changes, this.#unborn);
  }

  /** The operation does not get through now. */
  add(operation: Operation): void {
    this.#rows.add(entityKey(operation.code, operation.id));
    if (operation.op === "create") this.#unborn.add(operation.id);
  }
}

/**
 * Operations that cannot go on before this one does: later ones of a row that it was to create, and of rows that refer
 * to it, directly or over others.
 *
 * @param all in their order
 */
export function dependantsOf(operation: Operation, all: readonly Operation[]): readonly Operation[] {
  if (!holdsOthers(operation)) return [];
  const barrier = new Barrier();
  barrier.add(operation);
  const found: Operation[] = [];
  for (const other of all) {
    if (other.key === operation.key || other.seq < operation.seq || !barrier.stops(other)) continue;
    barrier.add(other);
    found.push(other);
  }
  return found;
}

/** An operation that waits for a person holds up others only if the row is not there without it. */
export function holdsOthers({ op, attention }: Operation): boolean {
  return op === "create" || attention?.kind === "gone";
}

/** Ids are unique over all types, so a value that equals one refers to that row, whatever the column is called. */
function refersTo(value: unknown, ids: ReadonlySet<string>): boolean {
  if (typeof value === "string") return ids.has(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some((one) => refersTo(one, ids));
}
