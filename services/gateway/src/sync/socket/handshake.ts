import { tokenFromSubprotocols } from "@heliograph/protocol";
import { type Identity, TokenError } from "@heliograph/server-kit";

/** Why a socket is refused: an HTTP response, because a refused handshake has no close code. */
export interface HandshakeRefusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  /** Seconds. */
  readonly retryAfter?: number;
}

export const handshakeRefusals = {
  notFound: {
    status: 404,
    code: "not_found",
    message: "There is no WebSocket endpoint here.",
    remedy: "Connect to /ws/sync.",
  },
  disabled: {
    status: 503,
    code: "sync_disabled",
    message: "Live sync is switched off.",
    remedy: "Use the REST API and retry later.",
    retryAfter: 30,
  },
  notReady: {
    status: 503,
    code: "unavailable",
    message: "This gateway is starting or stopping.",
    remedy: "Retry after a pause.",
    retryAfter: 1,
  },
  badOrigin: {
    status: 403,
    code: "origin_not_allowed",
    message: "This origin is not allowed to connect.",
    remedy: "Add the origin to ALLOWED_ORIGINS of the gateway.",
  },
  unauthenticated: {
    status: 401,
    code: "unauthenticated",
    message: "The request has no valid token.",
    remedy: "Sign in and offer the subprotocols heliograph.v1 and bearer.<token>.",
  },
  tokenExpired: {
    status: 401,
    code: "token_expired",
    message: "The token has expired.",
    remedy: "Sign in again and connect with the new token.",
  },
  tooManySockets: {
    status: 429,
    code: "too_many_sockets",
    message: "This user has too many sockets.",
    remedy: "Share one socket among tabs and close unused ones.",
    retryAfter: 10,
  },
  upgradeRequired: {
    status: 426,
    code: "upgrade_required",
    message: "This is a WebSocket endpoint.",
    remedy: "Connect with a WebSocket client and the subprotocols heliograph.v1 and bearer.<token>.",
  },
} as const satisfies Record<string, HandshakeRefusal>;

export function refusalBody({ code, message, remedy }: HandshakeRefusal): string {
  return JSON.stringify({ error: { code, message, remedy } });
}

/** Request headers as node:http has them. */
type Headers = Readonly<Record<string, string | string[] | undefined>>;
const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

/**
 * The token of a handshake: from the subprotocols, as browsers send it, or from `?token=`, for tools, where allowed. Never
 * from a cookie, which the browser would also send for a page of another site.
 */
export function handshakeToken(
  request: { readonly url: URL; readonly headers: Headers },
  { inQuery }: { readonly inQuery: boolean },
): string | undefined {
  const offered = (one(request.headers["sec-websocket-protocol"]) ?? "").split(",").map((name) => name.trim());
  return tokenFromSubprotocols(offered) ?? (inQuery ? (request.url.searchParams.get("token") ?? undefined) : undefined);
}

/** Programs send no Origin; that of a page must be the gateway's own host or on the list. */
export function isAllowedOrigin(headers: Headers, allowed: readonly string[]): boolean {
  const origin = one(headers["origin"]);
  if (origin === undefined || allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host !== "" && new URL(origin).host === one(headers["host"]);
}

/** @returns the identity of the client, or why it is refused */
export function identify(verify: () => Identity): Identity | HandshakeRefusal {
  try {
    return verify();
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    return error.reason === "expired" ? handshakeRefusals.tokenExpired : handshakeRefusals.unauthenticated;
  }
}

export const isRefusal = (answer: Identity | HandshakeRefusal): answer is HandshakeRefusal => "status" in answer;
