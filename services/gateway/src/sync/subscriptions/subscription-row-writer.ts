import { closeCodes } from "@heliograph/protocol";
import type { Clock } from "@heliograph/shared/clock";
import type { Connection } from "../connection/connection.ts";
import type { Subscription } from "../connection/connection-subscriptions.ts";
import type { Session } from "../connection/session.ts";
import type { SyncObserver } from "../sync-observer.ts";

/** A row of app.rxdb_subscription. */
export interface SubscriptionRow extends Subscription {
  readonly refused: boolean;
}

/** Subscriptions as rows. Every call is conditional on the session. */
export interface SubscriptionRowStore {
  /** @returns false, with nothing written, when the session was taken over or its gateway was declared dead */
  put(session: Session, rows: readonly SubscriptionRow[]): Promise<boolean>;
  /** @returns false as for `put` */
  remove(session: Session, subscriptions: readonly Subscription[]): Promise<boolean>;
}

export interface SubscriptionRowWriterPorts {
  readonly rows: SubscriptionRowStore;
  readonly clock: Clock;
  readonly observer: SyncObserver;
}

/** Pause before a failed write is retried, milliseconds. */
const retryMs = 2000;

const keyOf = ({ kind, entityCode, entityId }: Subscription): string => `${kind}:${entityCode}:${entityId}`;

/**
 * Keeps the rows of a connection in line with its memory. Memory decides what is delivered, so a failed write does not
 * concern the client: the rows are corrected later, in the connection's own order, from what it is subscribed to by then.
 */
export class SubscriptionRowWriter {
  readonly #ports: SubscriptionRowWriterPorts;
  /** Subscriptions whose rows may differ from memory. */
  readonly #unsaved = new WeakMap<Connection, Map<string, Subscription>>();

  constructor(ports: SubscriptionRowWriterPorts) {
    this.#ports = ports;
  }

  /** Whether the rows may claim more than the connection is subscribed to. */
  hasUnsaved(connection: Connection): boolean {
    return (this.#unsaved.get(connection)?.size ?? 0) > 0;
  }

  /**
   * Writes rows before the client relies on them.
   *
   * @returns false when the session is lost
   * @throws when the outcome is unknown
   */
  put(connection: Connection, rows: readonly SubscriptionRow[]): Promise<boolean> {
    for (const row of rows) this.#unsaved.get(connection)?.delete(keyOf(row));
    return this.#ports.rows.put(connection.session, rows);
  }

  /** Corrects these rows after all messages that the connection received before. */
  correctInOrder(connection: Connection, subscriptions: readonly Subscription[]): void {
    connection.enqueue(() => this.correct(connection, subscriptions));
  }

  /** Writes or deletes these rows according to the connection's memory. Retries later on failure. */
  async correct(connection: Connection, subscriptions: readonly Subscription[]): Promise<void> {
    const { session } = connection;
    if (subscriptions.length === 0 || !session.attempted) return;
    const rows: SubscriptionRow[] = [];
    const ended: Subscription[] = [];
    for (const one of subscriptions) {
      if (connection.subscribed.has(one)) rows.push({ ...one, refused: false });
      else if (connection.refused.has(one)) rows.push({ ...one, refused: true });
      else ended.push(one);
    }
    try {
      const { rows: store } = this.#ports;
      // Without a session row there are no subscription rows either.
      if (ended.length > 0 && session.created && !(await store.remove(session, ended)))
        return this.closeReplaced(connection);
      if (rows.length > 0 && !(await store.put(session, rows))) this.closeReplaced(connection);
    } catch (error) {
      this.#ports.observer.failed("write subscription rows", error);
      this.#retryLater(connection, subscriptions);
    }
  }

  #retryLater(connection: Connection, subscriptions: readonly Subscription[]): void {
    const unsaved = this.#unsaved.get(connection) ?? new Map<string, Subscription>();
    const scheduled = unsaved.size > 0;
    for (const one of subscriptions) unsaved.set(keyOf(one), one);
    this.#unsaved.set(connection, unsaved);
    if (scheduled) return;
    this.#ports.clock.setTimer(() => {
      connection.enqueue(async () => {
        if (!connection.open) return;
        const again = [...unsaved.values()];
        unsaved.clear();
        await this.correct(connection, again);
      });
    }, retryMs);
  }

  /** The session belongs to another socket by now. */
  closeReplaced(connection: Connection): void {
    connection.close(closeCodes.replaced.code, "another socket took this connection over");
  }
}
