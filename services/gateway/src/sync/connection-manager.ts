import { randomUUID } from "node:crypto";
import { closeCodes, maxIdsPerMessage } from "@heliograph/protocol";
import type { Identity } from "@heliograph/server-kit";
import type { Clock } from "./clock.ts";
import { Connection, type ConnectionPorts, type SocketPort } from "./connection.ts";
import type { Limits } from "./limits.ts";
import type { Session } from "./session.ts";
import type { SubscriptionManager } from "./subscription-manager.ts";
import type { User } from "./user.ts";

export type ConnectionManagerPorts = {
  readonly clock: Clock;
  readonly random: () => number;
  readonly limits: Limits;
  readonly subscriptions: Pick<SubscriptionManager, "handle" | "forget">;
  /** Id of this pod in app.gateway at this moment. */
  readonly gatewayId: () => string;
  /** The feed's place, sealed. */
  readonly cursor: () => string;
  /** Deletes the rows of a socket that is gone. */
  readonly endSession: (session: Session) => void;
  readonly onError: (error: unknown) => void;
  readonly count: ConnectionPorts["count"] & { closed(code: number): void };
};

const sweepMs = 1000;

/** All sockets of this pod, and the persons behind them. */
export class ConnectionManager {
  readonly #ports: ConnectionManagerPorts;
  readonly #connections = new Set<Connection>();
  /** By person, then by organization. */
  readonly #users = new Map<string, Map<string, User>>();
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
    const { clock, limits, subscriptions, onError, count } = this.#ports;
    const user = this.#user(identity);
    const session: Session = {
      connectionId: randomUUID(),
      userId: identity.personId,
      gatewayId: this.#ports.gatewayId(),
      generation: 1,
      attempted: false,
      created: false,
    };
    const connection = new Connection(
      { user, session, expiresAt: identity.expiresAt },
      {
        socket,
        clock,
        limits,
        onError,
        count,
        handle: (from, message) => subscriptions.handle(from, message),
      },
    );
    user.connections.add(connection);
    this.#connections.add(connection);
    connection.send({
      type: "WELCOME",
      payload: {
        connectionId: connection.id,
        cursor: this.#ports.cursor(),
        limits: {
          maxMessageBytes: limits.maxMessageBytes,
          maxIdsPerMessage,
          maxSubscriptions: limits.maxSubscriptions,
        },
        pingIntervalMs: limits.pingIntervalMs,
      },
    });
    return connection;
  }

  /** The socket is gone: out of memory at once, and its rows after whatever it still had in work. */
  closed(connection: Connection, code: number): void {
    if (!this.#connections.delete(connection)) return;
    connection.closed();
    this.#ports.count.closed(code);
    this.#ports.subscriptions.forget(connection);
    this.#leave(connection.user, connection);
    connection.enqueue(async () => this.#ports.endSession(connection.session));
  }

  /** Looks after all sockets once a second. */
  startSweeping(): void {
    const sweep = (): void => {
      for (const connection of this.#connections) connection.sweep();
      this.#cancelSweep = this.#ports.clock.after(sweepMs, sweep);
    };
    this.#cancelSweep = this.#ports.clock.after(sweepMs, sweep);
  }

  stopSweeping(): void {
    this.#cancelSweep();
  }

  /**
   * Asks every socket that is open now to begin afresh, spread over `spreadMs`, so that they do not come back all at
   * once. Resolves when the last one was told.
   */
  async restartAll(reason: string, spreadMs: number): Promise<void> {
    const { clock, random } = this.#ports;
    await Promise.all(
      [...this.#connections].map(
        (connection) =>
          new Promise<void>((resolve) => {
            const tell = (): void => {
              connection.close(closeCodes.restart.code, reason);
              resolve();
            };
            if (spreadMs <= 0) tell();
            else clock.after(random() * spreadMs, tell);
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
