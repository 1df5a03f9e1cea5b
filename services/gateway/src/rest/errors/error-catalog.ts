/** One kind of failure: its HTTP status, what it means, and what the caller can do. */
interface ErrorEntry {
  readonly status: number;
  readonly meaning: string;
  readonly remedy: string;
}

/**
 * Every error code of the REST interface: a closed catalogue, from which the documentation is generated. A code is never
 * reused for another meaning, because clients branch on it and metrics carry it as a label.
 */
export const restErrorCatalog = {
  unauthenticated: {
    status: 401,
    meaning: "The request carries no token, or one that is not accepted.",
    remedy: "Sign in and send the token as `Authorization: Bearer <token>`.",
  },
  token_expired: {
    status: 401,
    meaning: "The token was valid and has expired.",
    remedy: "Sign in again and repeat the request with the new token.",
  },
  invalid_credentials: {
    status: 401,
    meaning: "Email and password do not belong together.",
    remedy: "Check both and try again.",
  },
  not_permitted: {
    status: 403,
    meaning: "You may see this, but not do that to it.",
    remedy: "Ask an administrator of your organization for the right.",
  },
  not_found: {
    status: 404,
    meaning: "It does not exist or you may not read it; the answer is the same for both.",
    remedy: "Check the address.",
  },
  unknown_entity: {
    status: 404,
    meaning: "No entity type has this code.",
    remedy: "Use a code from GET /api/v1/entity-types.",
  },
  invalid_id: {
    status: 400,
    meaning: "An id is not a UUID.",
    remedy: "Send ids as 8-4-4-4-12 hexadecimal digits.",
  },
  invalid_query: {
    status: 400,
    meaning: "A parameter of the query is unknown, malformed or does not fit the others.",
    remedy: "Compare the query with the description at /docs.",
  },
  invalid_header: {
    status: 400,
    meaning: "A header of the request is malformed.",
    remedy: "Compare the header with the description at /docs.",
  },
  invalid_body: {
    status: 400,
    meaning: "The body is not JSON, or a column is missing or has a value of the wrong type.",
    remedy: "Compare the body with the description at /docs.",
  },
  unknown_column: {
    status: 400,
    meaning: "The entity type has no such column.",
    remedy: "Use a column from GET /api/v1/entity-types.",
  },
  read_only_column: {
    status: 400,
    meaning: "The column is set by the server.",
    remedy: "Leave the column out of the body.",
  },
  version_conflict: {
    status: 409,
    meaning: "The row has changed since the version in If-Match.",
    remedy: "Merge your change with `current` and send its version in If-Match.",
  },
  already_exists: {
    status: 409,
    meaning: "A row with the same id, or the same values where they must be unique, exists already.",
    remedy: "Change the values; if this was a retry, compare with `current`.",
  },
  reference_violation: {
    status: 422,
    meaning:
      "A row that this one refers to does not exist or you may not read it, or you could not read the result yourself (422); or rows still refer to the one to be deleted (409).",
    remedy: "Refer to rows that you can read; delete or move what refers to the row first.",
  },
  check_violation: {
    status: 422,
    meaning: "The values contradict a rule of the table.",
    remedy: "Change the values so that they satisfy the rule.",
  },
  idempotency_mismatch: {
    status: 422,
    meaning: "This Idempotency-Key was used for another request.",
    remedy: "Make a new key for each new request; reuse a key only to repeat the same one.",
  },
  method_not_allowed: {
    status: 405,
    meaning: "The address exists, but not with this method.",
    remedy: "Use one of the methods in the header Allow.",
  },
  payload_too_large: {
    status: 413,
    meaning: "The body is larger than 256 KiB.",
    remedy: "Send less in one request.",
  },
  unsupported_media_type: {
    status: 415,
    meaning: "The body is not declared as JSON.",
    remedy: "Send `Content-Type: application/json`.",
  },
  rate_limited: {
    status: 429,
    meaning: "Too many requests of this kind.",
    remedy: "Wait as many seconds as the header Retry-After says.",
  },
  internal: {
    status: 500,
    meaning: "The server failed in a way it does not know.",
    remedy: "Tell the operators the requestId; the log has the cause.",
  },
  sign_in_not_installed: {
    status: 501,
    meaning: "No sign-in is installed: accounts are kept elsewhere.",
    remedy: "Get a token from the application, or fill the hook `login` of the database.",
  },
  unavailable: {
    status: 503,
    meaning: "The database cannot be reached, is overloaded, or the statement took too long.",
    remedy:
      "Repeat the request after as many seconds as the header Retry-After says, a write with the same Idempotency-Key.",
  },
} as const satisfies Record<string, ErrorEntry>;

export type RestErrorCode = keyof typeof restErrorCatalog;

/** The catalogue as a Markdown page. */
export function renderRestErrorDocument(): string {
  const rows = Object.entries(restErrorCatalog).map(
    ([code, { status, meaning, remedy }]) => `| \`${code}\` | ${status} | ${meaning} | ${remedy} |`,
  );
  return [
    "# Errors of the REST interface",
    "",
    "Generated by `npm run generate` from the gateway's error catalogue; do not edit.",
    "",
    "Every error has the same shape: `{error: {code, message, remedy, requestId}}`. Branch on `code`; `message` says what",
    "exactly was wrong and is for people. `version_conflict` and `already_exists` also carry `current`: the row as it is",
    "now, or null where you may not read it. The `requestId` is also in the header `x-request-id` and in the server's log.",
    "",
    "| code | status | meaning | remedy |",
    "|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}
