import cors from "@fastify/cors";
import type { DatabasePool, Logger, Tokens } from "@heliograph/server-kit";
import type { FastifyInstance, FastifyPluginAsync } from "fastify";
import { authenticate, authenticateForRenewal } from "../auth/caller.ts";
import { Directory } from "../auth/directory.ts";
import { registerLoginRoutes } from "../auth/login-routes.ts";
import type { EntityRegistry } from "../db/entity-registry.ts";
import { EntityAccess } from "./documents/entity-access.ts";
import { registerEntityTypesRoute } from "./entity-types-route.ts";
import { answerErrors } from "./errors/answer-error.ts";
import { RestError } from "./errors/rest-error.ts";
import { acceptJsonBodies } from "./json-body.ts";
import { registerOpenApi } from "./openapi/openapi-routes.ts";
import { registerReadRoutes } from "./read-routes.ts";
import { addRequestHooks, type Observe } from "./request-hooks.ts";
import { registerWriteRoutes } from "./write-routes.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Needs no token. */
    public?: boolean;
    /** Exchanges a token, which may have ended a while ago. */
    renewal?: boolean;
  }
}

export interface RestDependencies {
  /** Connects as heliograph_gateway. With `pipeline` a request takes one round trip less. */
  readonly pool: DatabasePool;
  readonly registry: EntityRegistry;
  readonly tokens: Tokens;
  readonly logger: Logger;
  /** Tells the watcher that there is something to claim; called after each committed write. */
  readonly poke: () => void;
  readonly config: {
    /** Origins of pages that may read answers; empty: same origin only. */
    readonly ALLOWED_ORIGINS: readonly string[];
    /** Attempts to sign in per minute, address and account; 30 unless told. */
    readonly LOGIN_ATTEMPTS_PER_MINUTE?: number;
    /** Longest statement, in ms; 10 s unless told. */
    readonly STATEMENT_TIMEOUT_MS?: number;
  };
  readonly observe?: Observe;
}

/** Beginning of every address here. */
const prefix = "/api/v1";
/** Largest body: a document with long texts has a few KiB; this is what one request may occupy of memory. */
const bodyLimit = 256 * 1024;

/** Adds the REST interface under /api/v1 and its description at /docs. */
export async function registerRest(app: FastifyInstance, dependencies: RestDependencies): Promise<void> {
  const { registry, pool, tokens, logger, config } = dependencies;
  await registerOpenApi(app, registry);
  const plugin: FastifyPluginAsync = async (api) => {
    api.addHook("onRoute", (route) => {
      route.bodyLimit = bodyLimit;
    });
    api.setErrorHandler(answerErrors(logger));
    acceptJsonBodies(api);
    // In this order: even a refused request has an id and a log line; a browser's preflight carries no token.
    addRequestHooks(api, logger, dependencies.observe);
    await allowOrigins(api, config.ALLOWED_ORIGINS);
    addAuthentication(api, tokens, new Directory(pool));
    api.setNotFoundHandler(() => {
      throw new RestError("not_found");
    });

    await registerLoginRoutes(api, {
      pool,
      tokens,
      ...(config.LOGIN_ATTEMPTS_PER_MINUTE === undefined
        ? {}
        : { attemptsPerMinute: config.LOGIN_ATTEMPTS_PER_MINUTE }),
    });
    registerEntityTypesRoute(api, registry);
    const access = new EntityAccess({
      pool,
      registry,
      poke: dependencies.poke,
      ...(config.STATEMENT_TIMEOUT_MS === undefined ? {} : { statementTimeoutMs: config.STATEMENT_TIMEOUT_MS }),
    });
    registerReadRoutes(api, access);
    registerWriteRoutes(api, access);
    refuseOtherMethods(api);
  };
  await app.register(plugin, { prefix });
}

function addAuthentication(api: FastifyInstance, tokens: Tokens, directory: Directory): void {
  api.addHook("onRequest", async (request) => {
    const { config } = request.routeOptions;
    if (config.renewal === true) await authenticateForRenewal(request, tokens, directory);
    else if (config.public !== true) await authenticate(request, tokens, directory);
  });
}

async function allowOrigins(api: FastifyInstance, origins: readonly string[]): Promise<void> {
  await api.register(cors, {
    origin: origins.length > 0 ? [...origins] : false,
    methods: ["GET", "HEAD", "POST", "PATCH", "DELETE"],
    allowedHeaders: ["authorization", "content-type", "if-match", "idempotency-key", "x-request-id"],
    exposedHeaders: ["etag", "location", "retry-after", "idempotency-replayed", "x-request-id"],
    // Seconds for which a browser need not ask again; Chromium keeps an answer 2 h at most.
    maxAge: 7200,
  });
}

/** Known addresses with another method say so: 404 would send the caller looking for a typing error. */
function refuseOtherMethods(api: FastifyInstance): void {
  const refuse = (allow: string) => () => {
    throw new RestError("method_not_allowed", { headers: { allow } });
  };
  api.route({ method: ["PUT", "PATCH", "DELETE"], url: "/:entity", handler: refuse("GET, HEAD, POST") });
  api.route({ method: ["PUT", "POST"], url: "/:entity/:id", handler: refuse("GET, HEAD, PATCH, DELETE") });
  api.route({
    method: ["PUT", "POST", "PATCH", "DELETE"],
    url: "/:entity/:id/history",
    handler: refuse("GET, HEAD"),
  });
}
