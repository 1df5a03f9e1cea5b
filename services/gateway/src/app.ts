import type { AddressInfo } from "node:net";
import cors from "@fastify/cors";
import { socketPath } from "@heliograph/protocol";
import {
  answerHealth,
  type DatabasePool,
  type Logger,
  listenError,
  type MetricsRegistry,
  type Tokens,
} from "@heliograph/server-kit";
import Fastify, { type FastifyInstance, type FastifyPluginAsync, type FastifyReply } from "fastify";
import type { GatewayConfig } from "./config.ts";
import type { EntityRegistry } from "./db/entity-registry.ts";
import type { GatewayMetrics } from "./metrics.ts";
import { answerFrameworkErrors } from "./rest/errors/answer-error.ts";
import { registerRest, routerOptions } from "./rest/register-rest.ts";
import type { PubsubService } from "./sync/pubsub-service.ts";
import { type HandshakeRefusal, handshakeRefusals, identify, isRefusal, refusalBody } from "./sync/socket/handshake.ts";

export interface AppDependencies {
  readonly config: GatewayConfig;
  readonly pool: DatabasePool;
  readonly registry: EntityRegistry;
  readonly tokens: Tokens;
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
  readonly metricsRegistry: MetricsRegistry;
  readonly pubsub: Pick<PubsubService, "poke" | "upgrade">;
  /** A reason while this gateway is not ready. */
  readonly notReady: () => string | undefined;
}

// A client that sends its request byte by byte must not hold a connection forever.
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;

/** Builds the HTTP server with REST, socket upgrades, health and metrics. */
export async function buildApp(dependencies: AppDependencies): Promise<FastifyInstance> {
  const { config, pool, registry, tokens, logger, metrics, pubsub } = dependencies;
  const app = Fastify({
    // REST writes its own line per request, without the query string, which may contain tokens.
    logger: false,
    routerOptions,
    frameworkErrors: answerFrameworkErrors(logger),
    trustProxy: [...config.TRUSTED_PROXIES],
    requestTimeout: requestTimeoutMs,
    // A load balancer with a longer timeout would reuse a connection at the moment it closes.
    keepAliveTimeout: config.KEEP_ALIVE_MS,
    http: {
      headersTimeout: headersTimeoutMs,
      // Some HTTP clients offer "h2c" with every request; only WebSocket upgrades are accepted.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === "websocket",
    },
  });
  app.server.on("upgrade", (request, socket, head) => pubsub.upgrade(request, socket, head));
  registerHealth(app, dependencies);
  await registerUpgradeProbe(app, dependencies);
  await registerRest(app, {
    pool,
    registry,
    tokens,
    logger,
    poke: () => pubsub.poke(),
    config,
    observe: (route, status, seconds) => metrics.requestSeconds.observe({ route, status: String(status) }, seconds),
  });
  app.setNotFoundHandler((_request, reply) =>
    answer(reply, { ...handshakeRefusals.notFound, message: "There is nothing at this path.", remedy: "See /docs." }),
  );
  return app;
}

function registerHealth(app: FastifyInstance, { notReady, metricsRegistry }: AppDependencies): void {
  for (const path of ["/healthz/live", "/healthz/ready", "/metrics"])
    app.get(path, async (_request, reply) => {
      const health = await answerHealth(path, { notReady }, metricsRegistry);
      if (!health) return reply.callNotFound();
      return reply.code(health.status).type(health.type).header("cache-control", "no-store").send(health.body);
    });
}

/**
 * Answers GET on the socket's path without an upgrade with the reason why an upgrade would be refused: browsers do not
 * expose the status of a failed upgrade, so the client asks here.
 */
async function registerUpgradeProbe(app: FastifyInstance, { config, tokens }: AppDependencies): Promise<void> {
  const routes: FastifyPluginAsync = async (scope) => {
    await scope.register(cors, {
      origin: config.ALLOWED_ORIGINS.length > 0 ? [...config.ALLOWED_ORIGINS] : false,
      methods: ["GET"],
      allowedHeaders: ["authorization"],
    });
    scope.get(socketPath, (request, reply) => {
      if (!config.SYNC_ENABLED) return answer(reply, handshakeRefusals.disabled);
      const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
      const identity = token === undefined ? undefined : identify(() => tokens.verify(token));
      if (identity && isRefusal(identity)) return answer(reply, identity);
      reply.header("upgrade", "websocket");
      return answer(reply, handshakeRefusals.upgradeRequired);
    });
  };
  await app.register(routes);
}

function answer(reply: FastifyReply, refusal: HandshakeRefusal): FastifyReply {
  if (refusal.retryAfter !== undefined) reply.header("retry-after", refusal.retryAfter);
  return reply
    .code(refusal.status)
    .header("cache-control", "no-store")
    .type("application/json; charset=utf-8")
    .send(refusalBody(refusal));
}

/** Opens the port, on every address when `host` is null; port 0 takes a free one. @returns the real port */
export async function listen(app: FastifyInstance, port: number, host: string | null): Promise<number> {
  try {
    await app.listen({ port, host: host ?? "::" });
  } catch (error) {
    // A machine without IPv6.
    if (host !== null || (error as { code?: string }).code !== "EAFNOSUPPORT") throw listenError(error, port);
    await app.listen({ port, host: "0.0.0.0" });
  }
  return (app.server.address() as AddressInfo).port;
}
