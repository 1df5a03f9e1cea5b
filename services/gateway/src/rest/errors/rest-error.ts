import { type RestErrorCode, restErrorCatalog } from "./error-catalog.ts";

interface Details {
  /** The specific problem; the catalogue's meaning by default. It must not contain values that the caller did not send. */
  readonly message?: string;
  readonly remedy?: string;
  /** Only for codes whose meaning in the catalogue names a second status. */
  readonly status?: number;
  /** The current row, for conflicts; null if the caller may not read it. */
  readonly current?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
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

  constructor(code: RestErrorCode, details: Details = {}) {
    const entry = restErrorCatalog[code];
    super(details.message ?? entry.meaning, details.cause === undefined ? {} : { cause: details.cause });
    this.code = code;
    this.status = details.status ?? entry.status;
    this.remedy = details.remedy ?? entry.remedy;
    this.current = details.current;
    this.headers = details.headers ?? {};
  }

  /** Renders the body of the answer. */
  toBody(requestId: string): object {
    const error = { code: this.code, message: this.message, remedy: this.remedy, requestId };
    return this.current === undefined ? { error } : { error, current: this.current };
  }
}
