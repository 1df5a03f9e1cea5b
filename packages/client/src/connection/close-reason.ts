import { closeCodes } from "@heliograph/protocol/close-code";

/** Shown when the server no longer accepts the token. */
export const sessionEnded = "Your session has ended. Sign in again to continue.";
/** Shown when the server does not answer at all. */
export const unreachable = "The server cannot be reached. Retrying automatically.";
/** Shown when an open connection ended. */
export const connectionLost = "The connection to the server was lost. Retrying automatically.";
/** Shown when the server sends nothing, not even an answer to PING. */
export const serverSilent = "The server does not respond. Retrying automatically.";

/** Whether a close code says why the socket was closed, so that no probe is needed. */
export function isDecisive(code: number): boolean {
  return code === 1012 || (code >= 4000 && code <= 4999);
}

/**
 * What users read when the client does not reconnect after a close code: what happened, what it means, what they can do.
 * The log of the server tells its operator the rest (for 4403, that the page's origin is not in ALLOWED_ORIGINS).
 */
export function closeReason(code: number): string {
  switch (code) {
    case closeCodes.badOrigin.code:
      return "The server does not accept live connections from this address. Ask your administrator to allow it.";
    case closeCodes.tooManySubscriptions.code:
      return "This page shows more data than the server keeps live at once. Close some views.";
    default:
      return `The server refused the live connection (code ${code}). If this happens again, report the code to your administrator.`;
  }
}
