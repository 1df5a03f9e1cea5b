import type { DatabaseNames } from "@heliograph/shared/database-names";
import pg from "pg";
import type { Logger } from "../observability/logger.ts";

/** Object ids of types whose default parsing loses information. */
const oid = { int8: 20, numeric: 1700, date: 1082, timestamp: 1114, timestamptz: 1184 } as const;

/**
 * Parses int8 as a number: versions and sequence numbers stay below 2^53.
 * @throws RangeError beyond 2^53, where a number would lose digits
 */
function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 ${text} does not fit a JavaScript number`);
  return value;
}

const isoTimestamp = (text: string): string =>
  // The form of a session in UTC, "2026-11-01 10:00:00.123456+00". Other forms (infinity, BC) stay unchanged.
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00$/.test(text) ? `${text.slice(0, 10)}T${text.slice(11, -3)}Z` : text;

// Dates and timestamps stay text: a JavaScript Date drops microseconds and shifts dates by the time zone.
const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  [oid.int8]: parseInt8,
  [oid.numeric]: Number,
  [oid.date]: (text) => text,
  [oid.timestamp]: (text) => text,
  [oid.timestamptz]: isoTimestamp,
};

const types: pg.CustomTypesConfig = {
  getTypeParser: ((id: number, format?: "text" | "binary") =>
    format !== "binary" && parsers[id] ? parsers[id] : pg.types.getTypeParser(id, format as "text")) as never,
};

/** Whether a statement got no answer in time. Its outcome is unknown, and its connection is closed. */
export function isSilence(error: unknown): boolean {
  return error instanceof Error && error.message === "Query read timeout";
}

/**
 * Closes the idle connections of a pool after a silence. A silently cut link affects every connection over it, and each
 * would cost its next user the full time limit, while a new connection takes milliseconds.
 */
function dropIdle(pool: pg.Pool): void {
  for (let idle = pool.idleCount; idle > 0; idle -= 1)
    pool.connect().then(
      (client) => client.release(true),
      () => undefined,
    );
}

/**
 * Time limit for opening a connection, in milliseconds. An attempt that started while the network was silent stays
 * unanswered, while the next may succeed at once. Callers wait longer than this for a free connection of the pool.
 */
const connectWithinMs = 2500;

class PromptClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super({ ...config, connectionTimeoutMillis: connectWithinMs });
  }
}

/** A pool with the schema and role names of its database. Statements use `names` instead of a search_path. */
export type DatabasePool = pg.Pool & { readonly names: DatabaseNames };

/**
 * Settings of every session, whatever the defaults of the database or the role are. Claims and policies rely on READ
 * COMMITTED, `isoTimestamp` on UTC and ISO, and the ids of rows on all that decide the text of a value.
 */
const sessionDefaults = {
  timezone: "UTC",
  datestyle: "ISO",
  intervalstyle: "postgres",
  bytea_output: "hex",
  extra_float_digits: "1",
  default_transaction_isolation: "read committed",
} as const;

/** Creates a pool whose sessions use UTC and which logs errors of idle connections instead of ending the process. */
export function createPool(options: {
  readonly url: string;
  readonly names: DatabaseNames;
  readonly name: string;
  readonly max: number;
  readonly logger: Logger;
  /** Settings of every session, for example `{ statement_timeout: "5s" }`. */
  readonly session?: Readonly<Record<string, string>>;
  /**
   * Longest wait for an answer, milliseconds, for servers that became unreachable silently. A statement can set a shorter
   * `query_timeout` of its own. No limit by default.
   */
  readonly queryTimeoutMs?: number;
  /** Send a statement without waiting for the answer to the previous one, which saves round trips. */
  readonly pipeline?: boolean;
}): DatabasePool {
  const session = Object.entries({ ...sessionDefaults, ...options.session }).map(
    // A space ends a value unless a backslash precedes it.
    ([name, value]) => `-c ${name}=${value.replaceAll(/[\\ ]/g, "\\$&")}`,
  );
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.name,
    max: options.max,
    types,
    pipeline: options.pipeline ?? false,
    options: session.join(" "),
    ...(options.queryTimeoutMs === undefined ? {} : { query_timeout: options.queryTimeoutMs }),
    Client: PromptClient,
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  // Without a listener the loss of an idle connection (a restarted server) would be an uncaught exception.
  pool.on("error", (error) =>
    options.logger.warn(
      { cause: error.message },
      "lost an idle database connection; the pool opens a new one when needed",
    ),
  );
  pool.on("release", (error: unknown) => {
    if (isSilence(error)) dropIdle(pool);
  });
  // The same for a connection in use: a server may end the session right after its greeting, before the caller can add a
  // listener. The caller's statement fails with the cause, so this needs no warning.
  pool.on("connect", (client) => {
    client.on("error", (error) => options.logger.debug({ cause: error.message }, "lost a database connection in use"));
  });
  return Object.assign(pool, { names: options.names });
}

/** Whether an error means that the database cannot be reached now, rather than that the statement is wrong. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: string };
  if (code && /^(08|57P0|53300|25006|25P03)/.test(code)) return true;
  if (
    code &&
    ["ECONNREFUSED", "ECONNRESET", "EPIPE", "ENOENT", "ETIMEDOUT", "EHOSTUNREACH", "ENOTFOUND", "EAI_AGAIN"].includes(
      code,
    )
  )
    return true;
  return /Connection terminated|timeout expired|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
    error.message,
  );
}
