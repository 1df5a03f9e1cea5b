import type pg from "pg";

/** What a transaction's work may do: ask. It can neither release the connection nor outlive the time limit. */
export type UserClient = {
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<pg.QueryResult<Row>>;
  /** Rows as arrays in the order of the select list. */
  queryArrays(text: string, values?: readonly unknown[]): Promise<pg.QueryArrayResult<unknown[]>>;
};

/** Who a transaction acts for, and what the change log notes about it. */
export type UserContext = {
  readonly personId: string;
  readonly organizationId: string;
  readonly actor?: Readonly<Record<string, string | null>>;
  readonly request?: Readonly<Record<string, string | null>>;
};

export type UserTransactionOptions = {
  /** Read only: the database refuses every write. */
  readonly readOnly?: boolean;
  /** Longest time of one statement on the server. */
  readonly statementTimeoutMs?: number;
};

/** Longer than any honest request on the suite's tables, shorter than the patience of a load balancer (60 s). */
const defaultStatementTimeoutMs = 10_000;

/**
 * How much longer the client waits than the server: a server that is gone without a word never sends the timeout's error.
 */
const silenceMs = 5000;

// All settings are local to the transaction: whatever happens, the connection goes back to the pool without a user.
const contextStatement = `
  select set_config('role', 'heliograph_app', true), set_config('app.person_id', $1, true),
         set_config('app.organization_id', $2, true), set_config('app.actor', $3, true),
         set_config('app.request', $4, true), set_config('statement_timeout', $5, true)`;

/**
 * Runs `work` in one READ COMMITTED transaction as the application role, under row level security for this person and
 * organization. Commits when `work` resolves, rolls back when it rejects.
 *
 * BEGIN, the context and the first statement of `work` are sent without waiting for each other, which is one round trip
 * on a pool with `pipeline`. That is safe: if the context cannot be set, the transaction is aborted and the statement
 * fails; if BEGIN failed, the statement would run as the gateway's own role, which holds no right on users' tables.
 */
export async function withUser<Result>(
  pool: pg.Pool,
  context: UserContext,
  work: (client: UserClient) => Promise<Result>,
  options: UserTransactionOptions = {},
): Promise<Result> {
  const timeoutMs = options.statementTimeoutMs ?? defaultStatementTimeoutMs;
  const connection = await pool.connect();
  let broken: Error | undefined;
  // A connection that dies while it is checked out emits "error"; without a listener that ends the process.
  const onError = (error: Error): void => {
    broken = error;
  };
  connection.on("error", onError);
  const client = boundedClient(connection, timeoutMs + silenceMs);
  try {
    const begun = begin(client, context, timeoutMs, options.readOnly === true);
    // Handled here already: `work` may fail first, and this rejection would then have no handler.
    begun.catch(() => undefined);
    const result = await work(client).catch(async (error: unknown) => {
      await begun; // its failure is the cause of whatever `work` met
      throw error;
    });
    await begun;
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch((failure: Error) => {
      broken ??= failure;
    });
    throw error;
  } finally {
    connection.off("error", onError);
    // A connection whose state is unknown is closed instead of reused.
    connection.release(broken ?? false);
  }
}

function begin(client: UserClient, context: UserContext, timeoutMs: number, readOnly: boolean): Promise<unknown> {
  const mode = readOnly ? "read only" : "read write";
  return Promise.all([
    client.query(`begin isolation level read committed ${mode}`),
    client.query(contextStatement, [
      context.personId,
      context.organizationId,
      context.actor ? JSON.stringify(context.actor) : "",
      context.request ? JSON.stringify(context.request) : "",
      String(timeoutMs),
    ]),
  ]);
}

/** Statements fail on this side when the server stays silent beyond its own statement timeout. */
function boundedClient(connection: pg.PoolClient, timeoutMs: number): UserClient {
  // Without pipelining the driver wants each statement sent after the answer to the one before.
  let last: Promise<unknown> = Promise.resolve();
  const inOrder = <Result>(send: () => Promise<Result>): Promise<Result> => {
    if (connection.pipeline) return send();
    const sent = last.then(send);
    last = sent.catch(() => undefined);
    return sent;
  };
  const bounded = (text: string, values?: readonly unknown[]) => ({
    text,
    values: values as unknown[],
    query_timeout: timeoutMs,
  });
  return {
    query: (text, values) => inOrder(() => connection.query(bounded(text, values))),
    queryArrays: (text, values) => inOrder(() => connection.query({ ...bounded(text, values), rowMode: "array" })),
  };
}
