import type { DownMessage, UpMessage } from "@heliograph/protocol";
import type { Clock } from "@heliograph/shared/clock";
import { Timer } from "@heliograph/shared/timer";

/** An answer takes one database read. After 10 s without one, the request or its answer was lost on the way. */
export const answerTimeoutMs = 10_000;

export type ErrorMessage = Extract<DownMessage, { type: "ERROR" }>;

export interface PendingRequestsPorts<Content> {
  /** First letter of the correlation ids, which tells the requests of one owner from those of the others. */
  readonly idPrefix: string;
  /** False when there is no connection. */
  readonly send: (message: UpMessage) => boolean;
  /** The request was lost or failed for now: its content has to be sent again. */
  readonly onReturned: (content: Content) => void;
  /** The moment to send what was returned. */
  readonly onRetry: () => void;
  /** Delay before a retry after so many failures in a row, milliseconds. */
  readonly retryDelayMs: (failures: number) => number;
  readonly clock: Clock;
}

interface Pending<Content> {
  readonly content: Content;
  readonly sentAt: number;
}

/**
 * Requests that the server has not answered. A request without an answer within `answerTimeoutMs` is returned to its
 * owner at once, one that the server could not carry out for now after a backoff.
 */
export class PendingRequests<Content extends object> {
  readonly #ports: PendingRequestsPorts<Content>;
  readonly #pending = new Map<string, Pending<Content>>();
  readonly #timeout: Timer;
  readonly #backoff: Timer;
  #failures = 0;
  #nextId = 1;

  constructor(ports: PendingRequestsPorts<Content>) {
    this.#ports = ports;
    this.#timeout = new Timer(ports.clock);
    this.#backoff = new Timer(ports.clock);
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Whether the server failed and its retry is still ahead. */
  get backingOff(): boolean {
    return this.#backoff.armed;
  }

  /** @returns false when there is no connection; the content is then not pending */
  send(content: Content, toMessage: (id: string) => UpMessage): boolean {
    const id = `${this.#ports.idPrefix}${this.#nextId++}`;
    if (!this.#ports.send(toMessage(id))) return false;
    this.#pending.set(id, { content, sentAt: this.#ports.clock.wallNow() });
    if (!this.#timeout.armed) this.#timeout.set(answerTimeoutMs, () => this.#returnOverdue());
    return true;
  }

  /** @returns the content of the request that is answered, undefined when it is not one of these */
  answered(id: string | undefined): Content | undefined {
    const content = this.#take(id);
    if (content) this.#failures = 0;
    return content;
  }

  /**
   * Handles an ERROR. A failure that may pass returns the content to its owner and starts the backoff.
   *
   * @returns undefined when the error answers none of these requests
   */
  failed({ id, payload }: ErrorMessage): { readonly content: Content; readonly retried: boolean } | undefined {
    const content = this.#take(id);
    if (!content) return undefined;
    const retried = payload.code === "unavailable" || payload.code === "too_many_subscriptions";
    if (retried) {
      this.#ports.onReturned(content);
      // Requests that fail together are one failed attempt. Counted each, twenty of them would delay the first retry to the
      // longest backoff.
      if (!this.#backoff.armed) {
        this.#failures += 1;
        this.#backoff.set(this.#ports.retryDelayMs(this.#failures), this.#ports.onRetry);
      }
    }
    return { content, retried };
  }

  /** The connection is lost, and with it every answer: returns all contents. */
  disconnected(): void {
    const pending = [...this.#pending.values()];
    this.clear();
    for (const { content } of pending) this.#ports.onReturned(content);
  }

  /** Forgets all requests and stops both timers. */
  clear(): void {
    this.#pending.clear();
    this.#timeout.clear();
    this.#backoff.clear();
  }

  #take(id: string | undefined): Content | undefined {
    const pending = id === undefined ? undefined : this.#pending.get(id);
    if (id === undefined || !pending) return undefined;
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#timeout.clear();
    return pending.content;
  }

  #returnOverdue(): void {
    const now = this.#ports.clock.wallNow();
    let next: number | undefined;
    const overdue: Content[] = [];
    for (const [id, { content, sentAt }] of this.#pending) {
      const dueAt = sentAt + answerTimeoutMs;
      if (dueAt > now) {
        next = Math.min(next ?? dueAt, dueAt);
      } else {
        this.#pending.delete(id);
        overdue.push(content);
      }
    }
    if (next !== undefined) this.#timeout.set(next - now, () => this.#returnOverdue());
    if (overdue.length === 0) return;
    for (const content of overdue) this.#ports.onReturned(content);
    this.#ports.onRetry();
  }
}
