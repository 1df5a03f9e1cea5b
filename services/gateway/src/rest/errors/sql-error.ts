import { RestError } from "./rest-error.ts";
import { type SqlFault, sqlFaultOf } from "./sql-fault.ts";
import { codeOfKind } from "./sql-states.ts";

/** The operation that failed; the meaning of an SQL state depends on it. */
export type Operation = "read" | "create" | "update" | "delete";

/** Whether a statement named a missing column or table, so that the catalog has changed since it was read. */
export function isCatalogStale(error: unknown): boolean {
  const code = (error as { code?: string } | null)?.code;
  return code === "42703" || code === "42P01";
}

/** Text for people that replaces the general one of a fault. */
export interface FaultText {
  readonly message?: string | undefined;
  readonly remedy?: string | undefined;
  readonly detail?: string | undefined;
}

/** What an unreachable database means for each operation. A lost connection hides whether a write was committed. */
const unreachable: Readonly<Record<Operation, string>> = {
  read: "The request was not answered because the database cannot be reached.",
  create: "The database cannot be reached, so it is not known whether the row was created.",
  update: "The database cannot be reached, so it is not known whether the change was saved.",
  delete: "The database cannot be reached, so it is not known whether the row was deleted.",
};

/**
 * Converts an error of the database to an answer without any text of the database; undefined for a defect and for errors of
 * other kinds. `answerSqlError` adds the text that the caller may see.
 */
export function restErrorOfSql(error: unknown, operation: Operation): RestError | undefined {
  const fault = sqlFaultOf(error, "");
  return fault && restErrorOfFault(fault, operation, {}, error);
}

export function restErrorOfFault(
  fault: SqlFault,
  operation: Operation,
  text: FaultText,
  cause: unknown,
): RestError | undefined {
  const { kind, state, error } = fault;
  const unanswered = error === undefined ? unreachable[operation] : undefined;
  const details = { message: text.message ?? unanswered ?? state.message, remedy: text.remedy ?? state.remedy, cause };
  switch (kind) {
    case "defect":
      return undefined;
    case "lack":
    case "contention":
      return new RestError(codeOfKind[kind], {
        ...details,
        headers: { "retry-after": String(state.retryAfterS ?? 2) },
      });
    case "rule":
      return new RestError(codeOfKind[kind], {
        ...details,
        message: text.message ?? "A rule of the application refuses the request.",
        detail: text.detail,
        sqlstate: error?.code,
      });
    case "check":
      return new RestError(codeOfKind[kind], details);
    case "duplicate":
      return new RestError(codeOfKind[kind], { ...details, current: null });
    case "reference":
      return operation === "delete"
        ? new RestError(codeOfKind[kind], { status: 409, message: "Other rows still refer to this row.", cause })
        : missingReference(cause);
    case "denied":
      // A missing table privilege is reported by aclcheck_error; any other source is a policy that rejected this row.
      return error?.routine === "aclcheck_error" ? new RestError(codeOfKind[kind], { cause }) : missingReference(cause);
    case "null":
      return new RestError(codeOfKind[kind], {
        ...details,
        message: text.message ?? `${error?.column ?? "A column"} must not be null.`,
      });
    case "value":
      return new RestError(operation === "read" ? "invalid_query" : codeOfKind[kind], details);
  }
}

/** The same answer for a missing parent, an unreadable parent, and a row that the caller could not read afterwards. */
function missingReference(cause: unknown): RestError {
  return new RestError("reference_violation", {
    message: "A referenced row does not exist or you may not read it, or you could not read the row afterwards.",
    cause,
  });
}
