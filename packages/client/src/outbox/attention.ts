import { ApiError, ConflictError } from "../api/api-error.ts";
import type { Attention, Operation, Reason } from "../store/operation.ts";
import { ColumnConflict } from "./send-operation.ts";

export function reasonOf(error: unknown): Reason {
  if (error instanceof ApiError) {
    return {
      code: error.code,
      message: error.message,
      remedy: error.remedy ?? "Change it and try again, or discard it.",
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: "client_error", message, remedy: "It is tried again by itself." };
}

/** What a person has to decide after this failure; undefined when a repetition may mend it. */
export function attentionFor(operation: Operation, error: unknown, at: number): Attention | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const common = { reason: reasonOf(error), theirs: null, columns: [], at };
  if (error instanceof ColumnConflict) {
    const reason = {
      code: "conflict",
      message: "Somebody else changed the same thing.",
      remedy: "Choose what to keep.",
    };
    return { ...common, reason, kind: "conflict", theirs: error.current, columns: error.columns };
  }
  const gone = error.status === 404 || (error instanceof ConflictError && error.current === null);
  if (gone && operation.op === "update") {
    const reason = {
      code: "gone",
      message: "The row is not there any more.",
      remedy: "Create it again with your changes, or discard them.",
    };
    return { ...common, reason, kind: "gone" };
  }
  // Lost the race several times in a row: that ends, and needs nobody.
  if (error instanceof ConflictError) return undefined;
  return error.permanent ? { ...common, kind: "rejected" } : undefined;
}

/** The error that a writer who still waits is told, also in a tab that did not send it. */
export function errorOf({ attention }: Operation): Error {
  const { kind, reason, theirs } = attention ?? {
    kind: "rejected",
    reason: { code: "unknown", message: "The write failed.", remedy: "" },
    theirs: null,
  };
  if (kind === "conflict") return new ConflictError({ status: 409, ...reason }, theirs as ConflictError["current"]);
  return new ApiError({ status: kind === "gone" ? 404 : 422, ...reason });
}
