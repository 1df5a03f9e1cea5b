import { createLogger, createPool, type DatabasePool, Tokens } from "@heliograph/server-kit";
import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import Fastify, { type FastifyInstance } from "fastify";
import { type EntityRegistry, loadEntityRegistry } from "../../db/entity-registry.ts";
import type { Document } from "../documents/document.ts";
import { answerFrameworkErrors } from "../errors/answer-error.ts";
import { type RestDependencies, registerRest, routerOptions } from "../register-rest.ts";

/** People of the demonstration data: three of Northwind, two of Contoso; alice and dave are administrators. */
export type DemoUser = "alice" | "bob" | "carol" | "dave" | "erin";
const domains = { alice: "northwind", bob: "northwind", carol: "northwind", dave: "contoso", erin: "contoso" } as const;
export const emailOf = (user: DemoUser): string => `${user}@${domains[user]}.example`;

/** The fields of all answers; a test reads those of the answer that it expects. */
type Body = Document & {
  readonly items: Document[];
  readonly gone: string[];
  readonly nextCursor: string | null;
  readonly current: Document | null;
  readonly error: { code: string; message: string; remedy: string; requestId: string };
  readonly token: string;
  readonly person: Readonly<Record<string, unknown>>;
};

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Body;
}

export interface Call {
  /** The calling user, bob by default; null: without a token. */
  readonly as?: DemoUser | null;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

interface Identity {
  readonly personId: string;
  readonly organizationId: string;
}

/** The REST API on its own database, called without a network. */
export interface RestUnderTest extends AsyncDisposable {
  readonly app: FastifyInstance;
  readonly db: TestDatabase;
  readonly pool: DatabasePool;
  readonly registry: EntityRegistry;
  readonly tokens: Tokens;
  /** The number of pokes that were sent to the watcher. */
  pokes(): number;
  /** Sends `METHOD /path`, with the path below /api/v1, as one of the users. */
  call(request: string, options?: Call): Promise<Answer>;
  token(user: DemoUser): string;
  identity(user: DemoUser): Identity;
}

export const jwtSettings = {
  JWT_SECRET: "a secret that only these tests know, long enough",
  JWT_ISSUER: "heliograph",
  JWT_AUDIENCE: "heliograph",
  TOKEN_LIFETIME_S: 3600,
  TOKEN_RENEW_GRACE_S: 86_400,
} as const;

async function readIdentities(db: TestDatabase): Promise<Map<string, Identity>> {
  const { rows } = await db.pool.query<{ email: string; person_id: string; organization_id: string }>(
    "select p.email, m.person_id, m.organization_id from app.person p join app.membership m on m.person_id = p.id",
  );
  return new Map(rows.map((row) => [row.email, { personId: row.person_id, organizationId: row.organization_id }]));
}

export async function startRest(config: Partial<RestDependencies["config"]> = {}): Promise<RestUnderTest> {
  await using undo = new AsyncDisposableStack();
  const db = undo.use(await createTestDatabase({ template: "demo" }));
  const identities = await readIdentities(db);
  const logger = createLogger("test", "error");
  const pool = createPool({
    url: db.url("heliograph_gateway"),
    names: db.names,
    name: "test",
    max: 6,
    logger,
    pipeline: true,
  });
  undo.defer(() => pool.end());
  const registry = await loadEntityRegistry(pool);
  const tokens = new Tokens(jwtSettings);
  const app = Fastify({ routerOptions, frameworkErrors: answerFrameworkErrors(logger) });
  undo.defer(() => app.close());
  let pokes = 0;
  const poke = (): void => {
    pokes += 1;
  };
  await registerRest(app, { pool, registry, tokens, logger, poke, config: { ALLOWED_ORIGINS: [], ...config } });
  await app.ready();

  const identity = (user: DemoUser): Identity => {
    const found = identities.get(emailOf(user));
    if (!found) throw new Error(`the demonstration data has no ${emailOf(user)}`);
    return found;
  };
  const token = (user: DemoUser): string => tokens.sign(identity(user)).token;
  const call = async (request: string, { as = "bob", body, headers = {} }: Call = {}): Promise<Answer> => {
    const [method, url] = request.split(" ", 2);
    const answer = await app.inject({
      method: method as "GET",
      url: `/api/v1${url}`,
      headers: { ...(as === null ? {} : { authorization: `Bearer ${token(as)}` }), ...headers },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    return {
      status: answer.statusCode,
      headers: answer.headers as Record<string, string>,
      body: (answer.body === "" ? {} : answer.json()) as Body,
    };
  };
  const all = undo.move();
  return {
    app,
    db,
    pool,
    registry,
    tokens,
    pokes: () => pokes,
    call,
    token,
    identity,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
