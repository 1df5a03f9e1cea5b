import type { ServerError } from "../sql-fault.ts";

/** An error as the driver delivers it. */
export function serverError(code: string, fields: Partial<ServerError> = {}): Error {
  return Object.assign(new Error(fields.message ?? "text of PostgreSQL"), { severity: "ERROR", code, ...fields });
}
