import { type EntityKey, entityKey } from "@heliograph/shared/entity-key";
import type { Operation } from "../store/operation.ts";

/** Collects operations that cannot be sent now, and tells which later operations depend on them and have to wait. */
export class BlockedOperations {
  readonly #rows = new Set<EntityKey>();
  readonly #pendingCreates = new Set<string>();

  /** True when the operation concerns a blocked row or refers to a row whose create is blocked. */
  blocks(operation: Operation): boolean {
    if (this.#rows.has(entityKey(operation.entityCode, operation.entityId))) return true;
    return this.#pendingCreates.size > 0 && refersTo(operation.changes, this.#pendingCreates);
  }

  add(operation: Operation): void {
    this.#rows.add(entityKey(operation.entityCode, operation.entityId));
    if (operation.op === "create") this.#pendingCreates.add(operation.entityId);
  }
}

/**
 * Operations that cannot be sent before this one succeeds: later operations of a row that it creates, and of rows that
 * refer to that row, directly or through others.
 *
 * @param all oldest first
 */
export function dependantsOf(operation: Operation, all: readonly Operation[]): readonly Operation[] {
  return makesRow(operation) ? heldBackBy(operation, all) : [];
}

/** Operations that wait until this one of the attention list is decided; see `blocksOthers`. */
export function heldBackBy(operation: Operation, all: readonly Operation[]): readonly Operation[] {
  if (!blocksOthers(operation)) return [];
  const blocked = new BlockedOperations();
  blocked.add(operation);
  const found: Operation[] = [];
  for (const other of all) {
    if (other.key === operation.key || other.seq < operation.seq || !blocked.blocks(other)) continue;
    blocked.add(other);
    found.push(other);
  }
  return found;
}

/**
 * An operation in the attention list blocks others if the row does not exist without it, or if its outcome is unknown: a
 * later edit of the row must not overtake it.
 */
export function blocksOthers(operation: Operation): boolean {
  return makesRow(operation) || operation.attention?.kind === "failed";
}

/** Whether the row does not exist without the operation. */
function makesRow({ op, attention }: Operation): boolean {
  return op === "create" || attention?.kind === "gone";
}

/** Ids are unique over all entity types, so a value that equals an id refers to that row, whatever the column is called. */
function refersTo(value: unknown, ids: ReadonlySet<string>): boolean {
  if (typeof value === "string") return ids.has(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some((one) => refersTo(one, ids));
}
