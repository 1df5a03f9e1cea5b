import { type Identity, TokenError, type Tokens } from "@heliograph/server-kit";
import type { FastifyRequest } from "fastify";
import type { UserContext } from "../db/user-transaction.ts";
import { RestError } from "../rest/errors/rest-error.ts";
import type { Directory, Member } from "./directory.ts";

/** Who a request acts for. */
export interface Caller {
  readonly member: Member;
  readonly context: UserContext;
}

/** Longest user agent that is kept; real ones have less than 300 characters. */
const maxUserAgent = 300;

const callers = new WeakMap<FastifyRequest, Caller>();

/** The caller of a request behind `authenticate`. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (!caller) throw new Error("the route is not behind authentication");
  return caller;
}

/**
 * Checks the token of the header Authorization and notes the caller.
 * @throws {RestError} unauthenticated, token_expired
 */
export async function authenticate(request: FastifyRequest, tokens: Tokens, directory: Directory): Promise<void> {
  const identity = identify(() => tokens.verify(bearerToken(request.headers.authorization)));
  note(request, await directory.find(identity.personId, identity.organizationId));
}

/**
 * As `authenticate`, for the exchange of a token against a new one: this one may have ended a while ago. What it gives
 * lasts, so membership is looked up and not remembered.
 * @throws {RestError} unauthenticated, token_expired
 */
export async function authenticateForRenewal(
  request: FastifyRequest,
  tokens: Tokens,
  directory: Directory,
): Promise<void> {
  const identity = identify(() => tokens.verifyForRenewal(bearerToken(request.headers.authorization)));
  note(request, await directory.findNow(identity.personId, identity.organizationId));
}

function note(request: FastifyRequest, member: Member | undefined): void {
  // The token outlives the membership; whoever has none is nobody here.
  if (!member) throw refuse("unauthenticated", "invalid_token");
  callers.set(request, { member, context: contextOf(request, member) });
}

function bearerToken(header: string | undefined): string | undefined {
  return header === undefined ? undefined : /^Bearer +([\w.~+/-]+=*) *$/i.exec(header)?.[1];
}

function identify(verify: () => Identity): Identity {
  try {
    return verify();
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    if (error.reason === "expired") throw refuse("token_expired", "invalid_token");
    throw refuse("unauthenticated", error.reason === "invalid" ? "invalid_token" : undefined);
  }
}

function refuse(code: "unauthenticated" | "token_expired", reason: string | undefined): RestError {
  const challenge = reason === undefined ? "" : `, error="${reason}"`;
  return new RestError(code, { headers: { "www-authenticate": `Bearer realm="heliograph"${challenge}` } });
}

function contextOf(request: FastifyRequest, member: Member): UserContext {
  return {
    personId: member.id,
    organizationId: member.organizationId,
    actor: {
      person_id: member.id,
      fname: member.fname,
      lname: member.lname,
      username: member.email,
      person_type: member.personType,
    },
    request: {
      // Without the query: filters may hold what people searched for.
      api_endpoint: request.url.split("?")[0] ?? "",
      http_method: request.method,
      ip: request.ip,
      user_agent: request.headers["user-agent"]?.slice(0, maxUserAgent) ?? null,
      request_id: request.id,
    },
  };
}
