import type { Clock } from "@heliograph/shared/clock";
import { entityKey } from "@heliograph/shared/entity-key";
import { Timer } from "@heliograph/shared/timer";
import type { ApiError } from "../api/api-error.ts";
import type { EntityDoc } from "../api/register.ts";
import type { Logger } from "../platform/logger.ts";
import { retryDelay } from "../platform/retry-delay.ts";
import type { Operation } from "../store/operation.ts";
import { attentionOf, reasonOf } from "./attention.ts";
import { fateOf } from "./failure.ts";
import type { FlushLock } from "./flush-lock.ts";
import { BlockedOperations, blocksOthers } from "./operation-dependencies.ts";
import type { OperationQueue } from "./operation-queue.ts";
import type { PendingConfirmations } from "./pending-confirmations.ts";
import { advanceBase } from "./three-way-merge.ts";

/** The shortest delay before a failed send is retried, milliseconds. */
const minRetryMs = 250;

/**
 * After so many answers in a row that ask for a pause, other writes are sent before this one: the cause may concern this write
 * alone, such as a row for which the database has no partition.
 */
const maxPausesInTurn = 5;

/** After so many different writes have failed for an unknown reason without a success in between, the server is at fault. */
const maxUnknownInTurn = 3;

export interface FlusherPorts {
  readonly queue: OperationQueue;
  readonly confirmations: PendingConfirmations;
  readonly send: (operation: Operation) => Promise<EntityDoc | null>;
  readonly lock: () => FlushLock;
  /** The user whose token requests carry now, as `Operation.owner` names users; undefined while signed out. */
  readonly owner: () => string | undefined;
  /** False only when the browser reports that the device has no network. */
  readonly online: () => boolean;
  /** A send succeeded or failed. */
  readonly onProgress: () => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

/** Sends the queued operations: oldest first, one at a time, in one tab at a time. */
export class Flusher {
  readonly #ports: FlusherPorts;
  readonly #retry: Timer;
  /** Operations that are retried later by themselves, and when. Others are sent meanwhile. */
  readonly #postponed = new Map<string, number>();
  /** How often the server in turn asked for a pause when it received the operation. */
  readonly #pauses = new Map<string, number>();
  /** Operations that failed for an unknown reason since the latest success. */
  readonly #failedInTurn = new Set<string>();
  #running = false;
  #flushing = false;
  #flushAgain = false;
  /** Backing off: nothing is sent before this time. Infinity: nothing is sent until the token changes. */
  #notBefore = 0;
  /** End of the server's Retry-After. A new connection does not shorten it. */
  #retryAfterUntil = 0;
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
   * Since when the oldest operation that needs no decision waits, or since the latest progress if that was later;
   * milliseconds since 1970. Undefined when nothing waits.
   */
  get waitingSince(): number | undefined {
    const blocked = new BlockedOperations();
    for (const operation of this.#ports.queue.all()) {
      if (operation.state !== "attention" && !blocked.blocks(operation)) {
        return Math.max(operation.queuedAt, this.#progressAt);
      }
      if (operation.state !== "attention" || blocksOthers(operation)) blocked.add(operation);
    }
    return undefined;
  }

  start(): void {
    this.#running = true;
    this.retryNow();
  }

  stop(): void {
    this.#running = false;
    this.#retry.clear();
  }

  /** Retries without delay, because the cause of earlier failures may be gone: network, connection or token changed. */
  retryNow(): void {
    this.#notBefore = 0;
    this.#failures = 0;
    this.#postponed.clear();
    this.#pauses.clear();
    this.flush();
  }

  /** Sends what may be sent now. */
  flush(): void {
    if (!this.#running) return;
    if (this.#flushing) {
      this.#flushAgain = true;
      return;
    }
    if (!this.#next()) return;
    this.#flushing = true;
    void this.#drain();
  }

  /** An operation was acknowledged, in this tab or another one. */
  progressed(): void {
    this.#progressAt = this.#ports.clock.wallNow();
  }

  async #drain(): Promise<void> {
    try {
      await this.#ports.lock()(async (held) => {
        for (let next = this.#next(); next && held(); next = this.#next()) await this.#send(next);
      });
    } catch (error) {
      this.#backOff(0);
      this.#ports.logger.warn(`[Sync] failed to flush the outbox; retrying: ${String(error)}`);
    }
    this.#flushing = false;
    if (this.#flushAgain) {
      this.#flushAgain = false;
      this.flush();
    }
  }

  /** The oldest operation that may be sent now. If there is only one that may be sent later, sets the timer for it. */
  #next(): Operation | undefined {
    const { queue, clock, owner, online } = this.#ports;
    this.#retry.clear();
    const all = queue.all();
    const present = owner();
    if (!this.#running || !all.some(({ state }) => state !== "attention") || present === undefined || !online()) {
      return undefined;
    }
    const now = clock.wallNow();
    const notBefore = Math.max(this.#notBefore, this.#retryAfterUntil);
    if (notBefore > now) {
      if (Number.isFinite(notBefore)) this.#retry.set(notBefore - now, () => this.flush());
      return undefined;
    }
    const blocked = new BlockedOperations();
    let retryAt: number | undefined;
    for (const operation of all) {
      if (operation.state === "attention") {
        if (blocksOthers(operation)) blocked.add(operation);
        continue;
      }
      const postponedUntil = this.#postponed.get(operation.key) ?? 0;
      // The token may belong to the next user already. A write is never sent with another user's rights.
      const foreign = operation.owner !== "" && operation.owner !== present;
      if (!foreign && postponedUntil <= now && !blocked.blocks(operation)) return operation;
      if (postponedUntil > now) retryAt = Math.min(retryAt ?? postponedUntil, postponedUntil);
      blocked.add(operation);
    }
    if (retryAt !== undefined) this.#retry.set(retryAt - now, () => this.flush());
    return undefined;
  }

  async #send({ key }: Operation): Promise<void> {
    // From here on no edit joins this operation, because the server may have seen it.
    const operation = await this.#ports.queue.change(key, (held) =>
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
    const { queue, confirmations, logger } = this.#ports;
    this.#failures = 0;
    this.#failedInTurn.clear();
    this.#postponed.delete(operation.key);
    this.#pauses.delete(operation.key);
    // The answer is stored before the operation is removed. After a crash in between, the operation is sent again, and
    // its key makes that harmless. In the other order the row would jump back to its old content.
    if (answer) await this.#advanceBases(operation, answer);
    confirmations.resolve(operation.key, answer);
    await queue.change(operation.key, () => undefined);
    logger.info(`[Sync] sent ${operation.op} of ${operation.entityCode}/${operation.entityId}`);
  }

  async #advanceBases(operation: Operation, answer: EntityDoc): Promise<void> {
    const { queue } = this.#ports;
    for (const later of queue.of(entityKey(operation.entityCode, operation.entityId))) {
      if (later.seq <= operation.seq || advanceBase(later.base, operation, answer) === later.base) continue;
      await queue.change(later.key, (held) => held && { ...held, base: advanceBase(held.base, operation, answer) });
    }
  }

  async #failed(sent: Operation, error: unknown): Promise<void> {
    const { queue, clock, logger } = this.#ports;
    const reason = reasonOf(error);
    this.#lastError = { message: reason.message, at: clock.wallNow() };
    const unknown = fateOf(error) === "unknown" ? { unknownFailures: (sent.unknownFailures ?? 0) + 1 } : {};
    const operation: Operation = { ...sent, ...unknown };
    const attention = attentionOf(operation, error, clock.wallNow());
    const next = attention ? "waiting for a decision" : "retrying";
    logger.warn(
      `[Sync] failed to send ${operation.op} of ${operation.entityCode}/${operation.entityId}; ${next}: ${reason.message}`,
    );
    this.#delay(operation, error, attention !== undefined);
    await queue.change(
      operation.key,
      (held) =>
        held && {
          ...held,
          ...unknown,
          state: attention ? "attention" : "queued",
          lastError: reason,
          ...(attention ? { attention } : {}),
        },
    );
  }

  /** Sets when the operation and the others may be sent after a failure. */
  #delay(operation: Operation, error: unknown, decides: boolean): void {
    const { key } = operation;
    const fate = fateOf(error);
    if (fate !== "pause" || decides) this.#pauses.delete(key);
    switch (fate) {
      case "decide":
        this.#failures = 0;
        break;
      case "token":
        this.#notBefore = Number.POSITIVE_INFINITY;
        break;
      case "rebase":
        if (!decides) this.#postpone(key, operation.attempts);
        break;
      case "pause":
        this.#pause(operation, error as ApiError);
        break;
      case "unknown":
        this.#failedInTurn.add(key);
        if (!decides) this.#postpone(key, (operation.unknownFailures ?? 1) - 1);
        if (this.#failedInTurn.size >= maxUnknownInTurn) this.#backOff(0);
    }
  }

  #pause({ key }: Operation, { status, retryAfterMs = 0 }: ApiError): void {
    this.#backOff(retryAfterMs);
    if (status === 0) return; // no answer concerns this write alone
    const pauses = (this.#pauses.get(key) ?? 0) + 1;
    this.#pauses.set(key, pauses);
    if (pauses >= maxPausesInTurn) this.#postpone(key, pauses, Math.max(this.#notBefore, this.#retryAfterUntil));
  }

  #postpone(key: string, failures: number, from = this.#ports.clock.wallNow()): void {
    this.#postponed.set(key, from + minRetryMs + retryDelay(failures, this.#ports.random()));
  }

  /** @param retryAfterMs the server's Retry-After; 0 without one */
  #backOff(retryAfterMs: number): void {
    const { clock, random } = this.#ports;
    const delay = minRetryMs + retryDelay(this.#failures, random());
    this.#failures += 1;
    this.#notBefore = clock.wallNow() + delay;
    this.#retryAfterUntil = clock.wallNow() + retryAfterMs;
  }
}
