import { randomUUID } from "node:crypto";
import type { Logger } from "@heliograph/server-kit";
import type { FastifyInstance } from "fastify";

/** Called after each answer, for metrics, with the pattern of the route; addresses with their ids would be unbounded labels. */
export type Observe = (route: string, status: number, seconds: number) => void;

/** A request id of the client is used if it is harmless in logs and headers. */
const requestIdPattern = /^[\w.:-]{1,64}$/;

const securityHeaders = {
  // Answers contain data of users, which no cache may store.
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  // JSON that is opened as a page must not execute anything.
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
} as const;

/** Adds the request id, the headers of every answer, and one log line and one observation per request. */
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
    // Without the query: it may contain a token by mistake, and filters contain search terms of users.
    const path = request.url.split("?")[0];
    logger.info(
      { event: "request", method: request.method, path, status: reply.statusCode, milliseconds, requestId: request.id },
      "request",
    );
  });
}
