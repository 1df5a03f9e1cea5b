import rateLimit from "@fastify/rate-limit";
import type { DatabasePool, Tokens } from "@heliograph/server-kit";
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from "fastify";
import { Semaphore } from "../concurrency/semaphore.ts";
import { RestError } from "../rest/errors/rest-error.ts";
import { callerOf } from "./caller.ts";
import { publicMember } from "./directory.ts";
import { passwordMatches } from "./password.ts";

interface LoginRow {
  person_id: string;
  email: string;
  fname: string;
  lname: string;
  person_type: string;
  password_hash: string;
  memberships: { organization_id: string; role: string }[];
}

/** Attempts per minute for one address from one place: a person's typing errors, but 40 000 guesses a month at most. */
const defaultAttemptsPerMinute = 30;

/**
 * Passwords verified at once. Node has four threads for this, for files and for the names of hosts; guesses at ever new
 * accounts, which no limit per account stops, must leave some of them to the rest of the process.
 */
const verifiedAtOnce = 2;
/** Attempts that may wait for their turn: about two seconds. */
const maxWaiting = 100;

/** SQLSTATE that the default of the hook app.login raises. */
const noSignIn = "HG002";

export interface LoginDependencies {
  readonly pool: DatabasePool;
  readonly tokens: Tokens;
  readonly attemptsPerMinute?: number;
}

/** `POST auth/login`, `POST auth/renew` and `GET auth/me`. */
export async function registerLoginRoutes(app: FastifyInstance, dependencies: LoginDependencies): Promise<void> {
  const turns = new Semaphore(verifiedAtOnce);
  const limited: FastifyPluginAsync = async (scope) => {
    await scope.register(rateLimit, {
      max: dependencies.attemptsPerMinute ?? defaultAttemptsPerMinute,
      timeWindow: 60_000,
      cache: 10_000,
      // After the body is parsed, which names the account. By account and place: by account alone, anybody could lock
      // somebody else out.
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
      if (turns.waiting >= maxWaiting)
        throw new RestError("rate_limited", {
          message: "Too many people sign in at this moment.",
          headers: { "retry-after": "2" },
        });
      return turns.run(() => login(dependencies, email, password));
    });
  };
  await app.register(limited);
  // Whoever is still a member gets another token for the one he has, or had until a while ago; the first one is valid
  // until it expires.
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
  // As the account is looked up: with the spaces, every number of them would be an account with attempts of its own.
  return typeof email === "string" ? email.trim().toLowerCase().slice(0, 254) : "";
}

function credentials(body: unknown): { email: string; password: string } {
  const { email, password, ...rest } = (typeof body === "object" && body !== null ? body : {}) as Record<
    string,
    unknown
  >;
  const other = Object.keys(rest)[0];
  if (typeof email !== "string" || typeof password !== "string" || other !== undefined)
    throw new RestError("invalid_body", { message: "The body must be {email, password}, both text." });
  // Longer ones cannot belong to an account; hashing a megabyte would be a cheap way to occupy the server.
  if (email.length > 254 || password.length > 1024 || email.includes("\0"))
    throw new RestError("invalid_body", { message: "email or password is too long." });
  return { email, password };
}

/** @throws {RestError} sign_in_not_installed, when the database has the default hook */
async function readAccount(pool: DatabasePool, email: string): Promise<LoginRow | undefined> {
  const { schema } = pool.names;
  try {
    const { rows } = await pool.query<LoginRow>(
      `select person_id, email, fname, lname, person_type, password_hash, memberships from ${schema}.login($1)`,
      [email],
    );
    return rows[0];
  } catch (error) {
    if ((error as { code?: string }).code !== noSignIn) throw error;
    throw new RestError("sign_in_not_installed", { message: "No sign-in is installed.", cause: error });
  }
}

async function login({ pool, tokens }: LoginDependencies, email: string, password: string): Promise<object> {
  const row = await readAccount(pool, email.trim());
  const matches = await passwordMatches(row?.password_hash, password);
  const membership = row?.memberships[0];
  // No membership: the same answer, or it would tell that the password was right.
  if (!row || !matches || !membership) throw new RestError("invalid_credentials");
  const { token, expiresAt } = tokens.sign({ personId: row.person_id, organizationId: membership.organization_id });
  const member = {
    id: row.person_id,
    email: row.email,
    fname: row.fname,
    lname: row.lname,
    personType: row.person_type,
    organizationId: membership.organization_id,
    role: membership.role,
  };
  return { token, expiresAt: expiresAt.toISOString(), person: publicMember(member) };
}
