import { closeCodes } from "@heliograph/protocol";
import type { Clock } from "@heliograph/shared/clock";
import type { Session } from "../sessions/session.ts";
import type { Connection } from "../socket/connection.ts";
import type { Held } from "./connection-subscriptions.ts";

/** A subscription as a row; dormant: refused so far. */
export type Row = Held & { readonly dormant: boolean };

/** Subscriptions as rows. Every call is conditional on the session. */
export type SubscriptionRows = {
  /** False when the session belongs to somebody else by now, or was given up: then nothing was written. */
  put(session: Session, rows: readonly Row[]): Promise<boolean>;
  /** False as for `put`. */
  remove(session: Session, held: readonly Held[]): Promise<boolean>;
};

export type RowKeeperPorts = {
  readonly rows: SubscriptionRows;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
};

/** Pause before a failed correction of rows is tried again, milliseconds. */
const retryMs = 2000;

const keyOf = ({ kind, code, id }: Held): string => `${kind}:${code}:${id}`;

/**
 * Keeps the rows of a connection as its memory has them. Memory decides who is told, so a failure here is not the client's
 * business: the rows are corrected later, in the connection's own order, from what it holds by then.
 */
export class RowKeeper {
  readonly #ports: RowKeeperPorts;
  /** What has other rows than it should. */
  readonly #stray = new WeakMap<Connection, Map<string, Held>>();

  constructor(ports: RowKeeperPorts) {
    this.#ports = ports;
  }

  /** Whether rows may still say more than the connection holds. */
  hasStray(connection: Connection): boolean {
    return (this.#stray.get(connection)?.size ?? 0) > 0;
  }

  /** Writes rows before something is promised on them. False when the session is lost. @throws when that is unknown */
  put(connection: Connection, rows: readonly Row[]): Promise<boolean> {
    for (const row of rows) this.#stray.get(connection)?.delete(keyOf(row));
    return this.#ports.rows.put(connection.session, rows);
  }

  /** Brings the rows of these in line with what the connection holds, after everything that it asked for before. */
  correctInOrder(connection: Connection, held: readonly Held[]): void {
    connection.enqueue(() => this.correct(connection, held));
  }

  async correct(connection: Connection, held: readonly Held[]): Promise<void> {
    const { session } = connection;
    if (held.length === 0 || !session.attempted) return;
    const rows: Row[] = [];
    const ended: Held[] = [];
    for (const one of held) {
      if (connection.holdings.has(one)) rows.push({ ...one, dormant: false });
      else if (connection.dormant.has(one)) rows.push({ ...one, dormant: true });
      else ended.push(one);
    }
    try {
      const { rows: store } = this.#ports;
      // Before the session is there, its rows are not either.
      if (ended.length > 0 && session.created && !(await store.remove(session, ended)))
        return this.replaced(connection);
      if (rows.length > 0 && !(await store.put(session, rows))) this.replaced(connection);
    } catch (error) {
      this.#ports.onError(error);
      this.#retryLater(connection, held);
    }
  }

  #retryLater(connection: Connection, held: readonly Held[]): void {
    const stray = this.#stray.get(connection) ?? new Map<string, Held>();
    const scheduled = stray.size > 0;
    for (const one of held) stray.set(keyOf(one), one);
    this.#stray.set(connection, stray);
    if (scheduled) return;
    this.#ports.clock.setTimer(() => {
      connection.enqueue(async () => {
        if (!connection.open) return;
        const again = [...stray.values()];
        stray.clear();
        await this.correct(connection, again);
      });
    }, retryMs);
  }

  replaced(connection: Connection): void {
    connection.close(closeCodes.replaced.code, "another socket took this connection over");
  }
}
