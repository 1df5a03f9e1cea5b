import { entityKey } from "@heliograph/shared/entity-key";
import { ApiError, ConflictError } from "../api/api-error.ts";
import type { EntityDoc } from "../api/register.ts";
import type { Ticket } from "../refetch/need-map.ts";
import type { Refetcher } from "../refetch/refetcher.ts";
import type { EntityStore } from "../store/entity-store.ts";
import type { Operation } from "../store/operation.ts";
import type { WriteApi } from "./patient-writes.ts";
import { conflictsOf, contains } from "./three-way-merge.ts";

/** Somebody else changed the same columns. */
export class ColumnConflict extends ConflictError {
  readonly columns: readonly string[];

  constructor(cause: ConflictError, columns: readonly string[]) {
    const { status, code, message, remedy, requestId, current } = cause;
    super({ status, code, message, remedy, requestId }, current);
    this.columns = columns;
  }
}

/** Times a change is put on top of a newer row before others get their turn. */
const maxRaces = 5;

export type SenderPorts = {
  readonly api: WriteApi;
  readonly store: EntityStore;
  readonly refetcher: Pick<Refetcher, "open" | "close" | "admit">;
};

/**
 * Sends one operation and puts the answer into the store.
 *
 * @returns the row as the server has it now, or null when it is gone
 * @throws ColumnConflict when a person has to decide; ApiError for everything else
 */
export async function sendOperation(operation: Operation, ports: SenderPorts): Promise<EntityDoc | null> {
  const ticket = ports.refetcher.open();
  try {
    if (operation.op === "remove") return await remove(operation, ports);
    const doc = operation.op === "create" ? await create(operation, ports) : await update(operation, ports, ticket);
    if ("gone" in doc && doc["gone"] === true) {
      // Written long ago, and deleted since by somebody else.
      await markGone(operation, doc.version, ports);
      return null;
    }
    await ports.refetcher.admit(ticket, operation.code, [doc], true);
    return doc;
  } finally {
    ports.refetcher.close(ticket);
  }
}

async function create({ code, id, key, changes, attempts }: Operation, { api }: SenderPorts): Promise<EntityDoc> {
  try {
    return await api.create(code, { ...changes, id }, { idempotencyKey: key });
  } catch (error) {
    const current = error instanceof ApiError && error.code === "already_exists" ? error.current : null;
    // The id was made here. Sent before, so long ago that the server has forgotten the key: then the row is this one.
    if (current?.id === id && (attempts > 1 || contains(current, changes))) return current;
    throw error;
  }
}

async function update(operation: Operation, ports: SenderPorts, ticket: Ticket): Promise<EntityDoc> {
  const { code, id, key, changes, baseVer } = operation;
  const rowKey = entityKey(code, id);
  const held = (await ports.store.read([rowKey])).get(rowKey);
  let current = held && !held.gone ? (held.base as EntityDoc | null) : null;
  if (!current && baseVer === 0) current = await ports.api.get(code, id);
  // With columns in conflict the version of the time of writing is named, so that the server has the last word: this
  // may be the repetition of a write that took place already.
  let ifMatch = current && conflictsOf(operation, current).length === 0 ? current.version : baseVer;
  for (let race = 1; ; race += 1) {
    try {
      return await ports.api.update(code, id, { ...changes }, { idempotencyKey: key, ifMatch });
    } catch (error) {
      if (!(error instanceof ConflictError) || !error.current) throw error;
      await ports.refetcher.admit(ticket, code, [error.current]);
      if (contains(error.current, changes)) return error.current;
      const columns = conflictsOf(operation, error.current);
      if (columns.length > 0) throw new ColumnConflict(error, columns);
      if (race >= maxRaces) throw error;
      ifMatch = error.current.version;
    }
  }
}

async function remove(operation: Operation, ports: SenderPorts): Promise<null> {
  const { code, id, key } = operation;
  try {
    const { version } = await ports.api.remove(code, id, { idempotencyKey: key });
    await markGone(operation, version, ports);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    await markGone(operation, 0, ports); // what was to be done is done
  }
  return null;
}

async function markGone({ code, id, baseVer }: Operation, version: number, { store }: SenderPorts): Promise<void> {
  const ver = Math.max(version, baseVer);
  await store.putGone([{ type: code, id, ver, unlessNewerThan: ver }]);
}
