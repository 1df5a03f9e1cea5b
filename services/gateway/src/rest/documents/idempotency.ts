import { createHash } from "node:crypto";
import type { EntityType } from "../../db/entity-type.ts";
import type { UserClient } from "../../db/user-transaction.ts";
import { RestError } from "../errors/rest-error.ts";

/** The effect of a write. */
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

/** Visible ASCII characters, up to the length that the table stores. */
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

/** Renders JSON with sorted names: bodies that differ only in the order of columns are the same request. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/**
 * Hash of a request, by which a repetition is recognized. If-Match is excluded: it is a condition, not part of the effect.
 * @throws {RestError} invalid_body
 */
export function requestHash(method: string, type: EntityType, id: string | undefined, body: unknown): Buffer {
  try {
    return createHash("sha256")
      .update(canonicalJson([method, type.code, id ?? null, body ?? null]))
      .digest();
  } catch (error) {
    // Nested thousands of levels deep: parsing succeeds, but rendering exceeds the stack.
    throw new RestError("invalid_body", { message: "The body is nested too deeply.", cause: error });
  }
}

/**
 * Runs a write at most once per person and key. Its record is stored in the same transaction, so it exists exactly when the
 * effect is committed; a failed write leaves no record and can be repeated with the same key. Concurrent requests with the
 * same key wait for each other and have one effect.
 * @returns the effect of this write or of the earlier one
 * @throws {RestError} idempotency_mismatch
 */
export async function runOnce(
  client: UserClient,
  { personId, key, hash, type }: { personId: string; key: string; hash: Buffer; type: EntityType },
  write: () => Promise<Effect>,
): Promise<{ effect: Effect; replayed: boolean }> {
  // Two statements, so that the second takes its snapshot after the lock is granted and sees the commit of its last holder.
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
