import type { EntityData } from "../store/entity-data.ts";
import type { Operation } from "../store/operation.ts";

/*
 * RxDB and Dexie copy objects by assignment, which loses a property called `__proto__`. Such a column is stored under a name
 * that no column of PostgreSQL can have.
 */
const proto = "__proto__";
const storedName = `\0${proto}`;

function renamed(data: EntityData | null, from: string, to: string): EntityData | null {
  if (!data || !Object.hasOwn(data, from)) return data;
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name === from ? to : name, value]));
}

/** The columns as they are stored; the same object unless one is called `__proto__`. */
export function toStoredColumns(data: EntityData | null): EntityData | null {
  return renamed(data, proto, storedName);
}

/** The inverse of `toStoredColumns`. */
export function fromStoredColumns(data: EntityData | null): EntityData | null {
  return renamed(data, storedName, proto);
}

/** The operation with all its columns as they are stored; the same object unless one is called `__proto__`. */
export function toStoredOperation(operation: Operation): Operation {
  return mapColumns(operation, toStoredColumns);
}

/** The inverse of `toStoredOperation`. */
export function fromStoredOperation(operation: Operation): Operation {
  return mapColumns(operation, fromStoredColumns);
}

function mapColumns(operation: Operation, map: typeof toStoredColumns): Operation {
  const { changes, base, attention } = operation;
  const theirs = map(attention?.theirs ?? null);
  const mapped = { changes: map(changes) ?? changes, base: map(base) };
  if (mapped.changes === changes && mapped.base === base && theirs === (attention?.theirs ?? null)) return operation;
  return { ...operation, ...mapped, ...(attention ? { attention: { ...attention, theirs } } : {}) };
}
