import { type RestErrorCode, restErrorCatalog } from "./error-catalog.ts";

interface Details {
  /** The specific problem; the catalogue's meaning by default. It must not contain values that the caller may not read. */
  readonly message?: string | undefined;
  readonly remedy?: string | undefined;
  /** Only for codes whose meaning in the catalogue names a second status. */
  readonly status?: number;
  /** The current row, for conflicts; null if the caller may not read it. */
  readonly current?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further text of the application, for rule_violation. */
  readonly detail?: string | undefined;
  /** The SQLSTATE that the application chose, for rule_violation. */
  readonly sqlstate?: string | undefined;
  readonly cause?: unknown;
}

/** An error that is reported to the caller. All other errors become `internal`. */
export class RestError extends Error {
  override readonly name = "RestError";
  readonly code: RestErrorCode;
  readonly status: number;
  readonly remedy: string;
  readonly current: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly detail: string | undefined;
  readonly sqlstate: string | undefined;

  constructor(code: RestErrorCode, details: Details = {}) {
    const entry = restErrorCatalog[code];
    super(details.message ?? entry.meaning, details.cause === undefined ? {} : { cause: details.cause });
    this.code = code;
    this.status = details.status ?? entry.status;
    this.remedy = details.remedy ?? entry.remedy;
    this.current = details.current;
    this.headers = details.headers ?? {};
    this.detail = details.detail;
    this.sqlstate = details.sqlstate;
  }

  /** Renders the body of the answer. */
  toBody(requestId: string): object {
    const { code, message, remedy, detail, sqlstate } = this;
    // JSON omits undefined fields.
    const error = { code, message, remedy, detail, sqlstate, requestId };
    return this.current === undefined ? { error } : { error, current: this.current };
  }
}
