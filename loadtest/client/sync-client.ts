import type { DownMessage, InvalidateMessage } from "@heliograph/protocol";
import type { Target, Wire } from "../plan/plan.ts";
import { type Ports, sleep } from "./ports.ts";
import { Dialogue } from "./sync-socket.ts";
import { RowLedger } from "./version-ledger.ts";

export interface SyncClientOptions {
  readonly ports: Ports;
  readonly wire: Wire;
  readonly targets: readonly Target[];
  /** Number of this client: which target it takes first. */
  readonly index: number;
  readonly token: string;
  readonly entityCode: string;
  readonly sharedClock: boolean;
  /** A lost socket is replaced until then, milliseconds since 1970; asked each time. */
  readonly stayUntil: () => number;
  /** Marks each latency with its change, so that the first and the last socket that was told can be found. */
  readonly markChanges?: boolean;
  readonly onSignal?: (id: string, version: number) => void;
}

/** Least and most pause before a lost socket is replaced, milliseconds; doubled at each failure, with full jitter. */
const backoff = { base: 250, cap: 4000 };

/**
 * What an application's client does on the wire, without keeping any data: connects, subscribes, goes on with RESUME on
 * any target when its socket is lost, subscribes again where that is refused. Records what it sees.
 */
export class SyncClient {
  readonly ledger = new RowLedger();
  readonly #options: SyncClientOptions;
  #dialogue: Dialogue | null = null;
  #connectionId = "";
  #cursor = "";
  #leaving = false;
  /** Between RESUMED and the next BOOKMARK versions may be told again. */
  #replaying = false;
  #lastSignal = 0;
  #longestSilence = 0;
  #recovering: Promise<void> = Promise.resolve();
  #onBookmark = (): void => undefined;

  constructor(options: SyncClientOptions) {
    this.#options = options;
  }

  get connected(): boolean {
    return this.#dialogue !== null;
  }

  /** The first connection. False when it fails; that is not tried again. */
  async connect(): Promise<boolean> {
    const { ports } = this.#options;
    const started = ports.now();
    const opened = await this.#dial(0);
    ports.record("rt_connect_ok", opened ? 1 : 0);
    if (opened) ports.record("rt_connect_ms", ports.now() - started);
    return opened;
  }

  /** Holds rows, a thousand per message. False when any of them was refused or there was no answer. */
  async subscribe(ids: readonly string[]): Promise<boolean> {
    const { ports, wire } = this.#options;
    let all = true;
    for (let at = 0; at < ids.length; at += wire.maxIdsPerMessage) {
      const started = ports.now();
      const done = await this.#ask(ids.slice(at, at + wire.maxIdsPerMessage));
      ports.record("rt_subscribe_ok", done ? 1 : 0);
      if (done) ports.record("rt_subscribe_ms", ports.now() - started);
      all &&= done;
    }
    return all;
  }

  /** From now on it is taken how long no signal comes. */
  listenForSilence(): void {
    this.#lastSignal = this.#options.ports.now();
    this.#longestSilence = 0;
  }

  /** Longest time without a signal since then, milliseconds. */
  longestSilence(): number {
    return Math.max(this.#longestSilence, this.#options.ports.now() - this.#lastSignal);
  }

  /** Waits for a recovery that is under way and for the signals that it brings; at most so many milliseconds for these. */
  async settled(patienceMs: number): Promise<void> {
    await this.#recovering;
    if (!this.#replaying) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.ports.after(patienceMs, resolve);
      this.#onBookmark = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Closes for good. */
  leave(): void {
    this.#leaving = true;
    this.#dialogue?.leave();
  }

  async #ask(ids: readonly string[]): Promise<boolean> {
    const { entityCode } = this.#options;
    const versions = ids.map((id) => this.ledger.versionOf(id));
    for (const id of ids) this.ledger.ask(id);
    const payload = { entityCode, entityIds: [...ids], ...(versions.some((version) => version > 0) && { versions }) };
    const answer = await this.#dialogue?.ask({ type: "SUBSCRIBE", payload }, (found) => this.#onSubscribed(found));
    if (answer?.type !== "SUBSCRIBED") return false;
    return answer.payload.gone.length === 0 && answer.payload.count === ids.length;
  }

  #onSubscribed(answer: DownMessage): void {
    if (answer.type !== "SUBSCRIBED") return;
    for (const { entityId, version } of answer.payload.changed) {
      if (this.ledger.versionOf(entityId) > 0) this.#told(entityId, version);
      this.ledger.hold(entityId, version);
    }
  }

  async #dial(attempt: number): Promise<boolean> {
    const { ports, wire, targets, index, token } = this.#options;
    const target = targets[(index + attempt) % targets.length];
    if (!target) throw new Error("The plan has no target.");
    const dialogue = await Dialogue.open({
      ports,
      wire,
      target,
      token,
      onMessage: (message) => this.#onMessage(message),
      onClose: (code) => {
        this.#dialogue = null;
        if (!this.#leaving) this.#onLoss(code);
      },
    });
    if (!dialogue) return false;
    this.#dialogue = dialogue;
    if (this.#connectionId === "") this.#adopt(dialogue.welcome);
    return true;
  }

  #adopt(welcome: { connectionId: string; cursor: string }): void {
    this.#connectionId = welcome.connectionId;
    this.#cursor = welcome.cursor;
  }

  #onLoss(code: number): void {
    const { ports, wire, stayUntil } = this.#options;
    const sent = code === wire.closeCodes.restart;
    if (!sent) ports.record("rt_unexpected_close", 1, { code: String(code) });
    if (ports.now() >= stayUntil()) return;
    const lostAt = ports.now();
    this.#recovering = this.#recovering.then(() => this.#recover(lostAt));
  }

  async #recover(lostAt: number): Promise<void> {
    const { ports, stayUntil } = this.#options;
    for (let attempt = 1; ports.now() < stayUntil() && !this.#leaving; attempt++) {
      await sleep(ports, ports.random() * Math.min(backoff.cap, backoff.base * 2 ** (attempt - 1)));
      if (!(await this.#dial(attempt))) continue;
      const outcome = await this.#resume();
      if (outcome === "lost") continue;
      ports.record("rt_resume_ok", outcome === "resumed" ? 1 : 0);
      if (outcome === "resumed") ports.record("rt_resume_ms", ports.now() - lostAt);
      return;
    }
    ports.record("rt_resume_ok", 0);
    ports.record("rt_resubscribed", 0);
  }

  async #resume(): Promise<"resumed" | "reset" | "lost"> {
    const dialogue = this.#dialogue;
    const payload = { connectionId: this.#connectionId, cursor: this.#cursor };
    const answer = await dialogue?.ask({ type: "RESUME", payload }, (found) => this.#onResumed(found));
    if (!dialogue || !answer) return "lost";
    if (answer.type === "RESUMED") return "resumed";
    this.#adopt(dialogue.welcome);
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
    const { ports, wire } = this.#options;
    const ids = this.ledger.ids();
    let all = true;
    for (let at = 0; at < ids.length; at += wire.maxIdsPerMessage)
      all = (await this.#ask(ids.slice(at, at + wire.maxIdsPerMessage))) && all;
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
        for (const id of message.payload.entityIds) this.ledger.forget(id);
        return;
      case "RESET":
        this.#recovering = this.#recovering.then(() => this.#resubscribe());
        return;
      default:
        // Nothing that a client without data has to act on.
        return;
    }
  }

  #onInvalidate({ changes }: InvalidateMessage["payload"]): void {
    const { ports, sharedClock, markChanges } = this.#options;
    const now = ports.now();
    this.#longestSilence = Math.max(this.#longestSilence, now - this.#lastSignal);
    this.#lastSignal = now;
    for (const { entityId, version } of changes) {
      if (!this.#told(entityId, version)) continue;
      // A version is the microsecond of its change. What was missed while the socket was away is no measure of speed.
      if (sharedClock && !this.#replaying)
        ports.record("rt_delivery_ms", now - version / 1000, markChanges ? { change: String(version) } : undefined);
    }
  }

  /** Whether it was news. */
  #told(id: string, version: number): boolean {
    const { ports, sharedClock } = this.#options;
    switch (this.ledger.tell(id, version)) {
      case "news":
        ports.record("rt_received", 1, undefined, sharedClock ? version / 1000 : undefined);
        this.#options.onSignal?.(id, version);
        return true;
      case "repeat":
        if (!this.#replaying) ports.record("rt_duplicates", 1);
        return false;
      case "older":
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
