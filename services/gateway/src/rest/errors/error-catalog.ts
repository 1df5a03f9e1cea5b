/** One kind of error: its HTTP status, its meaning, and its remedy. */
interface ErrorEntry {
  readonly status: number;
  readonly meaning: string;
  readonly remedy: string;
}

/**
 * The error codes of the REST interface, a closed catalogue from which the documentation is generated. A code is never
 * reused for another meaning: clients branch on it, and metrics carry it as a label.
 */
export const restErrorCatalog = {
  unauthenticated: {
    status: 401,
    meaning: "The request has no token, or its token is not accepted.",
    remedy: "Sign in and send the token as `Authorization: Bearer <token>`.",
  },
  token_expired: {
    status: 401,
    meaning: "The token has expired.",
    remedy: "Renew the token or sign in again, then repeat the request.",
  },
  invalid_credentials: {
    status: 401,
    meaning: "The email or the password is wrong.",
    remedy: "Check both and sign in again.",
  },
  not_permitted: {
    status: 403,
    meaning: "You may read the row but not change it in this way.",
    remedy: "Ask an administrator of your organization for permission.",
  },
  not_found: {
    status: 404,
    meaning: "The resource does not exist or you may not read it; the answer is the same in both cases.",
    remedy: "Check the address and the id.",
  },
  unknown_entity: {
    status: 404,
    meaning: "No entity type has this code.",
    remedy: "Use a code from GET /api/v1/entity-types.",
  },
  invalid_query: {
    status: 400,
    meaning: "A query parameter is unknown, malformed or in conflict with another.",
    remedy: "Compare the query with the reference at /docs.",
  },
  invalid_header: {
    status: 400,
    meaning: "A request header is malformed.",
    remedy: "Compare the header with the reference at /docs.",
  },
  invalid_body: {
    status: 400,
    meaning: "The body is not JSON, lacks a required column, or has a value of the wrong type.",
    remedy: "Compare the body with the reference at /docs.",
  },
  unknown_column: {
    status: 400,
    meaning: "The entity type has no such column.",
    remedy: "Use a column from GET /api/v1/entity-types.",
  },
  read_only_column: {
    status: 400,
    meaning: "The server sets this column.",
    remedy: "Remove the column from the body.",
  },
  version_conflict: {
    status: 409,
    meaning: "The row has changed since the version in `If-Match`.",
    remedy: "Merge your change into `current` and send its `$version` in `If-Match`.",
  },
  already_exists: {
    status: 409,
    meaning: "A row with the same id or the same unique values already exists.",
    remedy: "Change the values. After a retry, compare them with `current`.",
  },
  reference_violation: {
    status: 422,
    meaning:
      "A referenced row does not exist or you may not read it, or you could not read the row afterwards (422); or other rows still refer to the row to delete (409).",
    remedy: "Refer to rows that you can read. Before a deletion, delete or change the rows that refer to it.",
  },
  check_violation: {
    status: 422,
    meaning: "The values violate a rule of the table.",
    remedy: "Change the values to satisfy the rule.",
  },
  rule_violation: {
    status: 422,
    meaning: "A rule of the application refuses the request; `message` is the application's own text.",
    remedy: "Change the request to satisfy the rule.",
  },
  idempotency_mismatch: {
    status: 422,
    meaning: "This `Idempotency-Key` was used for a different request.",
    remedy: "Use a new key for each request, and the same key only to repeat it.",
  },
  method_not_allowed: {
    status: 405,
    meaning: "The address does not support this method.",
    remedy: "Use a method from the header `Allow`.",
  },
  payload_too_large: {
    status: 413,
    meaning: "The body is larger than 256 KiB.",
    remedy: "Send less data in one request.",
  },
  unsupported_media_type: {
    status: 415,
    meaning: "The content type of the body is not JSON.",
    remedy: "Send `Content-Type: application/json`.",
  },
  rate_limited: {
    status: 429,
    meaning: "There were too many requests of this kind.",
    remedy: "Wait for the number of seconds in the header `Retry-After`.",
  },
  internal: {
    status: 500,
    meaning: "The server failed unexpectedly.",
    remedy: "Report the `requestId` to the operators; the log of the server has the cause.",
  },
  sign_in_not_installed: {
    status: 501,
    meaning: "No sign-in is installed: accounts are kept elsewhere.",
    remedy: "Get a token from the application, or fill the hook `login` of the database.",
  },
  unavailable: {
    status: 503,
    meaning:
      "The infrastructure cannot serve the request now: the database cannot be reached, is overloaded, read only or out of space, or a statement waited too long.",
    remedy:
      "Repeat the request after the number of seconds in the header `Retry-After`; repeat a write with the same `Idempotency-Key`.",
  },
} as const satisfies Record<string, ErrorEntry>;

export type RestErrorCode = keyof typeof restErrorCatalog;
