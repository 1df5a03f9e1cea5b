import { randomUUID } from "node:crypto";
import { closeCodes, maxIdsPerMessage } from "@heliograph/protocol";
import type { Identity } from "@heliograph/server-kit";
import type { Clock } from "@heliograph/shared/clock";
import { Connection, type SocketPort, type UpMessageHandler, type User } from "../connection/connection.ts";
import type { Limits } from "../connection/limits.ts";
import type { Session } from "../connection/session.ts";
import type { Bookmarks } from "../delivery/bookmarks.ts";
import type { ExpectedSession } from "../sessions/session-guard.ts";
import type { SubscriptionManager } from "../subscriptions/subscription-manager.ts";
import type { ResetReason, SyncObserver } from "../sync-observer.ts";

export interface ConnectionManagerPorts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly limits: Limits;
  readonly handle: UpMessageHandler;
  readonly subscriptions: Pick<SubscriptionManager, "forget" | "reset">;
  /** Id of this gateway in app.gateway at this moment. */
  readonly gatewayId: () => string;
  readonly bookmarks: Pick<Bookmarks, "cursor" | "visit">;
  /** Deletes the rows of a socket whose client has left. */
  readonly endSession: (session: Session) => void;
  /** Lets the rows of a lost socket expire, unless it is resumed before. */
  readonly suspendSession: (session: Session) => void;
  readonly observer: SyncObserver;
}

const sweepMs = 1000;
/** Time between GOAWAY's moment and the close by the gateway. */
const goawayGraceMs = 1000;
/** When all resets happen within this time, sockets get no DELAYED before. */
const silentSpreadMs = 2000;
const replacedReason = "another socket took this connection over";
/** Close codes with which a client says that it will not resume. */
const leavingCodes: ReadonlySet<number> = new Set([1000, 1001]);

/** All sockets of this gateway, and their users. */
export class ConnectionManager {
  readonly #ports: ConnectionManagerPorts;
  readonly #connections = new Set<Connection>();
  /** By the connection id that the client goes by. */
  readonly #byId = new Map<string, Connection>();
  /** By person, then by organization. */
  readonly #users = new Map<string, Map<string, User>>();
  #draining = false;
  #cancelSweep: () => void = () => undefined;

  constructor(ports: ConnectionManagerPorts) {
    this.#ports = ports;
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Whether this person may open another socket on this gateway. */
  hasRoomFor(personId: string): boolean {
    let sockets = 0;
    for (const user of this.usersOf(personId)) sockets += user.connections.size;
    return sockets < this.#ports.limits.maxSocketsPerUser;
  }

  /** One user for each organization in which the person has sockets here. */
  usersOf(personId: string): Iterable<User> {
    return this.#users.get(personId)?.values() ?? [];
  }

  /** Opens a connection on a socket whose token was verified, and sends WELCOME. */
  open(identity: Identity, socket: SocketPort): Connection {
    const { clock, limits, handle, bookmarks, observer } = this.#ports;
    const user = this.#userOf(identity);
    const session: Session = {
      connectionId: randomUUID(),
      userId: identity.personId,
      organizationId: identity.organizationId,
      gatewayId: this.#ports.gatewayId(),
      generation: 1,
      attempted: false,
      created: false,
    };
    const connection = new Connection(
      { user, session, expiresAt: identity.expiresAt },
      { socket, clock, limits, observer, handle },
    );
    user.connections.add(connection);
    this.#connections.add(connection);
    this.#byId.set(connection.id, connection);
    connection.send({
      type: "WELCOME",
      payload: {
        connectionId: connection.id,
        cursor: bookmarks.cursor,
        limits: {
          maxMessageBytes: limits.maxMessageBytes,
          maxIdsPerMessage,
          maxSubscriptions: limits.maxSubscriptions,
          rechecksRefused: true,
          covered: true,
        },
        pingIntervalMs: limits.pingIntervalMs,
      },
    });
    connection.requestToken();
    return connection;
  }

  /** Makes the connection go by another session; an older socket of that session has lost it and is closed. */
  bindSession(connection: Connection, session: Session): void {
    if (this.#byId.get(connection.id) === connection) this.#byId.delete(connection.id);
    connection.session = session;
    const older = this.#byId.get(session.connectionId);
    if (older && older !== connection) older.close(closeCodes.replaced.code, replacedReason);
    if (this.#connections.has(connection)) this.#byId.set(session.connectionId, connection);
    else this.#byId.delete(session.connectionId);
  }

  /** Another gateway has this session now. A socket that has resumed another session in the meantime stays open. */
  closeReplaced(session: Session): void {
    this.find(session)?.close(closeCodes.replaced.code, replacedReason);
  }

  /** The open socket that goes by exactly this session. */
  find(session: Session): Connection | undefined {
    const connection = this.#byId.get(session.connectionId);
    return connection?.session === session && connection.open ? connection : undefined;
  }

  /** Sessions that have rows, of sockets without an operation in progress. */
  settledSessions(): ExpectedSession[] {
    const settled: ExpectedSession[] = [];
    for (const { session, open, busy, subscriptionCount } of this.#connections)
      if (open && !busy && session.attempted) settled.push({ session, rows: subscriptionCount });
    return settled;
  }

  /**
   * The socket is gone: removes it from memory immediately. After the messages that are still queued, its rows are deleted
   * if the client has left or has no subscriptions, and otherwise kept for a while, so that it can resume. While draining,
   * every close counts as resumable: clients were asked to reconnect elsewhere.
   */
  closed(connection: Connection, code: number): void {
    if (!this.#connections.delete(connection)) return;
    if (this.#byId.get(connection.id) === connection) this.#byId.delete(connection.id);
    const hasLeft = connection.open && leavingCodes.has(code);
    const hasNothing = connection.subscriptionCount === 0 && !connection.busy;
    connection.closed();
    this.#ports.observer.connectionClosed(code);
    this.#ports.subscriptions.forget(connection);
    this.#leave(connection.user, connection);
    // One statement for all sessions follows when the gateway removes its row.
    if (this.#draining) return;
    // The session is read when the task runs: a RESUME in progress may bring another one.
    connection.enqueue(async () => {
      if (hasLeft || hasNothing) this.#ports.endSession(connection.session);
      else this.#ports.suspendSession(connection.session);
    });
  }

  /** Sweeps all sockets once a second. */
  startSweeping(): void {
    const sweep = (): void => {
      for (const connection of this.#connections) {
        connection.sweep();
        this.#ports.bookmarks.visit(connection);
      }
      this.#cancelSweep = this.#ports.clock.setTimer(sweep, sweepMs);
    };
    this.#cancelSweep = this.#ports.clock.setTimer(sweep, sweepMs);
  }

  stopSweeping(): void {
    this.#cancelSweep();
  }

  /**
   * Closes every socket that is open now, spread over `spreadMs`, so that they do not all come back at once. Resolves when
   * the last one is closed.
   */
  async closeAll(reason: string, spreadMs: number): Promise<void> {
    await this.#spread(spreadMs, (connection) => connection.close(closeCodes.restart.code, reason));
  }

  /** Resets every socket that is open now, spread over `spreadMs`, so that they do not all subscribe at once. */
  async resetAll(reason: ResetReason, spreadMs: number): Promise<void> {
    const since = new Date(this.#ports.clock.wallNow()).toISOString();
    for (const connection of this.#connections) {
      connection.mustReset = true;
      // A socket that waits for its reset is behind in the meantime, and must not believe that it is up to date.
      if (spreadMs <= silentSpreadMs || connection.delayNotified) continue;
      connection.delayNotified = true;
      connection.send({ type: "DELAYED", payload: { since } });
    }
    await this.#spread(spreadMs, (connection) => {
      // It may have been reset for another reason in the meantime.
      if (connection.mustReset) this.#ports.subscriptions.reset(connection, reason);
    });
  }

  /** Asks every client to reconnect to another gateway, at moments spread over `spreadMs`, and closes those that stay. */
  async drain(spreadMs: number): Promise<void> {
    this.#draining = true;
    const { clock, random } = this.#ports;
    await Promise.all(
      [...this.#connections].map(
        (connection) =>
          new Promise<void>((resolve) => {
            const afterMs = Math.floor(random() * spreadMs);
            connection.send({ type: "GOAWAY", payload: { afterMs } });
            clock.setTimer(() => {
              connection.close(closeCodes.restart.code, "the gateway stops");
              resolve();
            }, afterMs + goawayGraceMs);
          }),
      ),
    );
  }

  async #spread(spreadMs: number, act: (connection: Connection) => void): Promise<void> {
    const { clock, random } = this.#ports;
    await Promise.all(
      [...this.#connections].map(
        (connection) =>
          new Promise<void>((resolve) => {
            const actNow = (): void => {
              act(connection);
              resolve();
            };
            if (spreadMs <= 0) actNow();
            else clock.setTimer(actNow, random() * spreadMs);
          }),
      ),
    );
  }

  #userOf({ personId, organizationId }: Identity): User {
    let byOrganization = this.#users.get(personId);
    if (!byOrganization) {
      byOrganization = new Map();
      this.#users.set(personId, byOrganization);
    }
    let user = byOrganization.get(organizationId);
    if (!user) {
      user = { personId, organizationId, connections: new Set() };
      byOrganization.set(organizationId, user);
    }
    return user;
  }

  #leave(user: User, connection: Connection): void {
    user.connections.delete(connection);
    if (user.connections.size > 0) return;
    const byOrganization = this.#users.get(user.personId);
    byOrganization?.delete(user.organizationId);
    if (byOrganization?.size === 0) this.#users.delete(user.personId);
  }
}
