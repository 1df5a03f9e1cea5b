import type { Clock } from "@heliograph/shared/clock";
import { entityKey } from "@heliograph/shared/entity-key";
import { Timer } from "@heliograph/shared/timer";
import { ApiError } from "../api/api-error.ts";
import type { EntityDoc } from "../api/register.ts";
import type { Logger } from "../platform/logger.ts";
import { retryDelay } from "../platform/retry-delay.ts";
import type { Operation } from "../store/operation.ts";
import { attentionFor, reasonOf } from "./attention.ts";
import { carryBase } from "./carry.ts";
import type { FlushLock } from "./flush-lock.ts";
import { Barrier, holdsOthers } from "./operation-dependencies.ts";
import type { Outbox } from "./operation-queue.ts";
import type { Confirmations } from "./pending-confirmations.ts";

export type FlusherPorts = {
  readonly outbox: Outbox;
  readonly confirmations: Confirmations;
  readonly send: (operation: Operation) => Promise<EntityDoc | null>;
  readonly lock: () => FlushLock;
  /** Whose token requests carry now; undefined: nobody is signed in. */
  readonly owner: () => string | undefined;
  /** False only when the device is certain that it has no network. */
  readonly online: () => boolean;
  /** The latest attempt came to an end. */
  readonly onProgress: () => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
};

/** Sends what is queued, oldest first, one at a time, in one tab at a time. */
export class Flusher {
  readonly #ports: FlusherPorts;
  readonly #retry: Timer;
  /** Operations that the server could not handle, and when they are tried again; others go on meanwhile. */
  readonly #putOff = new Map<string, number>();
  #running = false;
  #flushing = false;
  #again = false;
  /** The server cannot be reached, or wants peace: nothing is sent before. Infinity: until another token is here. */
  #notBefore = 0;
  /** The server named this time itself; no new connection makes it earlier. */
  #peaceUntil = 0;
  #failures = 0;
  #progressAt = 0;
  #lastError: { readonly message: string; readonly at: number } | undefined;

  constructor(ports: FlusherPorts) {
    this.#ports = ports;
    this.#retry = new Timer(ports.clock);
  }

  /** The latest failure. */
  get lastError(): { readonly message: string; readonly at: number } | undefined {
    return this.#lastError;
  }

  /**
   * Since when something waits that nobody has to decide about, or since something else got through; milliseconds since
   * 1970, undefined when nothing waits.
   */
  get waitingSince(): number | undefined {
    const barrier = new Barrier();
    for (const operation of this.#ports.outbox.all()) {
      if (operation.state !== "attention" && !barrier.stops(operation)) {
        return Math.max(operation.queuedAt, this.#progressAt);
      }
      if (operation.state !== "attention" || holdsOthers(operation)) barrier.add(operation);
    }
    return undefined;
  }

  start(): void {
    this.#running = true;
    this.hurry();
  }

  stop(): void {
    this.#running = false;
    this.#retry.clear();
  }

  /** The reason for failures may have passed (network, connection, token): try again without waiting. */
  hurry(): void {
    this.#notBefore = 0;
    this.#failures = 0;
    this.#putOff.clear();
    this.kick();
  }

  /** There may be something to send. */
  kick(): void {
    if (!this.#running) return;
    if (this.#flushing) {
      this.#again = true;
      return;
    }
    if (!this.#next()) return;
    this.#flushing = true;
    void this.#flush();
  }

  /** Something got through, in this tab or another. */
  progressed(): void {
    this.#progressAt = this.#ports.clock.wallNow();
  }

  async #flush(): Promise<void> {
    try {
      await this.#ports.lock()(async (held) => {
        for (let next = this.#next(); next && held(); next = this.#next()) await this.#send(next);
      });
    } catch (error) {
      this.#pause(0);
      this.#ports.logger.warn(`[Sync] Sending failed: ${String(error)}`);
    }
    this.#flushing = false;
    if (this.#again) {
      this.#again = false;
      this.kick();
    }
  }

  /** The oldest operation that may be sent now. Arms the timer when there is one that may be sent later. */
  #next(): Operation | undefined {
    const { outbox, clock, owner, online } = this.#ports;
    this.#retry.clear();
    const all = outbox.all();
    const present = owner();
    if (!this.#running || !all.some(({ state }) => state !== "attention") || present === undefined || !online()) {
      return undefined;
    }
    const now = clock.wallNow();
    const notBefore = Math.max(this.#notBefore, this.#peaceUntil);
    if (notBefore > now) {
      if (Number.isFinite(notBefore)) this.#retry.set(notBefore - now, () => this.kick());
      return undefined;
    }
    const barrier = new Barrier();
    let wakeAt: number | undefined;
    for (const operation of all) {
      if (operation.state === "attention") {
        if (holdsOthers(operation)) barrier.add(operation);
        continue;
      }
      const putOff = this.#putOff.get(operation.key) ?? 0;
      // Never with somebody else's rights: the token may belong to the next person already.
      const foreign = operation.owner !== "" && operation.owner !== present;
      if (!foreign && putOff <= now && !barrier.stops(operation)) return operation;
      if (putOff > now) wakeAt = Math.min(wakeAt ?? putOff, putOff);
      barrier.add(operation);
    }
    if (wakeAt !== undefined) this.#retry.set(wakeAt - now, () => this.kick());
    return undefined;
  }

  async #send({ key }: Operation): Promise<void> {
    // From here on nothing is added to it: the server may have seen it.
    const operation = await this.#ports.outbox.change(key, (held) =>
      held && held.state !== "attention" ? { ...held, state: "sending", attempts: held.attempts + 1 } : held,
    );
    if (operation?.state !== "sending") return;
    try {
      const answer = await this.#ports.send(operation);
      await this.#acknowledged(operation, answer);
    } catch (error) {
      await this.#failed(operation, error);
    }
    this.#ports.onProgress();
  }

  async #acknowledged(operation: Operation, answer: EntityDoc | null): Promise<void> {
    const { outbox, confirmations, logger } = this.#ports;
    this.#failures = 0;
    this.#putOff.delete(operation.key);
    // The answer is in the store, so the operation may go. In this order: a crash in between sends it again, and its key
    // makes that harmless. The other way round the row would jump back to what it was before.
    if (answer) await this.#carry(operation, answer);
    confirmations.resolve(operation.key, answer);
    await outbox.change(operation.key, () => undefined);
    logger.info(`[Sync] Sent ${operation.op} ${operation.code}/${operation.id}`);
  }

  async #carry(operation: Operation, answer: EntityDoc): Promise<void> {
    const { outbox } = this.#ports;
    for (const later of outbox.of(entityKey(operation.code, operation.id))) {
      if (later.seq <= operation.seq || carryBase(later.base, operation, answer) === later.base) continue;
      await outbox.change(later.key, (held) => held && { ...held, base: carryBase(held.base, operation, answer) });
    }
  }

  async #failed(operation: Operation, error: unknown): Promise<void> {
    const { outbox, clock, random, logger } = this.#ports;
    const reason = reasonOf(error);
    this.#lastError = { message: reason.message, at: clock.wallNow() };
    logger.warn(`[Sync] ${operation.op} ${operation.code}/${operation.id} failed: ${reason.message}`);
    const attention = attentionFor(operation, error, clock.wallNow());
    if (attention) {
      this.#failures = 0;
    } else if (error instanceof ApiError && error.status === 401) {
      this.#notBefore = Number.POSITIVE_INFINITY;
    } else if (error instanceof ApiError && (error.status === 500 || error.status === 409)) {
      // About this one write, perhaps; nobody else has to wait for it.
      this.#putOff.set(operation.key, clock.wallNow() + 250 + retryDelay(operation.attempts, random()));
    } else {
      this.#pause(error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0);
    }
    await outbox.change(
      operation.key,
      (held) =>
        held && {
          ...held,
          state: attention ? "attention" : "queued",
          lastError: reason,
          ...(attention ? { attention } : {}),
        },
    );
  }

  #pause(atLeastMs: number): void {
    const { clock, random } = this.#ports;
    const delay = 250 + retryDelay(this.#failures, random());
    this.#failures += 1;
    this.#notBefore = clock.wallNow() + delay;
    this.#peaceUntil = clock.wallNow() + atLeastMs;
  }
}
