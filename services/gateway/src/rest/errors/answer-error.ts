import { randomUUID } from "node:crypto";
import type { Logger } from "@heliograph/server-kit";
import type { FastifyReply, FastifyRequest } from "fastify";
import { RestError } from "./rest-error.ts";
import { restErrorOfSql } from "./sql-error.ts";

/** Any failure as what the caller is told. Only the two classes that know better say more than `internal`. */
export function restErrorOf(error: unknown): RestError {
  if (error instanceof RestError) return error;
  const fromFastify = restErrorOfFastify(error as { code?: string; statusCode?: number } | null);
  return fromFastify ?? restErrorOfSql(error, "read") ?? new RestError("internal", { cause: error });
}

function restErrorOfFastify(error: { code?: string; statusCode?: number } | null): RestError | undefined {
  switch (error?.code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new RestError("payload_too_large");
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new RestError("unsupported_media_type");
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return new RestError("invalid_body", { message: "The body is not as long as Content-Length says." });
    case "FST_ERR_BAD_URL":
    case "FST_ERR_MAX_PARAM_LENGTH":
      return new RestError("not_found", { message: "The address is malformed or too long." });
    default:
      // The JSON parser's errors: they quote the body, which may hold secrets, so only the fact is passed on.
      return error?.statusCode === 400
        ? new RestError("invalid_body", { message: "The body is not valid JSON." })
        : undefined;
  }
}

/** Error handler of every route: the one place where a failure becomes an answer, and where it is logged. */
export function answerErrors(logger: Logger): (error: unknown, request: FastifyRequest, reply: FastifyReply) => void {
  return (error, request, reply) => {
    const answer = restErrorOf(error);
    // Internal: somebody must act. Unavailable: the database's own alarms say so, a line per request is a warning.
    if (answer.status >= 500) {
      const level = answer.code === "internal" ? "error" : "warn";
      logger[level]({ err: answer.cause, code: answer.code, requestId: request.id }, answer.message);
    }
    reply.code(answer.status).headers(answer.headers).type("application/json; charset=utf-8");
    reply.send(answer.toBody(request.id));
  };
}

/**
 * For the option `frameworkErrors` of the server: addresses that cannot be routed reach no route's handler, and Fastify's
 * own answer has another shape and repeats the whole address.
 */
export function answerFrameworkErrors(logger: Logger): ReturnType<typeof answerErrors> {
  const answer = answerErrors(logger);
  return (error, request, reply) => {
    request.id = randomUUID();
    reply.headers({ "x-request-id": request.id, "cache-control": "no-store" });
    answer(error, request, reply);
  };
}
