import type { EntityDoc } from "./register.ts";

export interface ApiErrorInfo {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** Stable code for programs, such as `not_found`. */
  readonly code: string;
  readonly message: string;
  /** What users can do about it, if anything. */
  readonly remedy?: string | undefined;
  readonly requestId?: string | undefined;
  /** The server's Retry-After, milliseconds from the answer on. */
  readonly retryAfterMs?: number | undefined;
}

/** The API refused a request, or did not answer (`status` 0, code `network`). */
export class ApiError extends Error {
  override readonly name: string = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly remedy: string | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** The current row on the server, where the answer contains it. */
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

  /** Repeating the same request cannot succeed. */
  get permanent(): boolean {
    return this.status >= 400 && this.status < 500 && ![401, 408, 425, 429].includes(this.status);
  }
}

/** Another user changed the row first. `current` is the row on the server, or null when it is deleted. */
export class ConflictError extends ApiError {
  override readonly name = "ConflictError";
}
