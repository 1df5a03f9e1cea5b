import { ApiError, ConflictError } from "../api/api-error.ts";
import type { Attention, Operation, Reason } from "../store/operation.ts";
import { ColumnConflict } from "./send-operation.ts";

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

/** The decision that a failed write needs from the user; undefined when a retry can succeed without one. */
export function attentionOf(operation: Operation, error: unknown, at: number): Attention | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const common = { reason: reasonOf(error), theirs: null, columns: [], at };
  if (error instanceof ColumnConflict) {
    const reason = {
      code: "conflict",
      message: "Another user changed the same columns.",
      remedy: "Choose which values to keep.",
    };
    return { ...common, reason, kind: "conflict", theirs: error.current, columns: error.columns };
  }
  const gone = error.status === 404 || (error instanceof ConflictError && error.current === null);
  if (gone && operation.op === "update") {
    const reason = {
      code: "gone",
      message: "The row no longer exists, or you may no longer read it.",
      remedy: "Create it again with your changes, or discard them.",
    };
    return { ...common, reason, kind: "gone" };
  }
  // Others changed other columns several times in a row. A later retry succeeds.
  if (error instanceof ConflictError) return undefined;
  return error.permanent ? { ...common, kind: "rejected" } : undefined;
}

/** The error with which `confirmed` rejects. It is made from the stored operation, so that it is the same in every tab. */
export function errorOf({ attention }: Operation): Error {
  const { kind, reason, theirs } = attention ?? {
    kind: "rejected",
    reason: { code: "unknown", message: "The write failed.", remedy: "" },
    theirs: null,
  };
  if (kind === "conflict") return new ConflictError({ status: 409, ...reason }, theirs as ConflictError["current"]);
  return new ApiError({ status: kind === "gone" ? 404 : 422, ...reason });
}
