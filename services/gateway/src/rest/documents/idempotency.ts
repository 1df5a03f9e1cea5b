import { createHash } from "node:crypto";
import type { EntityType } from "../../db/entity-type.ts";
import type { UserClient } from "../../db/user-transaction.ts";
import { RestError } from "../errors/rest-error.ts";

/** What a write did. */
export interface Effect {
  readonly entityId: string;
  readonly version: number;
  readonly status: number;
}

interface MutationRow {
  request_hash: Buffer;
  entity_id: string;
  entity_version: number;
  status: number;
}

/** Visible ASCII, as many characters as the table keeps. */
const keyPattern = /^[\x21-\x7e]{1,200}$/;

/** @throws {RestError} invalid_header */
export function parseIdempotencyKey(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === "string" && keyPattern.test(header)) return header;
  throw new RestError("invalid_header", {
    message: "Idempotency-Key must have 1 to 200 visible ASCII characters.",
    remedy: "Send a UUID.",
  });
}

/** Two bodies with the same columns in another order are the same request. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/**
 * If-Match is left out: it says under which condition the write happens, not what it does.
 * @throws {RestError} invalid_body
 */
export function requestHash(method: string, type: EntityType, id: string | undefined, body: unknown): Buffer {
  try {
    return createHash("sha256")
      .update(canonicalJson([method, type.code, id ?? null, body ?? null]))
      .digest();
  } catch (error) {
    // Nested thousands deep: parsing copes, writing runs out of stack.
    throw new RestError("invalid_body", { message: "The body is nested too deeply.", cause: error });
  }
}

/**
 * Runs a write at most once per person and key. The record is written in the transaction of the effect, so it exists if
 * and only if the effect was committed; a write that failed leaves none and may be tried again under the same key.
 * Requests with the same key wait for each other, so two at the same time have one effect.
 * @returns what the write did, now or the first time
 * @throws {RestError} idempotency_mismatch
 */
export async function once(
  client: UserClient,
  { personId, key, hash, type }: { personId: string; key: string; hash: Buffer; type: EntityType },
  write: () => Promise<Effect>,
): Promise<{ effect: Effect; replayed: boolean }> {
  // Two statements on purpose: the second takes its snapshot after the lock was granted, and so sees what its holder did.
  const [, { rows }] = await Promise.all([
    client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`mutation ${personId} ${key}`]),
    client.query<MutationRow>(
      `select request_hash, entity_id, entity_version, status from ${client.schema}.mutation where person_id = $1 and key = $2`,
      [personId, key],
    ),
  ]);
  const row = rows[0];
  if (row) {
    if (!row.request_hash.equals(hash)) throw new RestError("idempotency_mismatch");
    return { effect: { entityId: row.entity_id, version: row.entity_version, status: row.status }, replayed: true };
  }
  const effect = await write();
  await client.query(
    `insert into ${client.schema}.mutation (person_id, key, request_hash, entity_code, entity_id, entity_version, status)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [personId, key, hash, type.code, effect.entityId, effect.version, effect.status],
  );
  return { effect, replayed: false };
}
