import { type Identity, TokenError, type Tokens } from "@heliograph/server-kit";
import type { FastifyRequest } from "fastify";
import type { UserContext } from "../db/user-transaction.ts";
import { RestError } from "../rest/errors/rest-error.ts";
import type { Directory, Member } from "./directory.ts";

/** The member that a request acts for, with the context of its transactions. */
export interface Caller {
  readonly member: Member;
  readonly context: UserContext;
}

/** Longest user agent that is logged, in characters; real ones are shorter. */
const maxUserAgent = 300;

const callers = new WeakMap<FastifyRequest, Caller>();

/** The caller of a request that passed `authenticate`. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (!caller) throw new Error("the route does not authenticate its requests");
  return caller;
}

/**
 * Verifies the token in the Authorization header and sets the caller of the request.
 * @throws {RestError} unauthenticated, token_expired
 */
export async function authenticate(request: FastifyRequest, tokens: Tokens, directory: Directory): Promise<void> {
  const identity = verifyIdentity(() => tokens.verify(bearerToken(request.headers.authorization)));
  setCaller(request, await directory.find(identity.personId, identity.organizationId));
}

/**
 * Like `authenticate`, for the renewal of a token, which may have expired within the grace period. Reads the membership
 * from the database, because a new token would outlive a membership that has ended since it was cached.
 * @throws {RestError} unauthenticated, token_expired
 */
export async function authenticateForRenewal(
  request: FastifyRequest,
  tokens: Tokens,
  directory: Directory,
): Promise<void> {
  const identity = verifyIdentity(() => tokens.verifyForRenewal(bearerToken(request.headers.authorization)));
  setCaller(request, await directory.read(identity.personId, identity.organizationId));
}

function setCaller(request: FastifyRequest, member: Member | undefined): void {
  // A valid token may outlive the membership.
  if (!member) throw unauthorized("unauthenticated", "invalid_token");
  callers.set(request, { member, context: contextOf(request, member) });
}

function bearerToken(header: string | undefined): string | undefined {
  return header === undefined ? undefined : /^Bearer +([\w.~+/-]+=*) *$/i.exec(header)?.[1];
}

function verifyIdentity(verify: () => Identity): Identity {
  try {
    return verify();
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    if (error.reason === "expired") throw unauthorized("token_expired", "invalid_token");
    throw unauthorized("unauthenticated", error.reason === "invalid" ? "invalid_token" : undefined);
  }
}

function unauthorized(code: "unauthenticated" | "token_expired", reason: string | undefined): RestError {
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
      // Without the query string, because filters may contain personal data.
      api_endpoint: request.url.split("?")[0] ?? "",
      http_method: request.method,
      ip: request.ip,
      user_agent: request.headers["user-agent"]?.slice(0, maxUserAgent) ?? null,
      request_id: request.id,
    },
  };
}
