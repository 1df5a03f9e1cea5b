import type { RestErrorCode } from "./error-catalog.ts";

/**
 * What a database error means for the caller.
 *
 * - `rule`: the application refuses the request. Repeating it is pointless; a person has to change it.
 * - `check`, `duplicate`, `reference`, `null`: a constraint refuses the row.
 * - `value`: a value of the request does not fit its column.
 * - `denied`: a privilege or a policy refuses the request.
 * - `contention`: concurrent transactions collided. The gateway repeats the transaction, then the client.
 * - `lack`: the infrastructure cannot serve the request now. The client repeats it.
 * - `defect`: nothing that a caller sends causes it, so it is a defect of the server or of the deployment.
 */
export type SqlFaultKind =
  | "rule"
  | "check"
  | "duplicate"
  | "reference"
  | "null"
  | "value"
  | "denied"
  | "contention"
  | "lack"
  | "defect";

/** The error code of each kind; its status and its remedy are in the catalogue. */
export const codeOfKind = {
  rule: "rule_violation",
  check: "check_violation",
  duplicate: "already_exists",
  reference: "reference_violation",
  null: "invalid_body",
  value: "invalid_body",
  denied: "not_permitted",
  contention: "unavailable",
  lack: "unavailable",
  defect: "internal",
} as const satisfies Record<SqlFaultKind, RestErrorCode>;

export interface SqlState {
  readonly kind: SqlFaultKind;
  /** What happened, for people; the catalogue's meaning by default. */
  readonly message?: string;
  readonly remedy?: string;
  /** For `lack` and `contention`. */
  readonly retryAfterS?: number;
  /** The kind of an error that a function of the application reports; by default as in `kindInFunction`. */
  readonly inFunction?: SqlFaultKind;
  /** PostgreSQL's own message names objects of the catalog and no values, so that it can be passed on. */
  readonly namesOnly?: true;
  /** The author of a function wrote the message. */
  readonly authored?: true;
}

const defect: SqlState = { kind: "defect" };
const rule: SqlState = { kind: "rule" };
const authored: SqlState = { kind: "rule", authored: true };
const named: SqlState = { kind: "rule", namesOnly: true };
const wrongType: SqlState = { kind: "value", message: "A value does not have the type of its column." };
const unstorable: SqlState = { kind: "value", message: "A text contains a character that cannot be stored." };
const lack = (message: string, retryAfterS = 2): SqlState => ({ kind: "lack", message, retryAfterS });

/**
 * Every class of PostgreSQL's appendix "Error Codes" (two characters), and the states that differ from their class (five).
 * A state of no class is the application's own.
 */
export const sqlStates: Readonly<Record<string, SqlState>> = {
  "00": defect, // no error
  "01": defect, // a warning
  "02": defect, // a warning
  "03": defect,
  "08": lack("The database cannot be reached."),
  "09": authored,
  "0A": defect,
  "0B": defect,
  "0F": defect,
  "0L": defect,
  "0P": defect,
  "0Z": defect,
  "10": defect, // XQuery
  "20": named, // CASE without a matching branch in a function
  "21": named, // a subquery of a function or policy returns several rows
  // Most states of class 22 come from an expression: a default, a generated column, a check, a policy.
  "22": rule,
  "22000": { kind: "value", message: "A value is invalid for its column." },
  "22001": { kind: "value", message: "A text is too long.", namesOnly: true },
  "22003": { kind: "value", message: "A number is out of range." },
  "22004": named,
  "22007": { kind: "value", message: "A date or time does not exist." },
  "22008": { kind: "value", message: "A date or time does not exist." },
  "22009": { kind: "value", message: "A time zone does not exist." },
  "22012": named,
  "22015": { kind: "value", message: "An interval is out of range." },
  "22018": wrongType,
  "22021": unstorable,
  "22023": defect,
  "22024": unstorable,
  "22025": { kind: "value", message: "A pattern ends in an escape character." },
  "22026": { kind: "value", message: "A value does not have the length of its column.", namesOnly: true },
  "22030": wrongType,
  "22032": wrongType,
  "2200H": lack("A sequence of the database has reached its end.", 10),
  "2200L": wrongType,
  "2200M": wrongType,
  "2200N": wrongType,
  "2200S": wrongType,
  "2200T": wrongType,
  "2201E": named,
  "2201F": named,
  "2202E": wrongType,
  "22P01": named,
  "22P02": wrongType,
  "22P03": wrongType,
  "22P04": defect,
  "22P05": unstorable,
  "23": { kind: "check", namesOnly: true },
  "23001": { kind: "reference", namesOnly: true }, // ON DELETE RESTRICT, its own state since PostgreSQL 18
  "23502": { kind: "null", namesOnly: true },
  "23503": { kind: "reference", namesOnly: true },
  "23505": { kind: "duplicate", namesOnly: true },
  "23P01": { kind: "duplicate", namesOnly: true },
  "24": defect,
  "25": defect,
  "25006": lack("The database is read only now."),
  "25P03": lack("The transaction paused for too long and was ended."),
  "25P04": lack("The transaction took too long and was ended."),
  "26": defect,
  "27": named, // a trigger changed the row that fired it
  "28": lack("The gateway cannot sign in to the database.", 5),
  "2B": defect,
  "2D": defect,
  "2F": authored,
  "34": defect,
  "38": authored, // functions in other languages
  "39": { kind: "rule", namesOnly: true }, // a trigger function returned the wrong row type
  "3B": defect,
  "3D": lack("The database does not exist now.", 5),
  "3F": defect,
  "40": { kind: "contention", message: "A concurrent write blocked this one.", retryAfterS: 1 },
  "40002": { kind: "check", namesOnly: true },
  "40003": lack("The outcome of the write is unknown."),
  "42": defect,
  "42501": { kind: "denied", namesOnly: true },
  "428C9": { kind: "value", message: "The server sets one of the columns." },
  "44": named,
  "53": lack("The database lacks resources."),
  "53100": lack("The database has no disk space left.", 10),
  "53200": lack("The database has no memory left."),
  "53300": lack("The database has no free connections."),
  "54": defect,
  "54000": { kind: "value", message: "A value is too large to be stored or indexed." },
  "54001": wrongType, // a value nested too deeply
  "55": lack("An object of the database is in use or not ready."),
  "55000": {
    kind: "lack",
    message: "An object of the database is in use or not ready.",
    retryAfterS: 2,
    inFunction: "rule",
  },
  "55P02": {
    kind: "lack",
    message: "An object of the database is in use or not ready.",
    retryAfterS: 2,
    inFunction: "rule",
  },
  "55P03": lack("A concurrent write blocked this one.", 1),
  "57": lack("The database was stopped or restarted."),
  "57014": {
    kind: "lack",
    message: "The statement took too long and was cancelled.",
    remedy: "Narrow the query, or repeat the request later.",
    retryAfterS: 1,
  },
  "58": lack("The system below the database failed."),
  "72": lack("The snapshot of the statement is too old."),
  F0: lack("The configuration of the database is damaged.", 5),
  HV: lack("A foreign server of the database failed."),
  P0: authored,
  P0002: named,
  P0003: named,
  XX: lack("The database failed internally."),
};

/** PostgreSQL reports a missing partition as a violated check, without the name of a constraint. */
export const noPartition: SqlState = lack("The database has no partition for this row.", 5);

/** @returns undefined for a state of no known class */
export function sqlStateOf(state: string): SqlState | undefined {
  return sqlStates[state] ?? sqlStates[state.slice(0, 2)];
}

/** What the application's own states mean, such as 45000 or AB123. */
export const ownState: SqlState = authored;

/**
 * The kind of an error that a statement inside a function of the application reports. The caller did not write that
 * statement, so the error is neither about the caller's values nor a defect of the server: a rule of the application failed.
 */
export function kindInFunction({ kind, inFunction }: SqlState): SqlFaultKind {
  return inFunction ?? (kind === "lack" || kind === "contention" ? kind : "rule");
}
