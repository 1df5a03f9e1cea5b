import type { DatabaseNames } from "@heliograph/shared/database-names";
import pg from "pg";
import type { Logger } from "../observability/logger.ts";

/** Object ids of the types whose default parsing would lose something. */
const oid = { int8: 20, numeric: 1700, date: 1082, timestamp: 1114, timestamptz: 1184 } as const;

/**
 * int8 becomes a number (versions and sequence numbers stay below 2^53) and fails loudly beyond; dates and timestamps
 * stay text, because a JavaScript Date cuts microseconds and moves dates by the time zone.
 */
function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 ${text} does not fit a JavaScript number`);
  return value;
}

const isoTimestamp = (text: string): string =>
  // "2026-11-01 10:00:00.123456+00" of a session in UTC; other forms (infinity, BC) pass unchanged.
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00$/.test(text) ? `${text.slice(0, 10)}T${text.slice(11, -3)}Z` : text;

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

/** True when the server left a statement unanswered. Nothing is known about its outcome; the connection is closed. */
export function isSilence(error: unknown): boolean {
  return error instanceof Error && error.message === "Query read timeout";
}

/**
 * A link that was cut without a word silences every connection that ran over it, and each would cost its next user the
 * whole time limit. So the first silence empties the pool of what lies idle; making new connections takes milliseconds.
 */
function dropIdle(pool: pg.Pool): void {
  for (let idle = pool.idleCount; idle > 0; idle -= 1)
    pool.connect().then(
      (client) => client.release(true),
      () => undefined,
    );
}

/**
 * Longest time for a new connection to be made, milliseconds. It takes a few round trips; one that was begun while the
 * network was silent stays silent, while the next may be answered at once. For a free one of the pool callers wait longer.
 */
const connectWithinMs = 2500;

class PromptClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super({ ...config, connectionTimeoutMillis: connectWithinMs });
  }
}

/** A pool that knows the names in its database: statements are built from `names`, never from a search_path. */
export type DatabasePool = pg.Pool & { readonly names: DatabaseNames };

/** A pool whose sessions speak UTC and whose idle errors are logged instead of ending the process. */
export function createPool(options: {
  readonly url: string;
  readonly names: DatabaseNames;
  readonly name: string;
  readonly max: number;
  readonly logger: Logger;
  /** Settings of every session, for example `{ statement_timeout: "5s" }`. */
  readonly session?: Readonly<Record<string, string>>;
  /** Longest wait for an answer, milliseconds; a statement may set a shorter `query_timeout` of its own. Ends a statement whose server was silently cut off. None by default. */
  readonly queryTimeoutMs?: number;
  /** Send statements without waiting for the answers to those before: saves round trips to callers that make use of it. */
  readonly pipeline?: boolean;
}): DatabasePool {
  const session = Object.entries({ timezone: "UTC", ...options.session }).map(([name, value]) => `-c ${name}=${value}`);
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
  pool.on("error", (error) => options.logger.warn({ cause: error.message }, "idle database connection lost"));
  pool.on("release", (error: unknown) => {
    if (isSilence(error)) dropIdle(pool);
  });
  // The same for a connection in use: a server that ends the session right behind its greeting is heard before the caller
  // could add a listener of his own. His statement fails with the cause, so there is nothing to warn of here.
  pool.on("connect", (client) => {
    client.on("error", (error) => options.logger.debug({ cause: error.message }, "database connection lost"));
  });
  return Object.assign(pool, { names: options.names });
}

/** True for errors that mean "the database cannot be reached now", not "this statement is wrong". */
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
