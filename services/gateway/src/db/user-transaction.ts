import { type DatabasePool, isSilence } from "@heliograph/server-kit";
import type pg from "pg";

/** The client for the work of a transaction: it can query, but neither release the connection nor exceed the time limit. */
export interface UserClient {
  /** The schema of Heliograph, quoted for SQL. */
  readonly schema: string;
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<pg.QueryResult<Row>>;
  /** Rows as arrays in the order of the select list, with each value as PostgreSQL's text, which loses nothing. */
  queryTexts(text: string, values?: readonly unknown[]): Promise<pg.QueryArrayResult<(string | null)[]>>;
}

/** The user that a transaction acts for, and what the change log records about the request. */
export interface UserContext {
  readonly personId: string;
  readonly organizationId: string;
  readonly actor?: Readonly<Record<string, string | null>>;
  readonly request?: Readonly<Record<string, string | null>>;
}

export interface UserTransactionOptions {
  /** The database refuses every write. */
  readonly readOnly?: boolean;
  /** Longest time of one statement on the server. */
  readonly statementTimeoutMs?: number;
}

/** Longer than any legitimate request, and shorter than the timeout of a load balancer (60 s). */
const defaultStatementTimeoutMs = 10_000;

/**
 * How much longer the client waits than the server: an unreachable server never sends the error of its timeout.
 */
const silenceMs = 1000;

/**
 * Time limit for BEGIN and the context. They cost the server almost nothing, however long the work is, so a longer wait
 * means a dead link. Long enough for a machine that stalls.
 */
const beginTimeoutMs = 3000;

/**
 * How long the server waits for the next statement of a transaction, milliseconds. When the link is cut silently during a
 * write, the server does not notice and keeps the locks of the write, which its repetition needs.
 */
const longestPauseMs = 3000;

/** When the last unanswered statement of a pool was sent; monotonic milliseconds. */
const silentSince = new WeakMap<pg.Pool, number>();
/** When a connection last finished a transaction. */
const heardAt = new WeakMap<pg.PoolClient, number>();

/**
 * Takes a connection from the pool and closes idle ones whose last answer is older than the last silence: a cut link affects
 * all of them, and each would cost its user the full time limit.
 */
async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  for (;;) {
    const connection = await pool.connect();
    const heard = heardAt.get(connection);
    if (heard === undefined || heard >= (silentSince.get(pool) ?? heard)) return connection;
    connection.release(true);
  }
}

// All settings are local to the transaction, so the connection always returns to the pool without a user.
const contextStatement = (appRole: string): string => `
  select set_config('role', '${appRole}', true), set_config('app.person_id', $1, true),
         set_config('app.organization_id', $2, true), set_config('app.actor', $3, true),
         set_config('app.request', $4, true), set_config('statement_timeout', $5, true),
         set_config('idle_in_transaction_session_timeout', $6, true)`;

/**
 * Runs `work` in one READ COMMITTED transaction as the application role, under row level security for this person and
 * organization. Commits when `work` resolves, rolls back when it rejects.
 *
 * BEGIN, the context and the first statement of `work` are sent without waiting for each other, which is one round trip
 * on a pool with `pipeline`. That is safe: if the context cannot be set, the transaction is aborted and the statement
 * fails; if BEGIN failed, the statement would run as the gateway's own role, which holds no right on users' tables.
 *
 * A transaction that gets no answer from the start has changed nothing, so `work` is repeated once on another connection.
 * The same applies to work that only reads and fails within a short time limit.
 */
export async function withUser<Result>(
  pool: DatabasePool,
  context: UserContext,
  work: (client: UserClient) => Promise<Result>,
  options: UserTransactionOptions = {},
): Promise<Result> {
  const timeoutMs = options.statementTimeoutMs ?? defaultStatementTimeoutMs;
  const readsBriefly = options.readOnly === true && timeoutMs + silenceMs <= beginTimeoutMs;
  let hasBegun = false;
  const attempt = (): Promise<Result> =>
    withUserOnce(pool, context, work, options, () => {
      hasBegun = true;
    });
  try {
    return await attempt();
  } catch (error) {
    if (!isSilence(error) || (hasBegun && !readsBriefly)) throw error;
    return attempt();
  }
}

async function withUserOnce<Result>(
  pool: DatabasePool,
  context: UserContext,
  work: (client: UserClient) => Promise<Result>,
  options: UserTransactionOptions,
  onBegun: () => void,
): Promise<Result> {
  const timeoutMs = options.statementTimeoutMs ?? defaultStatementTimeoutMs;
  const connection = await connect(pool);
  let broken: Error | undefined;
  // A connection that dies while it is checked out emits "error"; without a listener that ends the process.
  const onError = (error: Error): void => {
    broken = error;
  };
  connection.on("error", onError);
  const client = boundedClient(connection, pool.names.schema, timeoutMs + silenceMs, (error, sentAt) => {
    broken ??= error;
    silentSince.set(pool, Math.max(sentAt, silentSince.get(pool) ?? sentAt));
  });
  try {
    const beginning = begin(client, pool.names.roles.app, context, timeoutMs, options.readOnly === true);
    // The rejection is handled here too: `work` may fail first, and it would then be unhandled.
    beginning.then(onBegun, () => undefined);
    const result = await work(client).catch(async (error: unknown) => {
      await beginning; // a failure here is the cause of the failure of `work`
      throw error;
    });
    await beginning;
    await client.query("commit");
    return result;
  } catch (error) {
    // A broken connection is closed, which rolls back too; a ROLLBACK on a silent one would take the time limit again.
    if (!broken)
      await client.query("rollback").catch((failure: Error) => {
        broken ??= failure;
      });
    throw error;
  } finally {
    connection.off("error", onError);
    if (!broken) heardAt.set(connection, performance.now());
    // A connection whose state is unknown is closed instead of reused.
    connection.release(broken ?? false);
  }
}

function begin(
  client: BoundedClient,
  appRole: string,
  context: UserContext,
  timeoutMs: number,
  readOnly: boolean,
): Promise<unknown> {
  const mode = readOnly ? "read only" : "read write";
  return Promise.all([
    client.begin(`begin isolation level read committed ${mode}`, []),
    client.begin(contextStatement(appRole), [
      context.personId,
      context.organizationId,
      context.actor ? JSON.stringify(context.actor) : "",
      context.request ? JSON.stringify(context.request) : "",
      String(timeoutMs),
      String(longestPauseMs),
    ]),
  ]);
}

const asText: pg.CustomTypesConfig = { getTypeParser: (() => (text: string) => text) as never };

/** A client that can also begin a transaction, within a shorter time limit. */
type BoundedClient = UserClient & { begin(text: string, values: readonly unknown[]): Promise<unknown> };

/**
 * A client whose statements fail when the server does not answer within its own statement timeout. `onSilence` receives
 * the error and the time at which the statement was sent; later statements fail without being sent.
 */
function boundedClient(
  connection: pg.PoolClient,
  schema: string,
  timeoutMs: number,
  onSilence: (error: Error, sentAt: number) => void,
): BoundedClient {
  let silence: Error | undefined;
  const watched = async <Result>(send: () => Promise<Result>): Promise<Result> => {
    if (silence) throw silence;
    const sentAt = performance.now();
    try {
      return await send();
    } catch (error) {
      if (isSilence(error)) {
        silence = error as Error;
        onSilence(silence, sentAt);
      }
      throw error;
    }
  };
  // Without pipelining the driver requires the answer to a statement before the next one is sent.
  let last: Promise<unknown> = Promise.resolve();
  const inOrder = <Result>(send: () => Promise<Result>): Promise<Result> => {
    if (connection.pipeline) return watched(send);
    const sent = last.then(() => watched(send));
    last = sent.catch(() => undefined);
    return sent;
  };
  const bounded = (text: string, values?: readonly unknown[], ms = timeoutMs) => ({
    text,
    values: values as unknown[],
    query_timeout: ms,
  });
  const beginMs = Math.min(timeoutMs, beginTimeoutMs);
  return {
    schema,
    begin: (text, values) => inOrder(() => connection.query(bounded(text, values, beginMs))),
    query: (text, values) => inOrder(() => connection.query(bounded(text, values))),
    queryTexts: (text, values) =>
      inOrder(() => connection.query({ ...bounded(text, values), rowMode: "array", types: asText })),
  };
}
