import { expect, test } from "vitest";
import { functionsIn, isContention, sqlFaultOf } from "./sql-fault.ts";
import { appendixStates } from "./testing/appendix-states.ts";
import { serverError } from "./testing/server-error.ts";

const kindOf = (error: unknown) => {
  const fault = sqlFaultOf(error, "sync");
  return fault && [fault.kind, fault.origin];
};

test("a RAISE is a rule of the application, whatever state it names", () => {
  for (const code of [...appendixStates.map(({ state }) => state), "45000", "AB123"])
    expect(kindOf(serverError(code, { routine: "exec_stmt_raise" })), code).toEqual(["rule", "raise"]);
});

test("a state of no class is the application's own", () => {
  expect(kindOf(serverError("AB123"))).toEqual(["rule", "statement"]);
});

const context = "PL/pgSQL function public.check_invoice() line 3 at assignment";
test.each([
  ["22012", context, "rule", "function"],
  ["22P02", context, "rule", "function"],
  ["22P02", undefined, "value", "statement"],
  ["42703", context, "rule", "function"],
  ["42703", undefined, "defect", "statement"],
  ["55P03", context, "lack", "function"],
  ["40P01", context, "contention", "function"],
  ["55000", context, "rule", "function"],
  ["55000", undefined, "lack", "statement"],
  // Heliograph's own trigger fails: the user's edit is not at fault and must not be put aside.
  ["23505", `PL/pgSQL function sync.log_task_changes_insert() line 7 at SQL statement\n${context}`, "defect", "core"],
  ["22P02", "PL/pgSQL function sync.version_task() line 2 at IF", "defect", "core"],
  ["53100", "PL/pgSQL function sync.log_task_changes_insert() line 7 at SQL statement", "lack", "core"],
  ["22P02", "PL/pgSQL function public.log_task_changes_insert() line 2 at IF", "rule", "function"],
] as const)("%s in %s is %s", (code, where, kind, origin) => {
  expect(kindOf(serverError(code, where === undefined ? {} : { where }))).toEqual([kind, origin]);
});

test("a missing partition is a lack of the infrastructure, a violated check is not", () => {
  expect(kindOf(serverError("23514", { routine: "ExecFindPartition" }))).toEqual(["lack", "statement"]);
  expect(kindOf(serverError("23514", { routine: "ExecConstraints", constraint: "c" }))).toEqual(["check", "statement"]);
  expect(
    kindOf(
      serverError("23514", {
        routine: "ExecFindPartition",
        where: "PL/pgSQL function sync.log_task_changes_insert() line 7 at SQL statement",
      }),
    ),
  ).toEqual(["lack", "core"]);
});

test("a connection that is lost or silent is a lack, and other errors are none of the database", () => {
  expect(kindOf(Object.assign(new Error("connect"), { code: "ECONNREFUSED" }))).toEqual(["lack", "statement"]);
  expect(kindOf(new Error("Query read timeout"))).toEqual(["lack", "statement"]);
  expect(kindOf(new TypeError("x is undefined"))).toBeUndefined();
  expect(kindOf(undefined)).toBeUndefined();
});

test.each([
  ["PL/pgSQL function public.f(integer,text) line 3 at RAISE", ["public.f(integer,text)"]],
  ["PL/pgSQL-Funktion f() Zeile 3 bei RAISE", ["f()"]],
  ["fonction PL/pgSQL public.f(), ligne 3 à RAISE", ["public.f()"]],
  ["PL/pgSQL関数public.f()の3行目 - RAISEの場所", ["public.f()"]],
  ['PL/pgSQL function "My Schema"."F(x)"() line 1 at RAISE', ['"My Schema"."F(x)"()']],
  ['PL/Python function "f"', ["f"]],
  ['SQL function "f" statement 1', ["f"]],
  ["SQL-Funktion »f« Anweisung 1", ["f"]],
  ['SQL statement "insert into t select 1"\nPL/pgSQL function g() line 1 at SQL statement', ["g()"]],
  // Values of the caller are quoted in the context too.
  ["unnamed portal parameter $1 = 'PL/pgSQL function f()'", []],
  ['JSON data, line 1: "PL/pgSQL function f()', []],
  ['JSON data, line 1: "SQL function "f"', []],
])("functions in the context: %s", (where, functions) => {
  expect(functionsIn(where)).toEqual(functions);
});

test("only PostgreSQL's own deadlocks and serialization failures are repeated", () => {
  expect(isContention(serverError("40P01"))).toBe(true);
  expect(isContention(serverError("40001"))).toBe(true);
  expect(isContention(serverError("40001", { routine: "exec_stmt_raise" }))).toBe(false);
  expect(isContention(serverError("55P03"))).toBe(false);
});
