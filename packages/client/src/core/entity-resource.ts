import { Emitter } from "@heliograph/shared/emitter";
import { type EntityKey, entityKey } from "@heliograph/shared/entity-key";
import type { OperationQueue } from "../outbox/operation-queue.ts";
import { pendingColumnsOf } from "../outbox/outbox-snapshots.ts";
import type { EntityData } from "../store/entity-data.ts";
import type { CachedRow, LiveEntities } from "../store/live-entities.ts";
import type { Phase, Target } from "../subscriptions/subscription-set.ts";

/**
 * One row at one moment. The same object until something in it changes.
 * - loading: not known yet
 * - ready: `data` is known; `error` is set when the last attempt to refetch it failed
 * - gone: deleted or not readable
 * - error: not known, and the last attempt failed; it is retried
 */
export type EntitySnapshot<Data = EntityData> = EntityNews &
  (
    | { readonly status: "ready"; readonly data: Data; readonly version: number; readonly error: Error | undefined }
    | ({ readonly status: "loading"; readonly error: undefined } & Nothing)
    | ({ readonly status: "gone"; readonly error: undefined } & Nothing)
    | ({ readonly status: "error"; readonly error: Error } & Nothing)
  );

type Nothing = { readonly data: undefined; readonly version: undefined };

type EntityNews = {
  /** The data may be out of date: it is not subscribed, or a signalled change is not read yet. */
  readonly stale: boolean;
  /** pending: shows unsent changes. attention: a change of this device needs a decision of the user. */
  readonly sync: "synced" | "pending" | "attention";
  /** Columns that show unsent values. */
  readonly pendingColumns: readonly string[];
};

const none: readonly string[] = [];

export type EntityPorts = {
  readonly live: LiveEntities;
  readonly outbox: Pick<OperationQueue, "of" | "hasPendingCreate" | "onChange">;
  readonly subscriptions: {
    acquire(targets: readonly Target[]): void;
    release(targets: readonly Target[]): void;
    phase(target: Target): Phase | undefined;
  };
  readonly needs: (key: EntityKey) => boolean;
  readonly errorOf: (key: EntityKey) => Error | undefined;
  /** Whether a subscription will be answered soon. */
  readonly connecting: () => boolean;
  /** Reads the row through the API whatever is held. */
  readonly refetch: (entityCode: string, id: string) => void;
  /** Calls back when what `stale` and `error` depend on changes. */
  readonly onKey: (key: EntityKey, listener: () => void) => () => void;
};

/** One row, live while it has listeners: observed in the store, subscribed at the server, read when it is missing. */
export class EntityResource {
  readonly #ports: EntityPorts;
  readonly #target: Target;
  readonly #key: EntityKey;
  readonly #changes = new Emitter<void>();
  #leave: (() => void) | undefined;
  #readRequested = false;
  #subscribed = false;
  #snapshot: EntitySnapshot | undefined;

  constructor(entityCode: string, entityId: string, ports: EntityPorts) {
    this.#ports = ports;
    this.#target = { entityCode, entityId, container: false };
    this.#key = entityKey(entityCode, entityId);
  }

  subscribe(listener: () => void): () => void {
    const first = this.#changes.size === 0;
    const leave = this.#changes.on(listener);
    if (first) this.#activate();
    let left = false;
    return () => {
      if (left) return;
      left = true;
      leave();
      if (this.#changes.size > 0) return;
      this.#leave?.();
      this.#leave = undefined;
    };
  }

  snapshot(): EntitySnapshot {
    const next = this.#compute(this.#ports.live.peek(this.#key));
    if (!this.#snapshot || !sameSnapshot(this.#snapshot, next)) this.#snapshot = next;
    return this.#snapshot;
  }

  #activate(): void {
    const changed = () => {
      this.#askServer();
      this.#changes.emit();
    };
    const leaves = [
      this.#ports.live.observe([this.#key], changed),
      this.#ports.onKey(this.#key, changed),
      this.#ports.outbox.onChange((rows) => void (rows.includes(this.#key) && changed())),
    ];
    this.#readRequested = false;
    this.#askServer();
    this.#leave = () => {
      for (const leave of leaves) leave();
      if (this.#subscribed) this.#ports.subscriptions.release([this.#target]);
      this.#subscribed = false;
    };
  }

  /** A row that was made here is unknown to the server until its create is acknowledged: asked before, it says "gone". */
  #askServer(): void {
    if (this.#ports.outbox.hasPendingCreate(this.#key)) return;
    if (!this.#subscribed) {
      this.#subscribed = true;
      this.#ports.subscriptions.acquire([this.#target]);
    }
    this.#readIfMissing();
  }

  /** Without a connection the subscription is not answered: the row is then read through the API. */
  #readIfMissing(): void {
    const row = this.#ports.live.peek(this.#key);
    if (row === undefined || this.#readRequested) return;
    this.#readRequested = true;
    if (row === null || row.gone || !this.#ports.connecting())
      this.#ports.refetch(this.#target.entityCode, this.#target.entityId);
  }

  #compute(row: CachedRow): EntitySnapshot {
    const operations = this.#ports.outbox.of(this.#key);
    const attention = operations.some(({ state }) => state === "attention");
    const sync = attention ? "attention" : operations.length > 0 ? "pending" : "synced";
    const pendingColumns = operations.length > 0 ? pendingColumnsOf(operations) : none;
    const common = { data: undefined, version: undefined, error: undefined, sync, pendingColumns } as const;
    const error = this.#ports.errorOf(this.#key);
    const pendingCreate = this.#ports.outbox.hasPendingCreate(this.#key);
    const stale =
      !pendingCreate && (this.#ports.needs(this.#key) || this.#ports.subscriptions.phase(this.#target) !== "held");
    if (row?.data) return { ...common, status: "ready", data: row.data, version: row.ver, error, stale };
    // A row held as gone is fetched again when a view observes it, and shown as gone until the answer. A row whose create
    // was refused never existed on the server and cannot arrive either.
    if (row?.gone || (pendingCreate && row !== undefined)) return { ...common, status: "gone", stale: false };
    if (error) return { ...common, status: "error", error, stale: true };
    return { ...common, status: "loading", stale: true };
  }
}

function sameSnapshot(a: EntitySnapshot, b: EntitySnapshot): boolean {
  const { pendingColumns: columnsA, ...restA } = a;
  const { pendingColumns: columnsB, ...restB } = b;
  return (
    columnsA.join("\0") === columnsB.join("\0") &&
    Object.entries(restA).every(([name, value]) => restB[name as keyof typeof restB] === value)
  );
}
