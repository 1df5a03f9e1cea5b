import { createLogger } from "@heliograph/server-kit";
import type { FastifyReply, FastifyRequest } from "fastify";
import { expect, test } from "vitest";
import { answerErrors } from "./answer-error.ts";
import { RestError } from "./rest-error.ts";
import { restErrorOfSql } from "./sql-error.ts";
import { serverError } from "./testing/server-error.ts";

function levelOf(error: unknown): string | undefined {
  let level: string | undefined;
  const logger = createLogger("test", "fatal");
  for (const name of ["error", "warn"] as const)
    logger[name] = () => {
      level = name;
    };
  const reply = { code: () => reply, headers: () => reply, type: () => reply, send: () => reply };
  answerErrors(logger)(error, { id: "r" } as FastifyRequest, reply as unknown as FastifyReply);
  return level;
}

const where = "PL/pgSQL function public.f() line 1 at assignment";

test.each([
  ["a refused value", serverError("22001"), undefined],
  ["a RAISE", serverError("P0001", { routine: "exec_stmt_raise", where }), undefined],
  ["a trigger that fails", serverError("22012", { where }), "warn"],
  ["a lock timeout", serverError("55P03"), "warn"],
  ["a lost connection", new Error("Connection terminated unexpectedly"), "warn"],
  ["a full disk", serverError("53100"), "error"],
  ["a missing partition", serverError("23514", { routine: "ExecFindPartition" }), "error"],
  ["a damaged index", serverError("XX002"), "error"],
  ["a defect of a statement", serverError("42601"), "error"],
  ["a defect of the gateway", new TypeError("x is undefined"), "error"],
])("%s is logged by who must act", (_title, error, level) => {
  expect(levelOf(error)).toBe(level);
  expect(levelOf(restErrorOfSql(error, "update") ?? new RestError("internal", { cause: error }))).toBe(level);
});
