import { closeCodes, type DownMessage, type UpMessage } from "@heliograph/protocol";
import type { Clock } from "@heliograph/shared/clock";
import { entityKey } from "@heliograph/shared/entity-key";
import { SerialQueue } from "../../concurrency/serial-queue.ts";
import { TokenBucket } from "../../concurrency/token-bucket.ts";
import type { SyncObserver } from "../sync-observer.ts";
import { ConnectionSubscriptions } from "./connection-subscriptions.ts";
import { FrameCache } from "./frame-cache.ts";
import type { Limits } from "./limits.ts";
import { deferSignal, type PendingSubscriptions } from "./pending-subscriptions.ts";
import { RecentReads } from "./recent-reads.ts";
import type { Session } from "./session.ts";
import type { Signal } from "./signal.ts";
import { highWaterMark, SignalQueue, type SignalSink } from "./signal-queue.ts";
import { parseUpMessage, UpMessageError } from "./up-message.ts";

/** The socket under a connection. */
export interface SocketPort extends SignalSink {
  close(code: number, reason: string): void;
  terminate(): void;
  ping(): void;
  /** Stops reading, so that a client cannot queue more than the gateway wants to hold. */
  pause(): void;
  /** Continues reading. */
  resume(): void;
}

/** Handles the messages of a connection. Called strictly one after another. */
export type UpMessageHandler = (connection: Connection, message: UpMessage) => Promise<void>;

export interface ConnectionPorts {
  readonly socket: SocketPort;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly handle: UpMessageHandler;
  readonly observer: SyncObserver;
}

/** A person in an organization, with all sockets on this gateway: rights are read once for all of them. */
export interface User {
  readonly personId: string;
  readonly organizationId: string;
  readonly connections: Set<Connection>;
}

/** REAUTH is sent this long before the token expires: time for the client to get and send a new one. */
const reauthBeforeMs = 60_000;

type State = "open" | "closing" | "closed";

/** One socket: its messages in order, its subscriptions, and the signals that wait for it. */
export class Connection {
  readonly user: User;
  /** A RESUME replaces it with the session of the lost socket. */
  session: Session;
  readonly subscribed = new ConnectionSubscriptions();
  /** Subscriptions that were refused or revoked: not delivered, but read again when they may have become readable. */
  readonly refused = new ConnectionSubscriptions();
  /** The part of `subscribed` that the client did not ask for: rows by their id that were delivered through a container. */
  readonly adopted = new ConnectionSubscriptions();
  readonly signals = new SignalQueue();
  readonly reads = new RecentReads();
  pending: PendingSubscriptions | null = null;
  /** Number of the last change that the fan-out brought to this socket. */
  lastHit = 0;
  /** Pings since the client was last heard. */
  missedPongs = 0;
  nextPing: number;
  /** True until a message other than RESUME was handled. A RESUME that failed because of the database may be repeated. */
  mayResume = true;
  /** A RESET is on its way; until then the client's rows are doubtful and it must not get a cursor. */
  mustReset = false;
  /** Signals were written since the last BOOKMARK. */
  flushed = false;
  /** DELAYED was sent and not yet taken back by a BOOKMARK. */
  delayNotified = false;
  nextBookmark: number;

  readonly #ports: ConnectionPorts;
  readonly #queue: SerialQueue;
  readonly #bucket: TokenBucket;
  #malformedInARow = 0;
  #refusedInARow = 0;
  #paused = false;
  /** Continues with the next message once the socket has taken the answers before it. */
  #continue: { readonly since: number; readonly go: () => void } | null = null;
  /** Seconds since 1970. */
  #expiresAt: number;
  #reauthSent = false;
  #state: State = "open";

  constructor(
    identity: { readonly user: User; readonly session: Session; readonly expiresAt: number },
    ports: ConnectionPorts,
  ) {
    this.user = identity.user;
    this.session = identity.session;
    this.#expiresAt = identity.expiresAt;
    this.#ports = ports;
    this.#queue = new SerialQueue((error) => ports.observer.failed("handle message", error));
    const now = ports.clock.now();
    this.nextPing = now + ports.limits.pingIntervalMs;
    this.nextBookmark = now + ports.limits.bookmarkIntervalMs;
    this.#bucket = new TokenBucket({
      perSecond: ports.limits.messagesPerSecond,
      burst: ports.limits.messageBurst,
      now,
    });
  }

  get id(): string {
    return this.session.connectionId;
  }

  /** Live and refused subscriptions together. */
  get subscriptionCount(): number {
    return this.subscribed.count + this.refused.count;
  }

  get open(): boolean {
    return this.#state === "open";
  }

  /** A message is being handled or queued, or subscription rows wait to be written. */
  get busy(): boolean {
    return this.#queue.busy || this.pending !== null;
  }

  /** Runs the task after everything that was received before. */
  enqueue(task: () => Promise<void>): void {
    this.#queue.push(task);
  }

  /** Takes a frame from the client; null for a binary one. */
  receive(text: string | null): void {
    if (!this.open) return;
    this.#noteAlive();
    if (!this.#bucket.take(this.#ports.clock.now())) {
      this.close(closeCodes.tooFast.code, "too many messages");
      return;
    }
    if (text === null) {
      this.close(closeCodes.badMessage.code, "binary frames are not part of the protocol");
      return;
    }
    this.#queue.push(() => this.#process(text));
    if (this.#queue.length >= this.#ports.limits.maxQueuedMessages && !this.#paused) {
      this.#paused = true;
      this.#ports.socket.pause();
    }
  }

  /**
   * Takes a ping or pong of the client. It counts like a message, because each ping costs an answer.
   *
   * @returns false when a ping must not be answered: it came too soon, or the client does not read earlier answers
   */
  receiveControl(): boolean {
    if (!this.open) return false;
    this.#noteAlive();
    if (this.#bucket.take(this.#ports.clock.now())) return this.#ports.socket.bufferedAmount <= highWaterMark;
    this.close(closeCodes.tooFast.code, "too many pings");
    return false;
  }

  /** Anything that the client sends proves that it is alive. */
  #noteAlive(): void {
    this.missedPongs = 0;
  }

  async #process(text: string): Promise<void> {
    if (this.#paused && this.#queue.length === 0) {
      this.#paused = false;
      this.#ports.socket.resume();
    }
    // Answers are not coalesced as signals are, so a client that does not read its answers gets no further ones.
    if (this.#ports.socket.bufferedAmount > highWaterMark)
      await new Promise<void>((go) => {
        this.#continue = { since: this.#ports.clock.now(), go };
      });
    if (!this.open || this.#closeIfExpired()) return;
    try {
      const message = parseUpMessage(text);
      this.#ports.observer.messageReceived(message.type);
      this.#malformedInARow = 0;
      await this.#ports.handle(this, message);
      this.#refusedInARow = 0;
    } catch (error) {
      if (!(error instanceof UpMessageError)) throw error;
      this.#answerError(error);
    }
  }

  #answerError(error: UpMessageError): void {
    const { code, message, correlationId } = error;
    this.send({ type: "ERROR", ...(correlationId && { id: correlationId }), payload: { code, message } });
    if (code === "too_many_subscriptions") {
      this.#refusedInARow += 1;
      if (this.#refusedInARow >= this.#ports.limits.maxMalformedInARow)
        this.close(closeCodes.tooManySubscriptions.code, "the subscription limit was exceeded repeatedly");
      return;
    }
    this.mayResume &&= code === "unavailable";
    if (code !== "invalid_json" && code !== "invalid_message" && code !== "unknown_type" && code !== "invalid_id")
      return;
    this.#ports.observer.messageReceived("malformed");
    this.#malformedInARow += 1;
    if (this.#malformedInARow >= this.#ports.limits.maxMalformedInARow)
      this.close(closeCodes.badMessage.code, "too many malformed messages");
  }

  /** Writes a message immediately, ahead of queued signals. */
  send(message: DownMessage): void {
    if (!this.open) return;
    this.#ports.observer.messageSent(message.type);
    this.#ports.socket.send(JSON.stringify(message));
  }

  /** Whether a live or pending subscription names this row by its id. */
  holdsId(entityCode: string, entityId: string): boolean {
    const subscription = { kind: "id", entityCode, entityId } as const;
    return this.subscribed.has(subscription) || (this.pending?.subscriptions.has(subscription) ?? false);
  }

  /** Whether a live or pending subscription names one of these containers. */
  holdsContainer(entityCode: string, containerIds: readonly string[]): boolean {
    return containerIds.some((entityId) => {
      const subscription = { kind: "within", entityCode, entityId } as const;
      return this.subscribed.has(subscription) || (this.pending?.subscriptions.has(subscription) ?? false);
    });
  }

  #isSubscribed({ entityCode, entityId, containerIds }: Signal): boolean {
    return (
      this.subscribed.has({ kind: "id", entityCode, entityId }) ||
      containerIds.some((container) => this.subscribed.has({ kind: "within", entityCode, entityId: container }))
    );
  }

  /** Queues a signal that the user has the right to. Deferred while its only subscription is pending. */
  deliver(signal: Signal): void {
    if (!this.open) return;
    const { entityCode, entityId, version, containerIds } = signal;
    if (this.reads.covers(entityCode, entityId, version)) return;
    if (this.#isSubscribed(signal)) this.signals.put(signal, this.#ports.clock.now());
    else if (this.pending && (this.holdsId(entityCode, entityId) || this.holdsContainer(entityCode, containerIds)))
      deferSignal(this.pending, signal);
  }

  /**
   * Queues a signal for which no rights were read. A restricted row is delivered by its id only, once that subscription is
   * live: through a container the signal would disclose a row that the user may not see.
   */
  deliverUnchecked(signal: Signal, restricted: boolean): void {
    const { entityCode, entityId } = signal;
    if (!restricted || this.subscribed.has({ kind: "id", entityCode, entityId })) this.deliver(signal);
    else this.deliver({ ...signal, containerIds: [] });
  }

  /** Queues a signal for a readable row without its own subscription: the container that a subscription is within. */
  deliverDirectly(signal: Signal): void {
    if (this.open) this.signals.put(signal, this.#ports.clock.now());
  }

  /** Queues a GONE for a row that may no longer be read. The caller has ended its subscription already. */
  queueGone(entityCode: string, entityId: string): void {
    if (!this.open) return;
    this.reads.forget(entityCode, entityId);
    if (this.pending?.subscriptions.has({ kind: "id", entityCode, entityId }))
      this.pending.deferred.set(entityKey(entityCode, entityId), { entityCode, entityId, signal: null });
    else this.signals.putGone(entityCode, entityId, this.#ports.clock.now());
  }

  /** The socket's buffer is empty again. */
  drained(): void {
    this.#continue?.go();
    this.#continue = null;
    this.flush();
  }

  /** Writes queued signals, as far as the socket takes them. */
  flush(frames: FrameCache = new FrameCache()): void {
    if (!this.open || this.signals.size === 0 || this.#closeIfExpired()) return;
    const { clock, limits, socket, observer } = this.#ports;
    const now = clock.now();
    this.flushed = true;
    const sent = this.signals.flush(socket, frames, now);
    if (sent > 0) observer.changesSent(sent);
    if (this.signals.size > limits.maxWaiting || this.signals.waitedMs(now) > limits.maxWaitMs)
      this.closeTooSlow("signals wait too long");
  }

  closeTooSlow(reason: string): void {
    if (this.open) this.#ports.observer.connectionTooSlow();
    this.close(closeCodes.tooSlow.code, reason);
  }

  #checkStalled(): void {
    if (!this.#continue || !this.open) return;
    const { clock, limits, socket } = this.#ports;
    if (socket.bufferedAmount <= highWaterMark) this.drained();
    else if (clock.now() - this.#continue.since > limits.maxWaitMs) this.closeTooSlow("answers wait too long");
  }

  /** Checks expiry, liveness and backpressure; called once a second. */
  sweep(): void {
    if (!this.open) return;
    this.reads.turn(this.#ports.clock.wallNow());
    const { clock, limits, socket } = this.#ports;
    if (this.#closeIfExpired()) return;
    this.requestToken();
    this.flush();
    this.#checkStalled();
    const now = clock.now();
    if (!this.open || now < this.nextPing) return;
    this.nextPing = now + limits.pingIntervalMs;
    // While reading is paused, a pong cannot arrive either.
    if (this.#paused) return;
    if (this.missedPongs >= limits.maxMissedPongs) {
      this.close(closeCodes.noPong.code, "no answer to pings");
      return;
    }
    this.missedPongs += 1;
    socket.ping();
  }

  /** Sends REAUTH when the token expires soon. */
  requestToken(): void {
    if (this.#reauthSent || this.#expiresAt * 1000 - this.#ports.clock.wallNow() > reauthBeforeMs) return;
    this.#reauthSent = true;
    this.#sendReauth(undefined);
  }

  /** Accepts a newer token of the same user; never shortens the expiry of the older one. `expiresAt`: seconds since 1970. */
  extend(expiresAt: number, correlationId: string | undefined): void {
    this.#expiresAt = Math.max(this.#expiresAt, expiresAt);
    this.#reauthSent = false;
    this.#sendReauth(correlationId);
  }

  #sendReauth(correlationId: string | undefined): void {
    const expiresAt = new Date(this.#expiresAt * 1000).toISOString();
    this.send({ type: "REAUTH", ...(correlationId && { id: correlationId }), payload: { expiresAt } });
  }

  #closeIfExpired(): boolean {
    if (this.#ports.clock.wallNow() < this.#expiresAt * 1000) return false;
    this.close(closeCodes.unauthenticated.code, "the token has expired");
    return true;
  }

  /** Drops all queued signals before a RESET: the client is about to compare all its versions. */
  forgetSignals(): void {
    this.signals.clear();
    this.reads.clear();
    this.mustReset = false;
  }

  /** Starts the close handshake. Nothing is delivered from now on; a client that does not answer is cut off. */
  close(code: number, reason: string): void {
    if (!this.open) return;
    this.#state = "closing";
    this.#release();
    const { socket, clock, limits } = this.#ports;
    socket.close(code, reason);
    clock.setTimer(() => {
      if (this.#state !== "closed") socket.terminate();
    }, limits.closeGraceMs);
  }

  /** The socket is gone, for whatever reason. */
  closed(): void {
    this.#state = "closed";
    this.#release();
  }

  /** Frees what a closing socket holds; tasks that wait for it find it closed. */
  #release(): void {
    this.signals.clear();
    this.#continue?.go();
    this.#continue = null;
  }
}
