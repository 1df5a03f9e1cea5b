import type { DatabasePool } from "@heliograph/server-kit";
import type { EntityRegistry } from "../../db/entity-registry.ts";
import type { EntityType } from "../../db/entity-type.ts";
import { constraintText } from "./constraint-text.ts";
import { raisedText } from "./raised-text.ts";
import { RestError } from "./rest-error.ts";
import { type Operation, restErrorOfFault } from "./sql-error.ts";
import { sqlFaultOf } from "./sql-fault.ts";

/**
 * The answer to an error of the database while an operation on an entity type ran, with the text that the caller may see;
 * undefined for errors of other kinds.
 */
export async function answerSqlError(
  { pool, registry }: { readonly pool: DatabasePool; readonly registry: EntityRegistry },
  { type, operation }: { readonly type: EntityType; readonly operation: Operation },
  error: unknown,
): Promise<RestError | undefined> {
  const fault = sqlFaultOf(error, pool.names.schema);
  if (!fault) return undefined;
  const { kind, origin } = fault;
  const violated = origin === "raise" ? {} : await constraintText(pool, type, fault);
  const text =
    kind === "rule" && violated.message === undefined ? await raisedText(pool, type, registry.all(), fault) : violated;
  return restErrorOfFault(fault, operation, text, error) ?? new RestError("internal", { cause: error });
}
