import { closeCodes, type DownMessage, type UpMessage } from "@heliograph/protocol";
import type { Clock } from "@heliograph/shared/clock";
import { entityKey } from "@heliograph/shared/entity-key";
import { SerialQueue } from "../../concurrency/serial-queue.ts";
import { TokenBucket } from "../../concurrency/token-bucket.ts";
import { FrameCache } from "../delivery/frame-cache.ts";
import type { Change } from "../delivery/signal.ts";
import { bufferMark, Outbox, type OutboxPort } from "../delivery/signal-queue.ts";
import type { Session } from "../sessions/session.ts";
import { Holdings } from "../subscriptions/connection-subscriptions.ts";
import { keep, type Pending } from "../subscriptions/pending-subscriptions.ts";
import { RecentReads } from "../subscriptions/recent-reads.ts";
import type { Limits } from "./limits.ts";
import { parseUpMessage, UpMessageError } from "./up-message.ts";
import type { User } from "./user.ts";

/** The socket under a connection. */
export type SocketPort = OutboxPort & {
  close(code: number, reason: string): void;
  terminate(): void;
  ping(): void;
  /** Stops and continues reading, so that a client cannot queue more than the pod wants to hold. */
  pause(): void;
  resume(): void;
};

/** What happens to the messages of a connection. Called strictly one after another. */
export type UpHandler = (connection: Connection, message: UpMessage) => Promise<void>;

export type ConnectionPorts = {
  readonly socket: SocketPort;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly handle: UpHandler;
  /** Something in the pod's own code failed; the connection lives on. */
  readonly onError: (error: unknown) => void;
  readonly count: {
    in(type: string): void;
    out(type: string): void;
    invalidations(count: number): void;
    slow(): void;
  };
};

/** Time for a client to get and send a new token. */
const reauthBeforeMs = 60_000;

type State = "open" | "closing" | "closed";

/** One socket: its messages in order, its subscriptions, and the signals that wait for it. */
export class Connection {
  readonly user: User;
  /** Another one after RESUMED. */
  session: Session;
  readonly holdings = new Holdings();
  /** What was refused or withdrawn: nothing of it is delivered, but it is read again when it may have become readable. */
  readonly dormant = new Holdings();
  /** Of the ids held, those that nobody asked for: they were told through a container. */
  readonly adopted = new Holdings();
  readonly outbox = new Outbox();
  readonly reads = new RecentReads();
  pending: Pending | null = null;
  /** Number of the last item that hit this socket. */
  mark = 0;
  /** Pings since the client was last heard of. */
  missedPongs = 0;
  nextPing: number;
  /** Nothing but a RESUME that failed for want of the database was handled so far. */
  mayResume = true;
  /** What was told no longer fits; a RESET is on its way, and until then no cursor may be given out. */
  mustReset = false;
  /** Signals were written since the last BOOKMARK. */
  flushed = false;
  /** The client believes to be behind, since a DELAYED. */
  toldDelayed = false;
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
    this.#queue = new SerialQueue(ports.onError);
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

  /** All that is kept for this socket, live and dormant. */
  get subscriptions(): number {
    return this.holdings.count + this.dormant.count;
  }

  get open(): boolean {
    return this.#state === "open";
  }

  /** A message of the client is in work, or rows wait to be removed. */
  get busy(): boolean {
    return this.#queue.busy || this.pending !== null;
  }

  /** Runs after everything that was received before. */
  enqueue(task: () => Promise<void>): void {
    this.#queue.push(task);
  }

  /** A frame from the client; null for a binary one. */
  receive(text: string | null): void {
    if (!this.open) return;
    this.#heard();
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
   * A ping or pong of the client. Counted like a message: each ping costs an answer. False when it is not to be answered,
   * because it came too soon or the client does not read what was answered before.
   */
  heardControl(): boolean {
    if (!this.open) return false;
    this.#heard();
    if (this.#bucket.take(this.#ports.clock.now())) return this.#ports.socket.bufferedAmount <= bufferMark;
    this.close(closeCodes.tooFast.code, "too many pings");
    return false;
  }

  /** Anything that comes from the client is a sign of life. */
  #heard(): void {
    this.missedPongs = 0;
  }

  async #process(text: string): Promise<void> {
    if (this.#paused && this.#queue.length === 0) {
      this.#paused = false;
      this.#ports.socket.resume();
    }
    // Answers are not coalesced as signals are, so a client that asks and does not read is not asked further.
    if (this.#ports.socket.bufferedAmount > bufferMark)
      await new Promise<void>((go) => {
        this.#continue = { since: this.#ports.clock.now(), go };
      });
    if (!this.open || this.#endIfExpired()) return;
    try {
      const message = parseUpMessage(text);
      this.#ports.count.in(message.type);
      this.#malformedInARow = 0;
      await this.#ports.handle(this, message);
      this.#refusedInARow = 0;
    } catch (error) {
      if (!(error instanceof UpMessageError)) throw error;
      this.#refuse(error);
    }
  }

  #refuse(error: UpMessageError): void {
    const { code, message, correlationId } = error;
    this.send({ type: "ERROR", ...(correlationId && { id: correlationId }), payload: { code, message } });
    if (code === "too_many_subscriptions") {
      this.#refusedInARow += 1;
      if (this.#refusedInARow >= this.#ports.limits.maxMalformedInARow)
        this.close(closeCodes.tooManySubscriptions.code, "the limit of subscriptions was exceeded again and again");
      return;
    }
    this.mayResume &&= code === "unavailable";
    if (code !== "invalid_json" && code !== "invalid_message" && code !== "unknown_type" && code !== "invalid_id")
      return;
    this.#ports.count.in("malformed");
    this.#malformedInARow += 1;
    if (this.#malformedInARow >= this.#ports.limits.maxMalformedInARow)
      this.close(closeCodes.badMessage.code, "too many malformed messages");
  }

  /** An answer: written at once, ahead of waiting signals. */
  send(message: DownMessage): void {
    if (!this.open) return;
    this.#ports.count.out(message.type);
    this.#ports.socket.send(JSON.stringify(message));
  }

  holdsId(code: string, id: string): boolean {
    const held = { kind: "id", code, id } as const;
    return this.holdings.has(held) || (this.pending?.holdings.has(held) ?? false);
  }

  holdsContainer(code: string, containers: readonly string[]): boolean {
    return containers.some((id) => {
      const held = { kind: "within", code, id } as const;
      return this.holdings.has(held) || (this.pending?.holdings.has(held) ?? false);
    });
  }

  /** By a subscription that is settled, not by one that is pending. */
  #holdsSettled(code: string, id: string, containers: readonly string[]): boolean {
    return (
      this.holdings.has({ kind: "id", code, id }) ||
      containers.some((container) => this.holdings.has({ kind: "within", code, id: container }))
    );
  }

  /** A change that the user may hear of. Kept while the only subscription to it is pending. */
  deliver(change: Change): void {
    if (!this.open) return;
    const { code, id, version, containers } = change;
    if (this.reads.covers(code, id, version)) return;
    if (this.#holdsSettled(code, id, containers)) this.outbox.put(change, this.#ports.clock.now());
    else if (this.pending && (this.holdsId(code, id) || this.holdsContainer(code, containers)))
      keep(this.pending, change);
  }

  /**
   * A change for which no rights were read. What the user may not see must not come through a container: of a restricted
   * row he hears by its id, once that is settled.
   */
  deliverUnjudged(change: Change, restricted: boolean): void {
    const { code, id } = change;
    if (!restricted || this.holdings.has({ kind: "id", code, id })) this.deliver(change);
    else this.deliver({ ...change, containers: [] });
  }

  /** A row that the user may read, although this socket does not hold it: the container of something that it holds. */
  announce(change: Change): void {
    if (this.open) this.outbox.put(change, this.#ports.clock.now());
  }

  /** A row that may no longer be read. The caller has already ended its subscription. */
  tellGone(code: string, id: string): void {
    if (!this.open) return;
    this.reads.forget(code, id);
    if (this.pending?.holdings.has({ kind: "id", code, id }))
      this.pending.kept.set(entityKey(code, id), { code, id, change: null });
    else this.outbox.putGone(code, id, this.#ports.clock.now());
  }

  /** The socket's buffer is empty again. */
  drained(): void {
    this.#continue?.go();
    this.#continue = null;
    this.flush();
  }

  /** Writes what waits, as far as the socket takes it. */
  flush(frames: FrameCache = new FrameCache()): void {
    if (!this.open || this.outbox.size === 0 || this.#endIfExpired()) return;
    const { clock, limits, socket, count } = this.#ports;
    const now = clock.now();
    this.flushed = true;
    const sent = this.outbox.flush(socket, frames, now);
    if (sent > 0) count.invalidations(sent);
    if (this.outbox.size > limits.maxWaiting || this.outbox.waitedMs(now) > limits.maxWaitMs)
      this.closeTooSlow("signals wait too long");
  }

  closeTooSlow(reason: string): void {
    if (this.open) this.#ports.count.slow();
    this.close(closeCodes.tooSlow.code, reason);
  }

  #checkStalled(): void {
    if (!this.#continue || !this.open) return;
    const { clock, limits, socket } = this.#ports;
    if (socket.bufferedAmount <= bufferMark) this.drained();
    else if (clock.now() - this.#continue.since > limits.maxWaitMs) this.closeTooSlow("answers wait too long");
  }

  /** Once a second: expiry, liveness, slowness. */
  sweep(): void {
    if (!this.open) return;
    this.reads.turn(this.#ports.clock.wallNow());
    const { clock, limits, socket } = this.#ports;
    if (this.#endIfExpired()) return;
    this.askForToken();
    this.flush();
    this.#checkStalled();
    const now = clock.now();
    if (!this.open || now < this.nextPing) return;
    this.nextPing = now + limits.pingIntervalMs;
    // While the pod does not read, it cannot hear a pong either.
    if (this.#paused) return;
    if (this.missedPongs >= limits.maxMissedPongs) {
      this.close(closeCodes.noPong.code, "no answer to pings");
      return;
    }
    this.missedPongs += 1;
    socket.ping();
  }

  /** Asks for a new token while there is still time to send one. */
  askForToken(): void {
    if (this.#reauthSent || this.#expiresAt * 1000 - this.#ports.clock.wallNow() > reauthBeforeMs) return;
    this.#reauthSent = true;
    this.#sendReauth(undefined);
  }

  /** A newer token of the same user: never shortens what the older one allows. `expiresAt`: seconds since 1970. */
  extend(expiresAt: number, correlationId: string | undefined): void {
    this.#expiresAt = Math.max(this.#expiresAt, expiresAt);
    this.#reauthSent = false;
    this.#sendReauth(correlationId);
  }

  #sendReauth(correlationId: string | undefined): void {
    const expiresAt = new Date(this.#expiresAt * 1000).toISOString();
    this.send({ type: "REAUTH", ...(correlationId && { id: correlationId }), payload: { expiresAt } });
  }

  #endIfExpired(): boolean {
    if (this.#ports.clock.wallNow() < this.#expiresAt * 1000) return false;
    this.close(closeCodes.unauthenticated.code, "the token has expired");
    return true;
  }

  /** Forgets every signal: what the client holds is about to be compared afresh. */
  forgetSignals(): void {
    this.outbox.clear();
    this.reads.clear();
    this.mustReset = false;
  }

  /** Says goodbye. Nothing is delivered from here on; a client that does not answer is cut off. */
  close(code: number, reason: string): void {
    if (!this.open) return;
    this.#state = "closing";
    this.#letGo();
    const { socket, clock, limits } = this.#ports;
    socket.close(code, reason);
    clock.setTimer(() => {
      if (this.#state !== "closed") socket.terminate();
    }, limits.closeGraceMs);
  }

  /** The socket is gone, for whatever reason. */
  closed(): void {
    this.#state = "closed";
    this.#letGo();
  }

  /** Frees what a closing socket still holds; tasks that wait for it find it closed. */
  #letGo(): void {
    this.outbox.clear();
    this.#continue?.go();
    this.#continue = null;
  }
}
