import { type RestErrorCode, restErrorCatalog } from "./error-catalog.ts";

interface Details {
  /** What exactly was wrong; the catalogue's meaning otherwise. Never a value that the caller did not send. */
  readonly message?: string;
  readonly remedy?: string;
  /** Only where the catalogue's meaning names a second status. */
  readonly status?: number;
  /** The row as it is now, for conflicts: null where the caller may not read it. */
  readonly current?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** A failure that the caller is told about. Everything else becomes `internal`. */
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

  /** The body of the answer. */
  toBody(requestId: string): object {
    const error = { code: this.code, message: this.message, remedy: this.remedy, requestId };
    return this.current === undefined ? { error } : { error, current: this.current };
  }
}
