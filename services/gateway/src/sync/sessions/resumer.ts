import { randomUUID } from "node:crypto";
import { closeCodes, type ResetMessage, type ResumeMessage } from "@heliograph/protocol";
import type { LogChange } from "@heliograph/server-kit";
import { canonicalUuid } from "@heliograph/shared/uuid";
import type { FanOut } from "../delivery/fan-out.ts";
import type { Position } from "../delivery/sync-cursor.ts";
import type { Feed } from "../feed/feed.ts";
import type { ReplayReader } from "../feed/replay-reader.ts";
import type { Rights } from "../rights/rights-gate.ts";
import type { Connection } from "../socket/connection.ts";
import type { ConnectionManager } from "../socket/connection-manager.ts";
import { UpMessageError } from "../socket/up-message.ts";
import type { Pending } from "../subscriptions/pending-subscriptions.ts";
import type { SubscriptionManager } from "../subscriptions/subscription-manager.ts";
import type { Session } from "./session.ts";
import type { SessionStore, Taken } from "./session-store.ts";

export type ResetReason = ResetMessage["payload"]["reason"];
/** How a RESUME ended; `lost`: its socket went in the meantime, or a later one took the connection. */
type Ending = "resumed" | "lost" | ResetReason;
export type ResumeResult = Ending | "unavailable";

export type ResumerPorts = {
  readonly cursors: { seal(position: Position): string; open(text: string): Position | undefined };
  readonly feed: Pick<Feed, "position" | "reach">;
  readonly sessions: Pick<SessionStore, "take">;
  readonly connections: Pick<ConnectionManager, "adopt">;
  readonly subscriptions: Pick<
    SubscriptionManager,
    "register" | "settle" | "abandon" | "revoke" | "revokeContainer" | "resumeDormant"
  >;
  readonly replays: Pick<ReplayReader, "read">;
  readonly fanOut: Pick<FanOut, "replay">;
  readonly rights: Pick<Rights, "isBusy">;
  readonly gatewayId: () => string;
  /** Deletes a session that was taken over in vain, or lets it expire. */
  readonly endSession: (session: Session) => void;
  readonly suspendSession: (session: Session) => void;
  /** More entities than this are not worth telling one by one: the client compares versions instead. */
  readonly maxMissed: number;
  readonly onError: (error: unknown) => void;
  readonly count: (result: ResumeResult) => void;
  readonly countReset: (reason: ResetReason) => void;
};

/**
 * Lets a new socket go on where a lost one ended. The connection is taken over in the database, which says whose it is
 * now; what it holds takes part in the fan-out from then on, its signals kept; what was missed since the cursor is
 * collected, told under the rules of every signal, and only then the kept ones.
 *
 * The reasons of a RESET depend on the cursor alone until the connection is looked up, and a connection that does not
 * exist, has expired or is somebody else's goes the same way as one that is found: so nobody learns of others'.
 */
export class Resumer {
  readonly #ports: ResumerPorts;

  constructor(ports: ResumerPorts) {
    this.#ports = ports;
  }

  /** @throws {UpMessageError} resume_too_late; unavailable, after which the same socket may try again */
  async handle(connection: Connection, { id, payload }: ResumeMessage): Promise<void> {
    if (!connection.mayResume)
      throw new UpMessageError("resume_too_late", "Something else was sent on this socket before.", id);
    let result: Ending;
    try {
      result = await this.#resume(connection, payload, id);
    } catch (error) {
      this.#ports.onError(error);
      this.#ports.count("unavailable");
      throw new UpMessageError("unavailable", "The database cannot be reached; nothing was resumed.", id);
    }
    connection.mayResume = false;
    this.#ports.count(result);
    if (result === "resumed" || result === "lost") return;
    this.#ports.countReset(result);
    connection.send({ type: "RESET", ...(id && { id }), payload: { reason: result } });
  }

  async #resume(
    connection: Connection,
    payload: ResumeMessage["payload"],
    correlationId: string | undefined,
  ): Promise<Ending> {
    const { cursors, feed, sessions, connections, gatewayId } = this.#ports;
    const cursor = cursors.open(payload.cursor);
    if (!cursor) return "other_history";
    const place = await feed.reach(cursor);
    if (place !== "reached") return place;
    if (!connection.open) return "lost";
    const taken = await sessions.take({
      // Whatever is asked for, the same statement answers.
      connectionId: canonicalUuid(payload.connectionId) ?? randomUUID(),
      userId: connection.user.personId,
      organizationId: connection.user.organizationId,
      gatewayId: gatewayId(),
    });
    if (taken === "unknown") return "session";
    if (taken === "replaced") {
      connection.close(closeCodes.replaced.code, "another socket took this connection over");
      return "lost";
    }
    const provisional = connection.session;
    // Even if this socket is gone: an older one on this pod has lost the connection in any case, and the end of this one,
    // which waits behind this message, must give up what was taken.
    connections.adopt(connection, taken.session);
    if (!connection.open) return "lost";
    return this.#replay(connection, { cursor, taken, provisional, correlationId });
  }

  async #replay(
    connection: Connection,
    of: { cursor: Position; taken: Taken; provisional: Session; correlationId: string | undefined },
  ): Promise<Ending> {
    const { connections, subscriptions, replays, endSession, suspendSession, maxMissed } = this.#ports;
    const { cursor, taken, provisional } = of;
    const { personId, organizationId } = connection.user;
    const pending = subscriptions.register(connection, taken.held);
    const giveBack = (how: (session: Session) => void): void => {
      subscriptions.abandon(connection);
      connections.adopt(connection, provisional);
      how(taken.session);
    };
    let missed: Awaited<ReturnType<ReplayReader["read"]>>;
    try {
      missed = await replays.read({ personId, organizationId, held: taken.held, after: cursor.seq }, cursor.epoch);
    } catch (error) {
      if (connection.open) giveBack(suspendSession);
      throw error;
    }
    if (!connection.open) return "lost";
    if (typeof missed !== "string" && this.#ports.feed.position?.epoch !== cursor.epoch) missed = "other_history";
    if (typeof missed !== "string" && missed.length > maxMissed) missed = "cursor_too_old";
    if (typeof missed === "string") {
      giveBack(endSession);
      return missed;
    }
    this.#settle(connection, pending, missed, of);
    return "resumed";
  }

  #settle(
    connection: Connection,
    pending: Pending,
    missed: readonly LogChange[],
    { cursor, taken, correlationId }: { cursor: Position; taken: Taken; correlationId: string | undefined },
  ): void {
    const { cursors, feed, subscriptions, fanOut, rights } = this.#ports;
    subscriptions.settle(connection);
    // Not from what was missed but by a read: whatever may have made it readable.
    subscriptions.resumeDormant(connection, taken.dormant);
    // A cursor vouches for what was written before it, and the missed signals are written after it: while there are any,
    // it stays where the client was. A socket that is lost between the two then asks for them again.
    const quiet = missed.length + pending.kept.size + pending.withdrawn.length === 0;
    const nothingFollows = quiet && !rights.isBusy(connection.user) && !connection.mustReset;
    const position = nothingFollows ? (feed.position ?? cursor) : cursor;
    connection.send({
      type: "RESUMED",
      ...(correlationId && { id: correlationId }),
      payload: { count: connection.holdings.count, cursor: cursors.seal(position) },
    });
    // A bookmark behind the signals, even if there are none: it says that none was missed.
    connection.flushed = true;
    // The lost socket may have been the one that was told, when nobody was left at its other end. All of them, whether or
    // not the feed names them: what happens to a row that may not be read must not show in what is said here.
    for (const { code, id } of taken.dormant) connection.tellGone(code, id);
    const kept = [...pending.kept.values()];
    for (const { code, id, change } of kept) if (!change) subscriptions.revoke(connection, code, id);
    for (const { code, id } of pending.withdrawn) subscriptions.revokeContainer(connection, code, id);
    // Under the rules again: what was missed may make a read of rights necessary before the kept ones may be told.
    fanOut.replay(connection, [...missed, ...kept.flatMap(({ change }) => (change ? [change.item] : []))]);
  }
}
