import type { EntityDoc } from "./register.ts";

export type ApiErrorInfo = {
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** Stable code for programs, such as `not_found`. */
  readonly code: string;
  readonly message: string;
  /** What the reader can do about it, if anything. */
  readonly remedy?: string | undefined;
  readonly requestId?: string | undefined;
  /** When to ask again at the earliest, as the server says it, milliseconds from the answer on. */
  readonly retryAfterMs?: number | undefined;
};

/** The API refused a request, or no answer came (`status` 0, code `network`). */
export class ApiError extends Error {
  override readonly name: string = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly remedy: string | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** The row that the write met, where the server shows it. */
  readonly current: EntityDoc | null;

  constructor(info: ApiErrorInfo, current: EntityDoc | null = null, options?: ErrorOptions) {
    super(info.message, options);
    this.status = info.status;
    this.code = info.code;
    this.remedy = info.remedy;
    this.requestId = info.requestId;
    this.retryAfterMs = info.retryAfterMs;
    this.current = current;
  }

  /** The same request would be refused again, now and later. */
  get permanent(): boolean {
    return this.status >= 400 && this.status < 500 && ![401, 408, 425, 429].includes(this.status);
  }
}

/** Somebody else changed the row first. `current` is the row as it is now, or null when it is gone. */
export class ConflictError extends ApiError {
  override readonly name = "ConflictError";
}
