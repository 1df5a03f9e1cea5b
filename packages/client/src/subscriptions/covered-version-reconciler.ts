import type { DownMessage, UpMessage } from "@heliograph/protocol";
import { backoffDelay } from "@heliograph/shared/backoff";
import type { Clock } from "@heliograph/shared/clock";
import type { Logger } from "../platform/logger.ts";
import { retryBackoff } from "../platform/retry-delay.ts";
import type { HeldVersion } from "../store/entity-store.ts";
import { type ErrorMessage, PendingRequests } from "./pending-requests.ts";
import { type GoneRow, type Limits, partsForMessages } from "./subscribe-batch.ts";

export interface CoveredVersionReconcilerPorts {
  /** False when there is no connection. */
  readonly send: (message: UpMessage) => boolean;
  /**
   * Versions of the rows of an entity type that the device holds inside one of the containers; undefined when the store
   * cannot find them.
   */
  readonly readInside:
    | ((entityCode: string, containerIds: readonly string[]) => Promise<ReadonlyMap<string, HeldVersion>>)
    | undefined;
  /** Whether the row has a subscription of its own, which compares its version anyway. */
  readonly isWatched: (entityCode: string, id: string) => boolean;
  /** `seen`: the versions that the device held when the request was sent. */
  readonly onChanged: (
    entityCode: string,
    changes: readonly { entityId: string; version: number }[],
    seen: ReadonlyMap<string, HeldVersion>,
  ) => void;
  readonly onGone: (entityCode: string, rows: readonly GoneRow[]) => void;
  readonly onProgress: () => void;
  /** The versions of these rows are being compared. */
  readonly onCompared?: ((entityCode: string, ids: Iterable<string>) => void) | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

interface CoveredRequest {
  readonly entityCode: string;
  readonly containers: readonly string[];
  readonly seen: ReadonlyMap<string, HeldVersion>;
}

/**
 * Reconciles rows that the device holds only because a container of them is subscribed: they were on screen once and
 * stayed in the store. Changes from before a new connection are not signalled on it, so the versions of these rows are
 * compared once, after the subscription of the container is confirmed.
 */
export class CoveredVersionReconciler {
  readonly #ports: CoveredVersionReconcilerPorts;
  readonly #requests: PendingRequests<CoveredRequest>;
  /** Containers by entity code whose rows have to be compared. */
  readonly #due = new Map<string, Set<string>>();
  #limits: Limits | undefined;
  /** Counts connections: what was read from the store for an earlier one does not count. */
  #session = 0;
  #reading = false;

  constructor(ports: CoveredVersionReconcilerPorts) {
    this.#ports = ports;
    this.#requests = new PendingRequests({
      ...ports,
      idPrefix: "c",
      onReturned: ({ entityCode, containers }) => this.#addDue(entityCode, containers),
      onRetry: () => void this.#run(),
      retryDelayMs: (failures) => backoffDelay(failures, ports.random(), retryBackoff),
    });
  }

  /** Whether every row is compared. */
  get settled(): boolean {
    return this.#requests.size === 0 && !this.#reading && this.#due.size === 0;
  }

  /** @param reset nothing of the earlier connection counts: every container will be named again */
  connected(limits: Limits, reset: boolean): void {
    this.disconnected();
    if (reset) this.#due.clear();
    this.#limits = limits;
    void this.#run();
  }

  disconnected(): void {
    this.#session += 1;
    this.#limits = undefined;
    this.#requests.disconnected();
  }

  /** Compares the rows inside containers whose subscription is confirmed. */
  reconcile(entityCode: string, containers: readonly string[]): void {
    if (!this.#ports.readInside || !this.#limits?.covered || containers.length === 0) return;
    this.#addDue(entityCode, containers);
    void this.#run();
  }

  /** @returns false when the message answers none of these requests */
  answered({ id, payload }: Extract<DownMessage, { type: "SUBSCRIBED" }>): boolean {
    const request = this.#requests.answered(id);
    if (!request) return false;
    const { entityCode, seen } = request;
    if (payload.gone.length > 0)
      this.#ports.onGone(
        entityCode,
        payload.gone.map((entityId) => ({ entityId, seen: seen.get(entityId)?.version ?? 0 })),
      );
    this.#ports.onChanged(entityCode, payload.changed, seen);
    this.#ports.onProgress();
    return true;
  }

  /** @returns false when the error answers none of these requests */
  failed(message: ErrorMessage): boolean {
    const failure = this.#requests.failed(message);
    if (!failure) return false;
    if (failure.retried) return true;
    const { entityCode } = failure.content;
    this.#ports.logger.warn(
      `[Sync] failed to compare ${entityCode} rows inside containers; not retrying: ${message.payload.message}`,
    );
    this.#ports.onProgress();
    return true;
  }

  #addDue(entityCode: string, containers: readonly string[]): void {
    const due = this.#due.get(entityCode) ?? new Set();
    for (const container of containers) due.add(container);
    this.#due.set(entityCode, due);
  }

  async #run(): Promise<void> {
    if (this.#reading || !this.#limits) return;
    this.#reading = true;
    let compared = false;
    for (let next = this.#next(); next; next = this.#next()) {
      compared = true;
      await this.#compare(next.entityCode, next.containers);
    }
    this.#reading = false;
    // Only if something was compared: on a new connection this runs before anything is subscribed, and would report that
    // everything is answered.
    if (compared) this.#ports.onProgress();
  }

  #next(): { readonly entityCode: string; readonly containers: readonly string[] } | undefined {
    if (!this.#limits) return undefined;
    for (const [entityCode, containers] of this.#due) {
      this.#due.delete(entityCode);
      return { entityCode, containers: [...containers] };
    }
    return undefined;
  }

  async #compare(entityCode: string, containers: readonly string[]): Promise<void> {
    const session = this.#session;
    let held: ReadonlyMap<string, HeldVersion>;
    try {
      held = (await this.#ports.readInside?.(entityCode, containers)) ?? new Map();
    } catch (error) {
      this.#ports.logger.warn(`[Sync] failed to read ${entityCode} rows inside containers; skipping: ${String(error)}`);
      return;
    }
    if (session !== this.#session || !this.#limits) {
      this.#addDue(entityCode, containers);
      return;
    }
    const rows = [...held].filter(([id, { gone }]) => !gone && !this.#ports.isWatched(entityCode, id));
    for (const part of partsForMessages(rows, ([entityId]) => entityId, this.#limits))
      this.#request(entityCode, containers, part);
  }

  #request(entityCode: string, containers: readonly string[], rows: readonly (readonly [string, HeldVersion])[]): void {
    const covered = rows.map(([id]) => id);
    this.#ports.onCompared?.(entityCode, covered);
    const payload = { entityCode, covered, coveredVersions: rows.map(([, { version }]) => version) };
    const request = { entityCode, containers, seen: new Map(rows) };
    const sent = this.#requests.send(request, (id) => ({ type: "SUBSCRIBE", id, payload }));
    if (!sent) this.#addDue(entityCode, containers); // the connection is breaking; due on the next one
  }
}
