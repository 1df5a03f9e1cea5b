/**
 * The codes of ERROR messages, a closed catalogue. A code is never reused for another meaning: clients branch on it, and
 * metrics carry it as a label.
 */
export const errorCatalog = {
  invalid_json: "The frame is not JSON. Remedy: send one JSON object per text frame.",
  unknown_type: "The message type is unknown. Remedy: use a type of this protocol version.",
  invalid_message:
    "A field is missing, unknown or of the wrong type. Remedy: compare the message with the protocol document.",
  invalid_id:
    "An id is no text of at most 1024 characters, or an entry of within names no container of the type. Remedy: send the id of a row as text, and containers as <entity code>/<id>, for example project/5.",
  unknown_entity: "No entity type has this code. Remedy: use a code from GET /api/v1/entity-types.",
  too_many_subscriptions:
    "The message would exceed the limit of the socket. Remedy: unsubscribe rows that are not displayed.",
  invalid_token:
    "The new token is invalid, expired, or of another person or organization. Remedy: sign in again; the current token stays valid until it expires.",
  resume_too_late: "RESUME must be the first message of a socket. Remedy: open a new socket, or subscribe on this one.",
  unavailable: "The database cannot be reached. Remedy: send the message again after a pause.",
} as const;

/** The text of an ERROR: the problem, in one or more sentences, followed by the remedy of its code. */
export function explainError(code: ErrorCode, problem: string): string {
  const text = errorCatalog[code];
  return `${problem} ${text.slice(text.indexOf("Remedy: "))}`;
}

export type ErrorCode = keyof typeof errorCatalog;
export const errorCodes = Object.keys(errorCatalog) as [ErrorCode, ...ErrorCode[]];
