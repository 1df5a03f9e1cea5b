import { isSilence, isUnavailable } from "@heliograph/server-kit";
import { RestError } from "./rest-error.ts";

/** The operation that failed; the meaning of an SQL state depends on it. */
export type Operation = "read" | "create" | "update" | "delete";

type SqlError = Error & { code?: string; constraint?: string; column?: string; routine?: string };

/** Whether a statement named a missing column or table, so that the catalog has changed since it was read. */
export function isCatalogStale(error: unknown): boolean {
  const code = (error as SqlError | null)?.code;
  return code === "42703" || code === "42P01";
}

const wait = { "retry-after": "1" };

/** What an unreachable database means for each operation. A lost connection hides whether a write was committed. */
const unreachable: Readonly<Record<Operation, string>> = {
  read: "The request was not answered because the database cannot be reached.",
  create: "The database cannot be reached, so it is not known whether the row was created.",
  update: "The database cannot be reached, so it is not known whether the change was saved.",
  delete: "The database cannot be reached, so it is not known whether the row was deleted.",
};

/**
 * Converts a database error to an answer; undefined for errors that only a bug can cause. Messages of the server are never
 * passed on, because they quote values and keys of rows that the caller may not read.
 */
export function restErrorOfSql(error: unknown, operation: Operation): RestError | undefined {
  if (isUnavailable(error) || isSilence(error))
    return new RestError("unavailable", {
      message: unreachable[operation],
      headers: { "retry-after": "2" },
      cause: error,
    });
  const { code, column, routine } = (error ?? {}) as SqlError;
  const malformed = operation === "read" ? "invalid_query" : "invalid_body";
  switch (code) {
    case "23001": // ON DELETE RESTRICT, its own state since PostgreSQL 18
    case "23503":
      return operation === "delete"
        ? new RestError("reference_violation", {
            status: 409,
            message: "Other rows still refer to this row.",
            cause: error,
          })
        : missingReference(error);
    case "42501":
      // A missing table privilege is reported by aclcheck_error; any other source is a policy that rejected this row.
      return routine === "aclcheck_error" ? new RestError("not_permitted", { cause: error }) : missingReference(error);
    case "23505":
    case "23P01":
      return new RestError("already_exists", { current: null, cause: error });
    case "23514":
    case "P0001":
      return new RestError("check_violation", { cause: error });
    case "23502":
      return new RestError("invalid_body", { message: `${column ?? "A column"} must not be null.`, cause: error });
    case "22001":
      return new RestError(malformed, { message: "A text is too long.", cause: error });
    case "22003":
      return new RestError(malformed, { message: "A number is out of range.", cause: error });
    case "22007":
    case "22008":
      return new RestError(malformed, { message: "A date or time does not exist.", cause: error });
    case "22021":
    case "22P05":
      return new RestError(malformed, { message: "A text contains a character that cannot be stored.", cause: error });
    case "22P02":
    case "22P03":
    case "54001":
      return new RestError(malformed, { message: "A value does not have the type of its column.", cause: error });
    case "40001":
    case "40P01":
    case "55P03":
      return new RestError("unavailable", {
        message: "The write was not made because a concurrent one blocked it.",
        headers: wait,
        cause: error,
      });
    case "57014":
      return new RestError("unavailable", {
        message: "The request was cancelled because its statement took too long.",
        remedy: "Narrow the query, or repeat the request later.",
        headers: wait,
        cause: error,
      });
    default:
      // The server is out of memory, disk or connections.
      return code?.startsWith("53") ? new RestError("unavailable", { headers: wait, cause: error }) : undefined;
  }
}

/** The same answer for a missing parent, an unreadable parent, and a row that the caller could not read afterwards. */
function missingReference(error: unknown): RestError {
  return new RestError("reference_violation", {
    message: "A referenced row does not exist or you may not read it, or you could not read the row afterwards.",
    cause: error,
  });
}
