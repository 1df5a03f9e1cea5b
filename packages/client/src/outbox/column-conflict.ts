import { ConflictError } from "../api/api-error.ts";

/** Another user changed the same columns. */
export class ColumnConflict extends ConflictError {
  readonly columns: readonly string[];

  constructor(cause: ConflictError, columns: readonly string[]) {
    const { status, code, message, remedy, requestId, current } = cause;
    super({ status, code, message, remedy, requestId }, current);
    this.columns = columns;
  }
}
