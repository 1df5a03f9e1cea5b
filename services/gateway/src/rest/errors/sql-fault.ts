import { isSilence, isUnavailable } from "@heliograph/server-kit";
import { kindInFunction, noPartition, ownState, type SqlFaultKind, type SqlState, sqlStateOf } from "./sql-states.ts";

/** The fields of PostgreSQL's error message that are used; `pg` calls them so. */
export interface ServerError {
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  /** The functions that were running, innermost first, one a line. */
  readonly where?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  readonly dataType?: string;
  readonly constraint?: string;
  /** The C function that reported the error. Unlike the message it is in no language. */
  readonly routine?: string;
}

/**
 * Where an error was reported.
 *
 * - `raise`: by RAISE or its like, so the application (or Heliograph) chose state and text.
 * - `function`: by a statement inside a function of the application.
 * - `core`: by a statement inside a function of Heliograph.
 * - `statement`: by the gateway's own statement, including the table's constraints, defaults and policies.
 */
type ErrorOrigin = "raise" | "function" | "core" | "statement";

export interface SqlFault {
  readonly kind: SqlFaultKind;
  readonly origin: ErrorOrigin;
  readonly state: SqlState;
  /** Undefined when no server answered. */
  readonly error: ServerError | undefined;
}

/**
 * RAISE and ASSERT of PL/pgSQL, `elog` of PL/Perl. A re-raised error keeps its routine, so it is not among these. PL/Python
 * reports both its own errors and those of its statements from one routine; its own have a state of class 38.
 */
const raisingRoutines: ReadonlySet<string> = new Set([
  "exec_stmt_raise",
  "exec_stmt_assert",
  "plperl_util_elog",
  "do_util_elog",
]);

/** A check constraint is reported by other routines. The messages are in the server's language. */
const partitionRoutines: ReadonlySet<string> = new Set(["ExecFindPartition", "ExecPartitionCheckEmitError"]);

/** Functions that Heliograph installs or generates, and that run inside users' statements. */
const coreFunction =
  /^(log_\w+_changes\w*|log_entity_change|log_view|version_\w+|sync_\w+|(parents_)?readable_\w+|inet_or_null|value_or_null)$/;

function serverErrorOf(error: unknown): ServerError | undefined {
  const { code, severity } = (error ?? {}) as { code?: unknown; severity?: unknown };
  return typeof code === "string" && typeof severity === "string" ? (error as ServerError) : undefined;
}

const identifier = String.raw`(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)`;
const signature = new RegExp(String.raw`${identifier}(?:\.${identifier})?\([^()]*\)`);
// The kind of function comes before any quoted text: other lines of the context quote values, which may look like a function.
const procedural = /^[^"'»«„]*PL\//;
const sqlFunction = /^[^"'»«„]*SQL[^"'»«„]*["»«„]([^\s"»«„“]+)["»«“]/;
const quotedName = /["»«„]([^\s"»«„“]+)["»«“]/;

/**
 * The functions in the context of an error, innermost first, as PostgreSQL writes them: `public.check_invoice()`. Functions
 * in languages other than PL/pgSQL are named without schema and arguments. The words around the names are in the server's
 * language: "PL/pgSQL function f() line 3 at RAISE", "fonction PL/pgSQL f(), ligne 3".
 */
export function functionsIn(where: string | undefined): readonly string[] {
  return (where?.split("\n") ?? []).flatMap((line) => {
    const name = procedural.test(line)
      ? (signature.exec(line)?.[0] ?? quotedName.exec(line)?.[1])
      : sqlFunction.exec(line)?.[1];
    return name === undefined ? [] : [name];
  });
}

function isCoreFunction(signature: string, schema: string): boolean {
  const [name = ""] = signature.split("(");
  const parts = name.replaceAll('"', "").split(".");
  return (parts.length === 1 || parts[0] === schema.replaceAll('"', "")) && coreFunction.test(parts.at(-1) ?? "");
}

function originOf(error: ServerError, schema: string): ErrorOrigin {
  if (raisingRoutines.has(error.routine ?? "")) return "raise";
  const [innermost] = functionsIn(error.where);
  if (innermost === undefined) return "statement";
  return isCoreFunction(innermost, schema) ? "core" : "function";
}

/**
 * Classifies an error of the database; undefined for an error of another kind.
 *
 * An application may RAISE with a state of the infrastructure, such as 53100 or 55P03. PostgreSQL reports the same state
 * for both; only the reporting routine differs. RAISE is always a rule of the application.
 *
 * @param schema the schema of Heliograph
 */
export function sqlFaultOf(error: unknown, schema: string): SqlFault | undefined {
  const reported = serverErrorOf(error);
  if (!reported) {
    const state = sqlStateOf("08");
    const lost = state !== undefined && (isUnavailable(error) || isSilence(error));
    return lost ? { kind: "lack", origin: "statement", state, error: undefined } : undefined;
  }
  const origin = originOf(reported, schema);
  if (origin === "raise") return { kind: "rule", origin, state: ownState, error: reported };
  const { code, constraint, routine = "" } = reported;
  const misses = code === "23514" && constraint === undefined && partitionRoutines.has(routine);
  const state = misses ? noPartition : (sqlStateOf(code) ?? ownState);
  if (origin === "function") return { kind: kindInFunction(state), origin, state, error: reported };
  const { kind } = state;
  // Heliograph's own statements use no value of the request as it is, so the request is not at fault.
  const blameless = origin === "core" && kind !== "lack" && kind !== "contention";
  return { kind: blameless ? "defect" : kind, origin, state, error: reported };
}

/** Whether concurrent transactions collided, so that the same transaction may succeed at once. */
export function isContention(error: unknown): boolean {
  return sqlFaultOf(error, "")?.kind === "contention";
}
