import type { DownMessage, InvalidateMessage } from "@heliograph/protocol";
// By path: k6 resolves no packages, and this file imports nothing.
import { backoffDelay } from "../../packages/shared/src/backoff.ts";
import type { ProtocolConstants, Target } from "../plan/plan.ts";
import { type Ports, sleep } from "./ports.ts";
import { ProtocolSocket } from "./protocol-socket.ts";
import { VersionLedger } from "./version-ledger.ts";

export interface SyncClientOptions {
  readonly ports: Ports;
  readonly protocol: ProtocolConstants;
  readonly targets: readonly Target[];
  /** Number of this client; it decides which target is tried first. */
  readonly index: number;
  readonly token: string;
  readonly entityCode: string;
  readonly sharedClock: boolean;
  /** Until when a lost socket is replaced, milliseconds since 1970. Read each time, because the timeline may move. */
  readonly reconnectUntil: () => number;
  /** Tags each latency with its change, so that the first and the last socket to receive a change can be found. */
  readonly tagChanges?: boolean;
  readonly onSignal?: (id: string, version: number) => void;
}

/** Delay before a lost socket is replaced, with full jitter, milliseconds. */
const reconnectBackoff = { baseMs: 250, capMs: 4000 };

/**
 * Speaks the protocol as an application's client does, without storing any data: it connects, subscribes, continues with
 * RESUME on the next target when its socket is lost, and subscribes again where RESUME is refused. Records what it sees.
 */
export class SyncClient {
  readonly ledger = new VersionLedger();
  readonly #options: SyncClientOptions;
  #socket: ProtocolSocket | null = null;
  #connectionId = "";
  #cursor = "";
  #closing = false;
  /** Between RESUMED and the next BOOKMARK the server may send versions again. */
  #replaying = false;
  #lastSignalAt = 0;
  #longestSilence = 0;
  #recovery: Promise<void> = Promise.resolve();
  #onBookmark = (): void => undefined;

  constructor(options: SyncClientOptions) {
    this.#options = options;
  }

  /** Opens the first connection. Resolves to false when that fails; the attempt is not repeated. */
  async connect(): Promise<boolean> {
    const { ports } = this.#options;
    const startedAt = ports.wallNow();
    const opened = await this.#openSocket(0);
    ports.record("rt_connect_ok", opened ? 1 : 0);
    if (opened) ports.record("rt_connect_ms", ports.wallNow() - startedAt);
    return opened;
  }

  /** Subscribes to rows, `maxIdsPerMessage` per message. Resolves to false when a row was refused or an answer is missing. */
  async subscribe(ids: readonly string[]): Promise<boolean> {
    const { ports, protocol } = this.#options;
    let all = true;
    for (let at = 0; at < ids.length; at += protocol.maxIdsPerMessage) {
      const sentAt = ports.wallNow();
      const accepted = await this.#subscribeOnce(ids.slice(at, at + protocol.maxIdsPerMessage));
      ports.record("rt_subscribe_ok", accepted ? 1 : 0);
      if (accepted) ports.record("rt_subscribe_ms", ports.wallNow() - sentAt);
      all &&= accepted;
    }
    return all;
  }

  /** Starts to measure the longest time without a signal. */
  startSilenceMeasurement(): void {
    this.#lastSignalAt = this.#options.ports.wallNow();
    this.#longestSilence = 0;
  }

  /** Longest time without a signal since the measurement started, milliseconds. */
  longestSilence(): number {
    return Math.max(this.#longestSilence, this.#options.ports.wallNow() - this.#lastSignalAt);
  }

  /** Waits for a recovery in progress and for the signals that it replays; for the latter at most `limitMs`. */
  async settled(limitMs: number): Promise<void> {
    await this.#recovery;
    if (!this.#replaying) return;
    await new Promise<void>((resolve) => {
      const cancelTimeout = this.#options.ports.setTimer(resolve, limitMs);
      this.#onBookmark = () => {
        cancelTimeout();
        resolve();
      };
    });
  }

  /** Closes for good. */
  close(): void {
    this.#closing = true;
    this.#socket?.close();
  }

  async #subscribeOnce(ids: readonly string[]): Promise<boolean> {
    const { entityCode } = this.#options;
    const versions = ids.map((id) => this.ledger.versionOf(id));
    for (const id of ids) this.ledger.request(id);
    const payload = { entityCode, entityIds: [...ids], ...(versions.some((version) => version > 0) && { versions }) };
    const answer = await this.#socket?.request({ type: "SUBSCRIBE", payload }, (found) => this.#onSubscribed(found));
    if (answer?.type !== "SUBSCRIBED") return false;
    return answer.payload.gone.length === 0 && answer.payload.count === ids.length;
  }

  #onSubscribed(answer: DownMessage): void {
    if (answer.type !== "SUBSCRIBED") return;
    for (const { entityId, version } of answer.payload.changed) {
      if (this.ledger.versionOf(entityId) > 0) this.#receive(entityId, version);
      this.ledger.hold(entityId, version);
    }
  }

  async #openSocket(attempt: number): Promise<boolean> {
    const { ports, protocol, targets, index, token } = this.#options;
    const target = targets[(index + attempt) % targets.length];
    if (!target) throw new Error("The plan has no target.");
    const socket = await ProtocolSocket.open({
      ports,
      protocol,
      target,
      token,
      onMessage: (message) => this.#onMessage(message),
      onClose: (code) => {
        this.#socket = null;
        if (!this.#closing) this.#onSocketLost(code);
      },
    });
    if (!socket) return false;
    this.#socket = socket;
    if (this.#connectionId === "") this.#adoptSession(socket.welcome);
    return true;
  }

  #adoptSession(welcome: { connectionId: string; cursor: string }): void {
    this.#connectionId = welcome.connectionId;
    this.#cursor = welcome.cursor;
  }

  #onSocketLost(code: number): void {
    const { ports, protocol, reconnectUntil } = this.#options;
    if (code !== protocol.closeCodes.restart) ports.record("rt_unexpected_close", 1, { code: String(code) });
    const lostAt = ports.wallNow();
    if (lostAt >= reconnectUntil()) return;
    this.#recovery = this.#recovery.then(() => this.#recover(lostAt));
  }

  async #recover(lostAt: number): Promise<void> {
    const { ports, reconnectUntil } = this.#options;
    for (let attempt = 1; ports.wallNow() < reconnectUntil(); attempt++) {
      await sleep(ports, backoffDelay(attempt - 1, ports.random(), reconnectBackoff));
      // A client that closes while it reconnects has not failed to resume.
      if (this.#closing) return;
      const opened = await this.#openSocket(attempt);
      if (this.#closing) return this.#socket?.close();
      if (!opened) continue;
      const outcome = await this.#resume();
      if (outcome === "lost") continue;
      ports.record("rt_resume_ok", outcome === "resumed" ? 1 : 0);
      if (outcome === "resumed") ports.record("rt_resume_ms", ports.wallNow() - lostAt);
      return;
    }
    ports.record("rt_resume_ok", 0);
    ports.record("rt_resubscribed", 0);
  }

  async #resume(): Promise<"resumed" | "reset" | "lost"> {
    const socket = this.#socket;
    const payload = { connectionId: this.#connectionId, cursor: this.#cursor };
    const answer = await socket?.request({ type: "RESUME", payload }, (found) => this.#onResumed(found));
    if (!socket || !answer) return "lost";
    if (answer.type === "RESUMED") return "resumed";
    this.#adoptSession(socket.welcome);
    await this.#resubscribe();
    return "reset";
  }

  #onResumed(answer: DownMessage): void {
    if (answer.type !== "RESUMED") return;
    this.#replaying = true;
    this.#cursor = answer.payload.cursor;
    this.#options.ports.record("rt_resubscribed", answer.payload.count === this.ledger.size ? 1 : 0);
  }

  async #resubscribe(): Promise<void> {
    const { ports, protocol } = this.#options;
    const ids = this.ledger.ids();
    let all = true;
    for (let at = 0; at < ids.length; at += protocol.maxIdsPerMessage)
      all = (await this.#subscribeOnce(ids.slice(at, at + protocol.maxIdsPerMessage))) && all;
    ports.record("rt_resubscribed", all ? 1 : 0);
  }

  #onMessage(message: DownMessage): void {
    switch (message.type) {
      case "INVALIDATE":
        this.#onInvalidate(message.payload);
        return;
      case "BOOKMARK":
        this.#cursor = message.payload.cursor;
        this.#replaying = false;
        this.#onBookmark();
        return;
      case "GONE":
        for (const id of message.payload.entityIds) this.ledger.release(id);
        return;
      case "RESET":
        this.#recovery = this.#recovery.then(() => this.#resubscribe());
        return;
      default:
        // A client without data has nothing to do for the other messages.
        return;
    }
  }

  #onInvalidate({ changes }: InvalidateMessage["payload"]): void {
    const { ports, sharedClock, tagChanges } = this.#options;
    const now = ports.wallNow();
    this.#longestSilence = Math.max(this.#longestSilence, now - this.#lastSignalAt);
    this.#lastSignalAt = now;
    for (const { entityId, version } of changes) {
      if (!this.#receive(entityId, version)) continue;
      // A version is the microsecond of its change. Replayed changes waited for the client, so they are no measure of speed.
      if (sharedClock && !this.#replaying)
        ports.record("rt_delivery_ms", now - version / 1000, tagChanges ? { change: String(version) } : undefined);
    }
  }

  /** Whether the version was new. */
  #receive(id: string, version: number): boolean {
    const { ports, sharedClock } = this.#options;
    switch (this.ledger.receive(id, version)) {
      case "new":
        ports.record("rt_received", 1, undefined, sharedClock ? version / 1000 : undefined);
        this.#options.onSignal?.(id, version);
        return true;
      case "duplicate":
        if (!this.#replaying) ports.record("rt_duplicates", 1);
        return false;
      case "outdated":
        if (!this.#replaying) ports.record("rt_out_of_order", 1);
        return false;
      case "early":
        return false;
      case "foreign":
        ports.record("rt_foreign", 1);
        return false;
    }
  }
}
