import { ApiError } from "../api/api-error.ts";

/** Whether the server refuses the user a new token. Every other failure (no network, an outage) is temporary. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 401 || error.status === 403);
}
