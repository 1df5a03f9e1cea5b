import { entityKey } from "@heliograph/shared/entity-key";
import type { AdaptiveTimeout } from "../api/adaptive-timeout.ts";
import type { ApiClient } from "../api/api-client.ts";
import { ApiError, ConflictError } from "../api/api-error.ts";
import type { EntityDoc } from "../api/register.ts";
import type { Ticket } from "../refetch/need-map.ts";
import type { Refetcher } from "../refetch/refetcher.ts";
import type { EntityStore } from "../store/entity-store.ts";
import type { Operation } from "../store/operation.ts";
import { ColumnConflict } from "./column-conflict.ts";
import { isForeign } from "./failure.ts";
import { conflictingColumns, containsChanges } from "./three-way-merge.ts";

/** How often a change is rebased onto a newer row in one attempt. Then other operations get their turn. */
const maxRebases = 5;

/** The fields of an answer without a row. */
const answerFields: ReadonlySet<string> = new Set(["$id", "$version", "gone"]);

/** The part of the API that sending uses. */
export type WriteApi = Pick<ApiClient, "get" | "create" | "update" | "remove">;

/**
 * The API with adaptive timeouts, for writes that are repeated under their key until they are answered. On a connection
 * that died silently there is never an answer, and without a short timeout every write in the queue would wait for
 * the full request timeout.
 */
export function withAdaptiveTimeout(api: ApiClient, timeout: AdaptiveTimeout): WriteApi {
  return {
    get: (entityCode, entityId, options) =>
      timeout.request((timeoutMs) => api.get(entityCode, entityId, { ...options, timeoutMs })),
    create: (entityCode, doc, options) =>
      timeout.request((timeoutMs) => api.create(entityCode, doc, { ...options, timeoutMs })),
    update: (entityCode, entityId, changes, options) =>
      timeout.request((timeoutMs) => api.update(entityCode, entityId, changes, { ...options, timeoutMs })),
    remove: (entityCode, entityId, options) =>
      timeout.request((timeoutMs) => api.remove(entityCode, entityId, { ...options, timeoutMs })),
  };
}

export interface SendPorts {
  readonly api: WriteApi;
  readonly store: EntityStore;
  readonly refetcher: Pick<Refetcher, "open" | "close" | "admit">;
}

/**
 * Sends one operation and stores the answer.
 *
 * @returns the row on the server, or null when it is gone
 * @throws ColumnConflict when the user has to decide; ApiError for every other failure
 */
export async function sendOperation(operation: Operation, ports: SendPorts): Promise<EntityDoc | null> {
  const ticket = ports.refetcher.open();
  try {
    if (operation.op === "remove") return await remove(operation, ports);
    const doc = operation.op === "create" ? await create(operation, ports) : await update(operation, ports, ticket);
    if (isGoneAnswer(doc)) {
      // The write took effect in an earlier attempt, and another user has deleted the row since.
      await markGone(operation, doc.$version, ports);
      return null;
    }
    await ports.refetcher.admit(ticket, operation.entityCode, [doc], true);
    return doc;
  } finally {
    ports.refetcher.close(ticket);
  }
}

async function create(operation: Operation, { api }: SendPorts): Promise<EntityDoc> {
  const { entityCode, entityId, key, changes, attempts } = operation;
  try {
    return await api.create(entityCode, { ...changes }, { idempotencyKey: key });
  } catch (error) {
    const current = error instanceof ApiError && error.code === "already_exists" ? error.current : null;
    // This device generated the id. If the create was sent before, and the server has forgotten the key since, the
    // existing row is the one that it created.
    if (current?.$id === entityId && (attempts > 1 || containsChanges(current, changes))) return current;
    throw error;
  }
}

async function update(operation: Operation, ports: SendPorts, ticket: Ticket): Promise<EntityDoc> {
  const { entityCode, entityId, key, changes, baseVersion } = operation;
  const rowKey = entityKey(entityCode, entityId);
  const held = (await ports.store.read([rowKey])).get(rowKey);
  let current = held && !held.gone ? (held.base as EntityDoc | null) : null;
  if (!current && baseVersion === 0) current = await ports.api.get(entityCode, entityId);
  // With conflicting columns the request names the version that the user saw, so that the server decides: this may be
  // the repetition of a write that took effect.
  let ifMatch = current && conflictingColumns(operation, current).length === 0 ? current.$version : baseVersion;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ports.api.update(entityCode, entityId, { ...changes }, { idempotencyKey: key, ifMatch });
    } catch (error) {
      if (!(error instanceof ConflictError) || !error.current) throw error;
      await ports.refetcher.admit(ticket, entityCode, [error.current]);
      if (containsChanges(error.current, changes)) return error.current;
      const columns = conflictingColumns(operation, error.current);
      if (columns.length > 0) throw new ColumnConflict(error, columns);
      if (attempt >= maxRebases) throw error;
      ifMatch = error.current.$version;
    }
  }
}

async function remove(operation: Operation, ports: SendPorts): Promise<null> {
  const { entityCode, entityId, key } = operation;
  try {
    const { $version: version } = await ports.api.remove(entityCode, entityId, { idempotencyKey: key });
    await markGone(operation, version, ports);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404 || isForeign(error)) throw error;
    await markGone(operation, 0, ports); // the row is gone already, as the user wanted
  }
  return null;
}

async function markGone(operation: Operation, version: number, { store }: SendPorts): Promise<void> {
  const { entityCode, entityId, baseVersion } = operation;
  const ver = Math.max(version, baseVersion);
  await store.putGone([{ entityCode, entityId, ver, unlessNewerThan: ver }]);
}

/** The answer to a repeated write whose row is gone: `gone` stands beside `$id` and `$version`, without any column. */
function isGoneAnswer(doc: EntityDoc): boolean {
  return doc["gone"] === true && Object.keys(doc).every((name) => answerFields.has(name));
}
