import { randomUUID } from "node:crypto";
import type { Logger } from "@heliograph/server-kit";
import type { FastifyReply, FastifyRequest } from "fastify";
import { RestError } from "./rest-error.ts";
import { restErrorOfSql } from "./sql-error.ts";
import { sqlFaultOf } from "./sql-fault.ts";

/** Converts any error to a RestError. Errors that neither Fastify nor PostgreSQL explains become `internal`. */
function restErrorOf(error: unknown): RestError {
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
      return new RestError("invalid_body", { message: "The length of the body differs from Content-Length." });
    case "FST_ERR_BAD_URL":
    case "FST_ERR_MAX_PARAM_LENGTH":
      return new RestError("not_found", { message: "The address is malformed or too long." });
    default:
      // Errors of the JSON parser quote the body, which may contain secrets, so only the fact is reported.
      return error?.statusCode === 400
        ? new RestError("invalid_body", { message: "The body is not valid JSON." })
        : undefined;
  }
}

/** Lacks that do not pass by themselves: a full disk, a used-up sequence, a missing partition, damaged files. */
const needsAction = /^(53100|2200H|23514|58|F0|XX)/;

function stateOf(cause: unknown): string | undefined {
  const { code } = (cause ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : undefined;
}

/** The level at which an answer is logged; undefined for one that concerns only the caller. */
function levelOf({ status, code, cause }: RestError): "error" | "warn" | undefined {
  if (code === "internal") return "error";
  // For most lacks the database has its own alarms, so a warning is enough.
  if (status >= 500) return needsAction.test(stateOf(cause) ?? "") ? "error" : "warn";
  // A trigger that fails without RAISE is a defect of the application, which its users cannot report in detail.
  return code === "rule_violation" && sqlFaultOf(cause, "")?.origin !== "raise" ? "warn" : undefined;
}

/** Creates the error handler of all routes, which answers and logs every error. */
export function answerErrors(logger: Logger): (error: unknown, request: FastifyRequest, reply: FastifyReply) => void {
  return (error, request, reply) => {
    const answer = restErrorOf(error);
    const level = levelOf(answer);
    if (level) {
      const { code, cause, message } = answer;
      logger[level]({ err: cause, code, sqlstate: stateOf(cause), requestId: request.id }, message);
    }
    reply.code(answer.status).headers(answer.headers).type("application/json; charset=utf-8");
    reply.send(answer.toBody(request.id));
  };
}

/**
 * Creates the handler for Fastify's option `frameworkErrors`: an address that cannot be routed reaches no error handler of a
 * route, and Fastify's own answer has a different shape and repeats the whole address.
 */
export function answerFrameworkErrors(logger: Logger): ReturnType<typeof answerErrors> {
  const answer = answerErrors(logger);
  return (error, request, reply) => {
    request.id = randomUUID();
    reply.headers({ "x-request-id": request.id, "cache-control": "no-store" });
    answer(error, request, reply);
  };
}
