import rateLimit from "@fastify/rate-limit";
import type { DatabasePool, Tokens } from "@heliograph/server-kit";
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from "fastify";
import { Semaphore } from "../concurrency/semaphore.ts";
import { RestError } from "../rest/errors/rest-error.ts";
import { callerOf } from "./caller.ts";
import { type MemberRow, memberFromRow, publicMember } from "./directory.ts";
import { passwordMatches } from "./password.ts";

interface LoginRow extends Omit<MemberRow, "organization_id" | "role"> {
  password_hash: string;
  memberships: Pick<MemberRow, "organization_id" | "role">[];
}

/**
 * Attempts per minute for one email address from one IP address. Allows for typing errors, and bounds guessing at 43 200
 * passwords a day.
 */
const defaultAttemptsPerMinute = 30;

/**
 * Passwords verified concurrently. Node has four threads for hashing, file access and DNS lookups. Guesses against many
 * accounts pass the limit per account, and must leave threads for the rest of the process.
 */
const maxConcurrentVerifications = 2;
/** Attempts that may wait for verification, which takes about two seconds for all of them. */
const maxWaiting = 100;

/** SQLSTATE that the default implementation of the hook `login` raises. */
const signInNotInstalled = "HG002";

export interface LoginDependencies {
  readonly pool: DatabasePool;
  readonly tokens: Tokens;
  readonly attemptsPerMinute?: number;
}

/** `POST auth/login`, `POST auth/renew` and `GET auth/me`. */
export async function registerLoginRoutes(app: FastifyInstance, dependencies: LoginDependencies): Promise<void> {
  const verifications = new Semaphore(maxConcurrentVerifications);
  const limited: FastifyPluginAsync = async (scope) => {
    await scope.register(rateLimit, {
      max: dependencies.attemptsPerMinute ?? defaultAttemptsPerMinute,
      timeWindow: 60_000,
      cache: 10_000,
      // The account is in the body, so the limit applies after the body is parsed. It counts by account and IP address,
      // because a limit by account alone would let attackers lock users out.
      hook: "preHandler",
      keyGenerator: (request) => `${request.ip} ${emailOf(request)}`,
      errorResponseBuilder: (_request, { ttl }) =>
        new RestError("rate_limited", {
          message: "Too many attempts to sign in.",
          headers: { "retry-after": String(Math.ceil(ttl / 1000)) },
        }),
    });
    scope.post("/auth/login", { config: { public: true } }, async (request) => {
      const { email, password } = credentials(request.body);
      if (verifications.waiting >= maxWaiting)
        throw new RestError("rate_limited", {
          message: "Too many users are signing in at the moment.",
          headers: { "retry-after": "2" },
        });
      return verifications.run(() => login(dependencies, email, password));
    });
  };
  await app.register(limited);
  // Exchanges a token that is valid or within the grace period for a new one while the membership lasts. The old token
  // stays valid until it expires.
  app.post("/auth/renew", { config: { renewal: true } }, async (request, reply) => {
    const { member } = callerOf(request);
    const { token, expiresAt } = dependencies.tokens.sign({
      personId: member.id,
      organizationId: member.organizationId,
    });
    reply.header("cache-control", "no-store");
    return { token, expiresAt: expiresAt.toISOString(), person: publicMember(member) };
  });
  app.get("/auth/me", async (request) => ({ person: publicMember(callerOf(request).member) }));
}

function emailOf(request: FastifyRequest): string {
  const email = (request.body as { email?: unknown } | null | undefined)?.email;
  // Normalized like the lookup of the account. Otherwise each variant with spaces would have its own limit.
  return typeof email === "string" ? email.trim().toLowerCase().slice(0, 254) : "";
}

function credentials(body: unknown): { email: string; password: string } {
  const { email, password, ...rest } = (typeof body === "object" && body !== null ? body : {}) as Record<
    string,
    unknown
  >;
  const unexpected = Object.keys(rest)[0];
  if (typeof email !== "string" || typeof password !== "string" || unexpected !== undefined)
    throw new RestError("invalid_body", { message: "The body must be {email, password}, both strings." });
  // No account has longer ones, and hashing a megabyte would let attackers occupy the server cheaply.
  if (email.length > 254 || password.length > 1024 || email.includes("\0"))
    throw new RestError("invalid_body", { message: "email or password is too long." });
  return { email, password };
}

/** @throws {RestError} sign_in_not_installed, if the database has only the default hook */
async function readAccount(pool: DatabasePool, email: string): Promise<LoginRow | undefined> {
  const { schema } = pool.names;
  try {
    const { rows } = await pool.query<LoginRow>(
      `select person_id, email, fname, lname, person_type, password_hash, memberships from ${schema}.login($1)`,
      [email],
    );
    return rows[0];
  } catch (error) {
    if ((error as { code?: string }).code !== signInNotInstalled) throw error;
    throw new RestError("sign_in_not_installed", { message: "No sign-in is installed.", cause: error });
  }
}

async function login({ pool, tokens }: LoginDependencies, email: string, password: string): Promise<object> {
  const row = await readAccount(pool, email.trim());
  const matches = await passwordMatches(row?.password_hash, password);
  const membership = row?.memberships[0];
  // A missing membership gives the same answer, so that it does not disclose that the password was correct.
  if (!row || !matches || !membership) throw new RestError("invalid_credentials");
  const { token, expiresAt } = tokens.sign({ personId: row.person_id, organizationId: membership.organization_id });
  const member = memberFromRow({ ...row, ...membership });
  return { token, expiresAt: expiresAt.toISOString(), person: publicMember(member) };
}
