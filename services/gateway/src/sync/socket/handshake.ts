import { tokenFromSubprotocols } from "@heliograph/protocol";
import { type Identity, TokenError } from "@heliograph/server-kit";

/** Why a socket is not opened: an HTTP answer, since a refused handshake has no close code. */
export type Refusal = {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  /** Seconds. */
  readonly retryAfter?: number;
};

export const refusals = {
  notFound: { status: 404, code: "not_found", message: "There is no socket here.", remedy: "Connect to /ws/sync." },
  disabled: {
    status: 503,
    code: "sync_disabled",
    message: "Live sync is switched off.",
    remedy: "Go on with the REST API and ask again later.",
    retryAfter: 30,
  },
  notReady: {
    status: 503,
    code: "unavailable",
    message: "This gateway is starting or stopping.",
    remedy: "Connect again after a pause.",
    retryAfter: 1,
  },
  badOrigin: {
    status: 403,
    code: "origin_not_allowed",
    message: "Pages of this origin may not connect.",
    remedy: "Add the origin to ALLOWED_ORIGINS of the gateway.",
  },
  unauthenticated: {
    status: 401,
    code: "unauthenticated",
    message: "No token that is accepted here.",
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
    remedy: "Share one socket among tabs, and close those that are not needed.",
    retryAfter: 10,
  },
  upgradeRequired: {
    status: 426,
    code: "upgrade_required",
    message: "This address speaks WebSocket.",
    remedy: "Connect with a WebSocket client and the subprotocols heliograph.v1 and bearer.<token>.",
  },
} as const satisfies Record<string, Refusal>;

export function refusalBody({ code, message, remedy }: Refusal): string {
  return JSON.stringify({ error: { code, message, remedy } });
}

/** The headers of a request that matter here, as node:http gives them. */
type Headers = Readonly<Record<string, string | string[] | undefined>>;
const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

/**
 * The token of a handshake: from the subprotocols, as browsers send it, or from `?token=`, for tools, where allowed. Never
 * from a cookie, which another site's page would send along.
 */
export function tokenOf(
  request: { readonly url: URL; readonly headers: Headers },
  { inQuery }: { readonly inQuery: boolean },
): string | undefined {
  const offered = (one(request.headers["sec-websocket-protocol"]) ?? "").split(",").map((name) => name.trim());
  return tokenFromSubprotocols(offered) ?? (inQuery ? (request.url.searchParams.get("token") ?? undefined) : undefined);
}

/** Programs send no Origin; a page's must be our own host's or allowed. */
export function isAllowedOrigin(headers: Headers, allowed: readonly string[]): boolean {
  const origin = one(headers["origin"]);
  if (origin === undefined || allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host !== "" && new URL(origin).host === one(headers["host"]);
}

/** @returns who connects, or why he may not */
export function identify(verify: () => Identity): Identity | Refusal {
  try {
    return verify();
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    return error.reason === "expired" ? refusals.tokenExpired : refusals.unauthenticated;
  }
}

export const isRefusal = (answer: Identity | Refusal): answer is Refusal => "status" in answer;
