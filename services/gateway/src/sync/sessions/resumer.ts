import { randomUUID } from "node:crypto";
import { closeCodes, type ResumeMessage } from "@heliograph/protocol";
import type { LogChange } from "@heliograph/server-kit";
import { canonicalUuid } from "@heliograph/shared/uuid";
import type { Connection } from "../connection/connection.ts";
import type { PendingSubscriptions } from "../connection/pending-subscriptions.ts";
import type { Session } from "../connection/session.ts";
import { UpMessageError } from "../connection/up-message.ts";
import type { FanOut } from "../delivery/fan-out.ts";
import type { Feed } from "../feed/feed.ts";
import type { FeedPosition } from "../feed/feed-position.ts";
import type { ReplayReader } from "../feed/replay-reader.ts";
import type { RightsGate } from "../rights/rights-gate.ts";
import type { SubscriptionManager } from "../subscriptions/subscription-manager.ts";
import type { ResetReason, SyncObserver } from "../sync-observer.ts";
import type { SessionStore, Takeover } from "./session-store.ts";

/** How a RESUME ended; `lost`: its socket went in the meantime, or a later one took the connection. */
type ResumeOutcome = "resumed" | "lost" | ResetReason;

export interface ResumerPorts {
  readonly cursors: { seal(position: FeedPosition): string; open(text: string): FeedPosition | undefined };
  readonly feed: Pick<Feed, "position" | "catchUpTo">;
  readonly sessions: Pick<SessionStore, "takeOver">;
  /** Makes a connection go by this session from now on. */
  readonly bindSession: (connection: Connection, session: Session) => void;
  readonly subscriptions: Pick<
    SubscriptionManager,
    "register" | "settle" | "abandon" | "revoke" | "revokeContainer" | "resumeRefused"
  >;
  readonly replays: Pick<ReplayReader, "read">;
  readonly fanOut: Pick<FanOut, "replay">;
  readonly rights: Pick<RightsGate, "isBusy">;
  readonly gatewayId: () => string;
  /** Deletes a session that was taken over in vain. */
  readonly endSession: (session: Session) => void;
  /** Lets a session that was taken over in vain expire. */
  readonly suspendSession: (session: Session) => void;
  /** With more missed changes than this, the client compares versions instead. */
  readonly maxMissed: number;
  readonly observer: SyncObserver;
}

/**
 * Resumes the connection of a lost socket on a new one. The connection is taken over in the database, which decides who
 * owns it. From then on its subscriptions take part in the fan-out, with their signals deferred; the changes since the
 * cursor are collected and delivered under the rules of every change, and then the deferred signals.
 *
 * Until the connection is looked up, the reasons of a RESET depend on the cursor alone, and a connection that does not
 * exist, has expired or belongs to another user takes the same path as one that is found. So a RESUME discloses nothing
 * about connections of others.
 */
export class Resumer {
  readonly #ports: ResumerPorts;

  constructor(ports: ResumerPorts) {
    this.#ports = ports;
  }

  /** @throws {UpMessageError} resume_too_late; unavailable, after which the same socket may retry */
  async handle(connection: Connection, { id, payload }: ResumeMessage): Promise<void> {
    if (!connection.mayResume)
      throw new UpMessageError("resume_too_late", "Another message was sent on this socket before.", id);
    const { observer } = this.#ports;
    let outcome: ResumeOutcome;
    try {
      outcome = await this.#resume(connection, payload, id);
    } catch (error) {
      observer.failed("resume", error);
      observer.resumeEnded("unavailable");
      const problem = "The session was not resumed because the database cannot be reached; send RESUME again.";
      throw new UpMessageError("unavailable", problem, id);
    }
    connection.mayResume = false;
    observer.resumeEnded(outcome);
    if (outcome === "resumed" || outcome === "lost") return;
    observer.resetSent(outcome);
    connection.send({ type: "RESET", ...(id && { id }), payload: { reason: outcome } });
  }

  async #resume(
    connection: Connection,
    payload: ResumeMessage["payload"],
    correlationId: string | undefined,
  ): Promise<ResumeOutcome> {
    const { cursors, feed, sessions, bindSession, gatewayId } = this.#ports;
    const cursor = cursors.open(payload.cursor);
    if (!cursor) return "other_history";
    const reached = await feed.catchUpTo(cursor);
    if (reached !== "reached") return reached;
    if (!connection.open) return "lost";
    const takeover = await sessions.takeOver({
      // The same statement answers whatever the client asks for.
      connectionId: canonicalUuid(payload.connectionId) ?? randomUUID(),
      userId: connection.user.personId,
      organizationId: connection.user.organizationId,
      gatewayId: gatewayId(),
    });
    if (takeover === "unknown") return "session";
    if (takeover === "replaced") {
      connection.close(closeCodes.replaced.code, "another socket took this connection over");
      return "lost";
    }
    const provisional = connection.session;
    // Even if this socket is gone: an older one on this gateway has lost the connection in any case, and the end of this
    // one, which waits behind this message, must give up what was taken over.
    bindSession(connection, takeover.session);
    if (!connection.open) return "lost";
    return this.#replay(connection, { cursor, takeover, provisional, correlationId });
  }

  async #replay(
    connection: Connection,
    resume: { cursor: FeedPosition; takeover: Takeover; provisional: Session; correlationId: string | undefined },
  ): Promise<ResumeOutcome> {
    const { feed, bindSession, subscriptions, replays, endSession, suspendSession, maxMissed } = this.#ports;
    const { cursor, takeover, provisional } = resume;
    const { personId, organizationId } = connection.user;
    const pending = subscriptions.register(connection, takeover.subscriptions);
    const giveBack = (how: (session: Session) => void): void => {
      subscriptions.abandon(connection);
      bindSession(connection, provisional);
      how(takeover.session);
    };
    let missed: Awaited<ReturnType<ReplayReader["read"]>>;
    try {
      const target = { personId, organizationId, subscriptions: takeover.subscriptions, after: cursor.seq };
      missed = await replays.read(target, cursor.epoch);
    } catch (error) {
      if (connection.open) giveBack(suspendSession);
      throw error;
    }
    if (!connection.open) return "lost";
    if (typeof missed !== "string" && feed.position?.epoch !== cursor.epoch) missed = "other_history";
    if (typeof missed !== "string" && missed.length > maxMissed) missed = "cursor_too_old";
    if (typeof missed === "string") {
      giveBack(endSession);
      return missed;
    }
    this.#settle(connection, pending, missed, resume);
    return "resumed";
  }

  #settle(
    connection: Connection,
    pending: PendingSubscriptions,
    missed: readonly LogChange[],
    resume: { cursor: FeedPosition; takeover: Takeover; correlationId: string | undefined },
  ): void {
    const { cursors, feed, subscriptions, fanOut, rights } = this.#ports;
    const { cursor, takeover, correlationId } = resume;
    subscriptions.settle(connection);
    // By a read and not from the missed changes, because any of them may have made it readable.
    subscriptions.resumeRefused(connection, takeover.refused);
    // A cursor guarantees what was written before it, and the missed signals are written after it. While there are any, the
    // cursor stays where the client was; a socket that is lost between the two asks for them again.
    const quiet = missed.length + pending.deferred.size + pending.revokedContainers.length === 0;
    const nothingFollows = quiet && !rights.isBusy(connection.user) && !connection.mustReset;
    const position = nothingFollows ? (feed.position ?? cursor) : cursor;
    connection.send({
      type: "RESUMED",
      ...(correlationId && { id: correlationId }),
      payload: { count: connection.subscribed.count, cursor: cursors.seal(position) },
    });
    // A bookmark follows the signals even if there are none: it tells the client that nothing was missed.
    connection.flushed = true;
    // The GONE may have been written to the lost socket after its client had left. All refused ones are named, whether or
    // not the feed names them: what happens to a row that may not be read must not show here.
    for (const { entityCode, entityId } of takeover.refused) connection.queueGone(entityCode, entityId);
    const deferred = [...pending.deferred.values()];
    for (const { entityCode, entityId, signal } of deferred)
      if (!signal) subscriptions.revoke(connection, entityCode, entityId);
    for (const { entityCode, entityId } of pending.revokedContainers)
      subscriptions.revokeContainer(connection, entityCode, entityId);
    // Under the rules again: a missed change may require a read of rights before the deferred ones may be delivered.
    fanOut.replay(connection, [...missed, ...deferred.flatMap(({ signal }) => (signal ? [signal.change] : []))]);
  }
}
