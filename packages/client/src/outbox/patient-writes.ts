import type { Patience } from "../api/adaptive-timeout.ts";
import type { ApiClient } from "../api/api-client.ts";

/** What the queue is sent with. */
export type WriteApi = Pick<ApiClient, "get" | "create" | "update" | "remove">;

/**
 * The API for writes that are repeated under their key until they are answered. On a connection that died without a word an
 * answer never comes, and everything behind the first write in the queue would wait as long as the longest request may take.
 */
export function patientWrites(api: ApiClient, patience: Patience): WriteApi {
  return {
    get: (code, id, options) => patience((timeoutMs) => api.get(code, id, { ...options, timeoutMs })),
    create: (code, doc, options) => patience((timeoutMs) => api.create(code, doc, { ...options, timeoutMs })),
    update: (code, id, changes, options) =>
      patience((timeoutMs) => api.update(code, id, changes, { ...options, timeoutMs })),
    remove: (code, id, options) => patience((timeoutMs) => api.remove(code, id, { ...options, timeoutMs })),
  };
}
