import { isSilence, isUnavailable } from "@heliograph/server-kit";
import { RestError } from "./rest-error.ts";

/** What the caller was doing: the same SQL state means different things. */
export type Operation = "read" | "create" | "update" | "delete";

type SqlError = Error & { code?: string; constraint?: string; column?: string; routine?: string };

/** True when the statement names a column or table that no longer exists: the catalog has changed under us. */
export function isCatalogStale(error: unknown): boolean {
  const code = (error as SqlError | null)?.code;
  return code === "42703" || code === "42P01";
}

const wait = { "retry-after": "1" };

/**
 * A database error as what the caller may be told. Texts of the server are never passed on: they quote values and keys
 * of rows that the caller may not read. Returns undefined for what is a fault of ours.
 */
export function restErrorOfSql(error: unknown, operation: Operation): RestError | undefined {
  if (isUnavailable(error) || isSilence(error))
    return new RestError("unavailable", {
      message: "The database cannot be reached.",
      headers: { "retry-after": "2" },
      cause: error,
    });
  const { code, column, routine } = (error ?? {}) as SqlError;
  const malformed = operation === "read" ? "invalid_query" : "invalid_body";
  switch (code) {
    case "23001": // ON DELETE RESTRICT, its own state since PostgreSQL 18
    case "23503":
      return operation === "delete"
        ? new RestError("reference_violation", { status: 409, message: "Rows still refer to this one.", cause: error })
        : missingReference(error);
    case "42501":
      // The check of a grant fails in aclcheck_error whatever the row is; anything else is a policy about this row.
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
        message: "Another write was in the way.",
        headers: wait,
        cause: error,
      });
    case "57014":
      return new RestError("unavailable", {
        message: "The statement took too long and was cancelled.",
        remedy: "Narrow the query, or repeat the request later.",
        headers: wait,
        cause: error,
      });
    default:
      // Out of memory, disk or connections on the server.
      return code?.startsWith("53") ? new RestError("unavailable", { headers: wait, cause: error }) : undefined;
  }
}

/** One answer for a parent that does not exist, one that may not be read, and a row outside the caller's own rights. */
function missingReference(error: unknown): RestError {
  return new RestError("reference_violation", {
    message: "A row that this one refers to does not exist or you may not read it, or you could not read the result.",
    cause: error,
  });
}
