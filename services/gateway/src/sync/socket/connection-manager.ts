import { randomUUID } from "node:crypto";
import { closeCodes, maxIdsPerMessage, type ResetMessage, type UpMessage } from "@heliograph/protocol";
import type { Identity } from "@heliograph/server-kit";
import type { Clock } from "@heliograph/shared/clock";
import type { Bookmarks } from "../delivery/bookmarks.ts";
import type { Session } from "../sessions/session.ts";
import type { Expected } from "../sessions/session-guard.ts";
import type { SubscriptionManager } from "../subscriptions/subscription-manager.ts";
import { Connection, type ConnectionPorts, type SocketPort } from "./connection.ts";
import type { Limits } from "./limits.ts";
import type { User } from "./user.ts";

export type ConnectionManagerPorts = {
  readonly clock: Clock;
  readonly random: () => number;
  readonly limits: Limits;
  readonly handle: (connection: Connection, message: UpMessage) => Promise<void>;
  readonly subscriptions: Pick<SubscriptionManager, "forget" | "reset">;
  /** Id of this pod in app.gateway at this moment. */
  readonly gatewayId: () => string;
  readonly bookmarks: Pick<Bookmarks, "cursor" | "visit">;
  /** Deletes the rows of a socket that has left. */
  readonly endSession: (session: Session) => void;
  /** Lets the rows of a socket that was lost expire, unless it is resumed before. */
  readonly suspendSession: (session: Session) => void;
  readonly onError: (error: unknown) => void;
  readonly count: ConnectionPorts["count"] & { closed(code: number): void };
};

const sweepMs = 1000;
/** Time between the moment at which a client was asked to leave and that at which it is sent away. */
const goawayGraceMs = 1000;
/** Sockets that begin afresh within this time are not told before that they are behind. */
const silentSpreadMs = 2000;
const replacedReason = "another socket took this connection over";
/** Codes with which a client says that it will not come back. */
const leavingCodes: ReadonlySet<number> = new Set([1000, 1001]);

/** All sockets of this pod, and the persons behind them. */
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

  /** Whether this person may open one more socket on this pod. */
  hasRoomFor(personId: string): boolean {
    let sockets = 0;
    for (const user of this.usersOf(personId)) sockets += user.connections.size;
    return sockets < this.#ports.limits.maxSocketsPerUser;
  }

  /** One per organization in which the person has sockets here. */
  usersOf(personId: string): Iterable<User> {
    return this.#users.get(personId)?.values() ?? [];
  }

  /** Takes a socket over whose token was verified, and greets it. */
  open(identity: Identity, socket: SocketPort): Connection {
    const { clock, limits, handle, bookmarks, onError, count } = this.#ports;
    const user = this.#user(identity);
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
      { socket, clock, limits, onError, count, handle },
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
          dormant: true,
          covered: true,
        },
        pingIntervalMs: limits.pingIntervalMs,
      },
    });
    connection.askForToken();
    return connection;
  }

  /** The socket goes by another session from now on; an older socket of the same one has lost it. */
  adopt(connection: Connection, session: Session): void {
    if (this.#byId.get(connection.id) === connection) this.#byId.delete(connection.id);
    connection.session = session;
    const older = this.#byId.get(session.connectionId);
    if (older && older !== connection) older.close(closeCodes.replaced.code, replacedReason);
    if (this.#connections.has(connection)) this.#byId.set(session.connectionId, connection);
    else this.#byId.delete(session.connectionId);
  }

  /** Another pod has this session now. Not if the socket has resumed something else in the meantime. */
  replaced(session: Session): void {
    const connection = this.find(session);
    connection?.close(closeCodes.replaced.code, replacedReason);
  }

  /** The open socket that goes by exactly this session. */
  find(session: Session): Connection | undefined {
    const connection = this.#byId.get(session.connectionId);
    return connection?.session === session && connection.open ? connection : undefined;
  }

  /** Sessions that have rows, of sockets that are not in the middle of something. */
  settledSessions(): Expected[] {
    const settled: Expected[] = [];
    for (const { session, open, busy, subscriptions } of this.#connections)
      if (open && !busy && session.attempted) settled.push({ session, rows: subscriptions });
    return settled;
  }

  /**
   * The socket is gone: out of memory at once. Whatever it still had in work comes first; then its rows are deleted if
   * the client has left or holds nothing, and otherwise kept for a while, so that it can resume. While the pod stops
   * nobody leaves: a client that goes as it was told goes on elsewhere.
   */
  closed(connection: Connection, code: number): void {
    if (!this.#connections.delete(connection)) return;
    if (this.#byId.get(connection.id) === connection) this.#byId.delete(connection.id);
    const hasLeft = connection.open && leavingCodes.has(code);
    const holdsNothing = connection.subscriptions === 0 && !connection.busy;
    connection.closed();
    this.#ports.count.closed(code);
    this.#ports.subscriptions.forget(connection);
    this.#leave(connection.user, connection);
    // One statement for all of them follows.
    if (this.#draining) return;
    // The session is looked up when it is its turn: a RESUME in work may bring another one.
    connection.enqueue(async () => {
      if (hasLeft || holdsNothing) this.#ports.endSession(connection.session);
      else this.#ports.suspendSession(connection.session);
    });
  }

  /** Looks after all sockets once a second. */
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
   * Sends every socket that is open now away, spread over `spreadMs`, so that they do not come back all at once.
   * Resolves when the last one was told.
   */
  async restartAll(reason: string, spreadMs: number): Promise<void> {
    await this.#spread(spreadMs, (connection) => connection.close(closeCodes.restart.code, reason));
  }

  /** What sockets were told no longer fits: each that is open now is asked to subscribe again, spread over `spreadMs`. */
  async resetAll(reason: ResetMessage["payload"]["reason"], spreadMs: number): Promise<void> {
    const since = new Date(this.#ports.clock.wallNow()).toISOString();
    for (const connection of this.#connections) {
      connection.mustReset = true;
      // Whoever has to wait for its turn is behind meanwhile, and must not believe to be up to date.
      if (spreadMs <= silentSpreadMs || connection.toldDelayed) continue;
      connection.toldDelayed = true;
      connection.send({ type: "DELAYED", payload: { since } });
    }
    await this.#spread(spreadMs, (connection) => {
      // Somebody else may have reset it in the meantime.
      if (connection.mustReset) this.#ports.subscriptions.reset(connection, reason);
    });
  }

  /** Asks every client to go on at another pod, at moments spread over `spreadMs`, and sends away who did not. */
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

  async #spread(spreadMs: number, tell: (connection: Connection) => void): Promise<void> {
    const { clock, random } = this.#ports;
    await Promise.all(
      [...this.#connections].map(
        (connection) =>
          new Promise<void>((resolve) => {
            const tellNow = (): void => {
              tell(connection);
              resolve();
            };
            if (spreadMs <= 0) tellNow();
            else clock.setTimer(tellNow, random() * spreadMs);
          }),
      ),
    );
  }

  #user(identity: Identity): User {
    const { personId, organizationId } = identity;
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
