import { ApiError, ConflictError } from "../api/api-error.ts";
import type { Attention, Operation, Reason } from "../store/operation.ts";
import { ColumnConflict } from "./column-conflict.ts";
import { fateOf, isForeign, maxUnknownFailures } from "./failure.ts";

/** The reason of a failed write, in words for the user. */
export function reasonOf(error: unknown): Reason {
  if (error instanceof ApiError) {
    return {
      code: error.code,
      message: error.message,
      remedy: error.remedy ?? "Change it and try again, or discard it.",
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: "client_error", message, remedy: "Retrying automatically." };
}

/**
 * The decision that a failed write needs from the user; undefined when a retry can succeed without one.
 *
 * @param operation with this failure counted
 */
export function attentionOf(operation: Operation, error: unknown, at: number): Attention | undefined {
  const common = { reason: reasonOf(error), theirs: null, columns: [], at };
  if (error instanceof ColumnConflict) {
    const reason = {
      code: "conflict",
      message: "Another user changed the same columns.",
      remedy: "Choose which values to keep.",
    };
    return { ...common, reason, kind: "conflict", theirs: error.current, columns: error.columns };
  }
  const missing = error instanceof ApiError && error.status === 404 && !isForeign(error);
  const gone = missing || (error instanceof ConflictError && error.current === null);
  if (gone && operation.op === "update") {
    const reason = {
      code: "gone",
      message: "The row no longer exists, or you may no longer read it.",
      remedy: "Create it again with your changes, or discard them.",
    };
    return { ...common, reason, kind: "gone" };
  }
  const fate = fateOf(error);
  if (fate === "decide") return { ...common, kind: "rejected" };
  if (fate !== "unknown" || (operation.unknownFailures ?? 0) < maxUnknownFailures) return undefined;
  const remedy = `It failed ${maxUnknownFailures} times. Try again later, or discard it.`;
  return { ...common, reason: { ...common.reason, remedy }, kind: "failed" };
}

const statuses = { rejected: 422, gone: 404, failed: 500 } as const;

/** The error with which `confirmed` rejects. It is made from the stored operation, so that it is the same in every tab. */
export function errorOf({ attention }: Operation): Error {
  const { kind, reason, theirs } = attention ?? {
    kind: "rejected",
    reason: { code: "unknown", message: "The write failed.", remedy: "" },
    theirs: null,
  };
  if (kind === "conflict") return new ConflictError({ status: 409, ...reason }, theirs as ConflictError["current"]);
  return new ApiError({ status: statuses[kind], ...reason });
}
