import { randomUUID } from "node:crypto";
import type { Logger } from "@heliograph/server-kit";
import type { FastifyInstance } from "fastify";

/** Called after each answer, for metrics: the route's pattern (never the address, whose ids are unbounded). */
export type Observe = (route: string, status: number, seconds: number) => void;

/** A request id from outside is kept if it can do no harm in a log or header. */
const requestIdPattern = /^[\w.:-]{1,64}$/;

const securityHeaders = {
  // Answers hold users' data: no cache on the way may keep them.
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  // JSON opened as a page must not run anything.
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
} as const;

/** Request id, headers of every answer, one log line and one observation per request. */
export function addRequestHooks(app: FastifyInstance, logger: Logger, observe: Observe | undefined): void {
  app.addHook("onRequest", async (request, reply) => {
    const offered = request.headers["x-request-id"];
    request.id = typeof offered === "string" && requestIdPattern.test(offered) ? offered : randomUUID();
    reply.headers({ ...securityHeaders, "x-request-id": request.id });
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "unknown";
    const milliseconds = Math.round(reply.elapsedTime * 10) / 10;
    observe?.(route, reply.statusCode, reply.elapsedTime / 1000);
    // Without the query: it may hold a token by mistake, and filters hold what people searched for.
    const path = request.url.split("?")[0];
    logger.info(
      { event: "request", method: request.method, path, status: reply.statusCode, milliseconds, requestId: request.id },
      "request",
    );
  });
}
