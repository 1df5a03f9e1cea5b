import { EventEmitter } from "node:events";
import type { DatabasePool } from "@heliograph/server-kit";
import { databaseNames } from "@heliograph/shared/database-names";

interface Sent {
  readonly text: string;
  readonly query_timeout: number;
}

/** A connection that answers every statement with no rows; while silent, statements time out at once. */
export class FakeConnection extends EventEmitter {
  readonly pipeline: boolean;
  readonly sent: Sent[] = [];
  silent = false;
  /** Number of answers after which it is silent. */
  answers = Number.POSITIVE_INFINITY;
  closed = false;
  readonly #pool: FakePool;

  constructor(pool: FakePool, pipeline: boolean) {
    super();
    this.#pool = pool;
    this.pipeline = pipeline;
  }

  async query(sent: Sent): Promise<{ rows: unknown[] }> {
    this.sent.push(sent);
    if (this.silent || this.sent.length > this.answers) throw new Error("Query read timeout");
    return { rows: [] };
  }

  release(error?: Error | boolean): void {
    if (error) this.closed = true;
    else this.#pool.idle.push(this);
  }
}

/** Hands out its idle connections, the last one first, as the driver's pool does. */
export class FakePool {
  readonly idle: FakeConnection[] = [];
  readonly #pipeline: boolean;

  constructor(pipeline: boolean) {
    this.#pipeline = pipeline;
  }

  add(): FakeConnection {
    const connection = new FakeConnection(this, this.#pipeline);
    this.idle.push(connection);
    return connection;
  }

  async connect(): Promise<FakeConnection> {
    const connection = this.idle.pop();
    if (!connection) throw new Error("the test gave this pool too few connections");
    return connection;
  }

  asPool(): DatabasePool {
    return Object.assign(this, { names: databaseNames("app", "heliograph") }) as unknown as DatabasePool;
  }
}
