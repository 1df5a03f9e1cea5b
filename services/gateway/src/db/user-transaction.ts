import { type DatabasePool, isSilence } from "@heliograph/server-kit";
import type pg from "pg";

/** What a transaction's work may do: ask. It can neither release the connection nor outlive the time limit. */
export interface UserClient {
  /** The schema of Heliograph, quoted for SQL. */
  readonly schema: string;
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<pg.QueryResult<Row>>;
  /** Rows as arrays in the order of the select list. */
  queryArrays(text: string, values?: readonly unknown[]): Promise<pg.QueryArrayResult<unknown[]>>;
}

/** Who a transaction acts for, and what the change log notes about it. */
export interface UserContext {
  readonly personId: string;
  readonly organizationId: string;
  readonly actor?: Readonly<Record<string, string | null>>;
  readonly request?: Readonly<Record<string, string | null>>;
}

export interface UserTransactionOptions {
  /** Read only: the database refuses every write. */
  readonly readOnly?: boolean;
  /** Longest time of one statement on the server. */
  readonly statementTimeoutMs?: number;
}

/** Longer than any honest request on the suite's tables, shorter than the patience of a load balancer (60 s). */
const defaultStatementTimeoutMs = 10_000;

/**
 * How much longer the client waits than the server: a server that is gone without a word never sends the timeout's error.
 */
const silenceMs = 1000;

/**
 * How long the beginning of a transaction may take: it costs the server nothing, however long the work behind it is, so
 * more than this is a dead link. Long enough for a machine that stalls.
 */
const beginTimeoutMs = 3000;

/**
 * How long the server waits for the next statement of a transaction, milliseconds; work here does nothing but ask. When the
 * link is cut without a word in the middle of a write, the server knows nothing of it and keeps the write's locks, which
 * are those that its repetition needs.
 */
const longestPauseMs = 3000;

/** When the statement was sent that the last silent connection of a pool left unanswered; milliseconds, monotonic. */
const silentSince = new WeakMap<pg.Pool, number>();
/** When a connection last finished a transaction. */
const heardAt = new WeakMap<pg.PoolClient, number>();

/**
 * Idle connections last heard before another one fell silent are closed and not tried: a cut link silences all of them, and
 * each would cost its user the whole time limit.
 */
async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  for (;;) {
    const connection = await pool.connect();
    const heard = heardAt.get(connection);
    if (heard === undefined || heard >= (silentSince.get(pool) ?? heard)) return connection;
    connection.release(true);
  }
}

// All settings are local to the transaction: whatever happens, the connection goes back to the pool without a user.
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
 * A link that is silent from the beginning has changed nothing, so `work` is done once more, on another connection; the
 * same where it only read, and did not take long to fail.
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
    const begun = begin(client, pool.names.roles.app, context, timeoutMs, options.readOnly === true);
    // Handled here already: `work` may fail first, and this rejection would then have no handler.
    begun.then(onBegun, () => undefined);
    const result = await work(client).catch(async (error: unknown) => {
      await begun; // its failure is the cause of whatever `work` met
      throw error;
    });
    await begun;
    await client.query("commit");
    return result;
  } catch (error) {
    // A broken connection is closed, which rolls back as well; asking a silent one would take the time limit once more.
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

/** With what begins a transaction, which must not take long. */
type BoundedClient = UserClient & { begin(text: string, values: readonly unknown[]): Promise<unknown> };

/**
 * Statements fail on this side when the server stays silent beyond its own statement timeout. `onSilence` is told of it,
 * and when the statement was sent; those that come after it fail without being sent.
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
  // Without pipelining the driver wants each statement sent after the answer to the one before.
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
    queryArrays: (text, values) => inOrder(() => connection.query({ ...bounded(text, values), rowMode: "array" })),
  };
}
