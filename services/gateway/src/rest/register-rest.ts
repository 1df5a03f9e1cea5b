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
import { renderJson } from "./values/json-text.ts";
import { registerWriteRoutes } from "./write-routes.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** The route needs no token. */
    public?: boolean;
    /** The route exchanges a token, which may have expired within the grace period. */
    renewal?: boolean;
  }
}

export interface RestDependencies {
  /** Connects as heliograph_gateway. `pipeline` saves a round trip per request. */
  readonly pool: DatabasePool;
  readonly registry: EntityRegistry;
  readonly tokens: Tokens;
  readonly logger: Logger;
  /** Asks the watcher to poll the log at once; called after each committed write. */
  readonly poke: () => void;
  readonly config: {
    /** Origins whose pages may read answers; if empty, the same origin only. */
    readonly ALLOWED_ORIGINS: readonly string[];
    /** Sign-in attempts per minute, address and account; 30 by default. */
    readonly LOGIN_ATTEMPTS_PER_MINUTE?: number;
    /** Longest statement in milliseconds; 10 s by default. */
    readonly STATEMENT_TIMEOUT_MS?: number;
  };
  readonly observe?: Observe;
}

/**
 * Options of the server's router. An id in an address may be as long as a key in an index of PostgreSQL (2,704 bytes); by
 * default the router refuses parameters of more than 100 characters.
 */
export const routerOptions = { maxParamLength: 3000 } as const;

/** Prefix of every address. */
const prefix = "/api/v1";
/** Maximum size of a body, which bounds the memory of a request. A document with long texts has a few KiB. */
const bodyLimit = 256 * 1024;

/** Registers the REST interface under /api/v1 and its reference at /docs. */
export async function registerRest(app: FastifyInstance, dependencies: RestDependencies): Promise<void> {
  const { registry, pool, tokens, logger, config } = dependencies;
  await registerOpenApi(app, registry);
  const plugin: FastifyPluginAsync = async (api) => {
    api.addHook("onRoute", (route) => {
      route.bodyLimit = bodyLimit;
    });
    api.setErrorHandler(answerErrors(logger));
    acceptJsonBodies(api);
    api.setReplySerializer(renderJson);
    // In this order: a refused request has an id and a log line too, and a browser's preflight request has no token.
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
    // Seconds for which a browser may cache the preflight answer; the maximum of Chromium is 2 h.
    maxAge: 7200,
  });
}

/** Answers known addresses with an unsupported method by 405: a 404 would suggest a typing error in the address. */
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
