import type { EntityKey } from "@heliograph/shared/entity-key";
import type { EntityData } from "./entity-data.ts";
import type { Operation } from "./operation.ts";

/**
 * One row on the device. The store keeps what the server sent. `data` and `pending` are computed from it and the outbox for
 * views (`LiveEntities`) and are not stored, so a crash cannot leave them inconsistent with the outbox.
 */
export interface StoredEntity {
  readonly id: EntityKey;
  readonly entityCode: string;
  /** Organization of the row, or empty. Lets a device delete the rows of one organization without reading every row. */
  readonly scope: string;
  /** Time of the last change as text, newest last. Orders rows without reading their data. */
  readonly sort: string;
  /** Version of `base`; for a gone row, the version of its removal. */
  readonly ver: number;
  /** The row as the server sent it last. */
  readonly base: EntityData | null;
  /** What views show: `base` with the unsent changes of this device. In rows read from the store: `base`. */
  readonly data: EntityData | null;
  /** Number of unsent changes in `data`. In rows read from the store: 0. */
  readonly pending: number;
  /** Deleted, or no longer readable. The server does not distinguish the two. */
  readonly gone: boolean;
  /** When the row was last written here or marked as used, milliseconds since 1970. */
  readonly seenAt: number;
}

/** A row as the server sent it. */
export interface ServerRow {
  readonly entityCode: string;
  readonly entityId: string;
  readonly ver: number;
  readonly data: EntityData;
  /** A higher version that the database lost. This row replaces it if the store still holds exactly that version. */
  readonly replacesVersion?: number;
}

/** Marks a row as gone. It is kept so that no older version of the row returns. */
export interface GoneMark {
  readonly entityCode: string;
  readonly entityId: string;
  /** The row returns only with this version or a higher one. */
  readonly ver: number;
  /** The mark is not applied if the store holds a higher version than this one; undefined: it is always applied. */
  readonly unlessNewerThan?: number;
}

/** The position of a row in the order of use. */
export type UseMark = Pick<StoredEntity, "id" | "seenAt">;

/** The version of a row in the store, and whether it is held as gone. */
export interface HeldVersion {
  readonly version: number;
  readonly gone: boolean;
}

/** A list in the server's order. */
export interface StoredList {
  readonly id: string;
  readonly entityCode: string;
  readonly ids: readonly string[];
  readonly hasMore: boolean;
  readonly fetchedAt: number;
}

/** A change of the outbox: the operation as it is now, or undefined when it was removed. */
export interface OperationChange {
  readonly key: string;
  readonly operation: Operation | undefined;
}

/**
 * Computes what a stored operation becomes. Returns the given object to keep it, undefined to remove it. The function may be
 * called more than once if another tab writes in between; only the last result is stored.
 */
export type OperationStep = (held: Operation | undefined) => Operation | undefined;

/**
 * Stores rows on the device. Several tabs may write at the same time. In any order of calls, an older version never replaces
 * a newer one, and a gone row returns only with a version that is not below its mark.
 */
export interface EntityStore {
  /** Becomes "memory" when the database fails. */
  readonly storage: "indexeddb" | "memory";
  /** Why rows are in memory although a database was requested, in words for users. */
  readonly storageReason?: string | undefined;
  /** Name of the database that tabs share; undefined if this store is not shared. */
  readonly sharedName?: string | undefined;
  /** Reads rows by key. Unknown rows are absent from the result; gone rows are present with `gone`. */
  read(keys: readonly EntityKey[]): Promise<ReadonlyMap<EntityKey, StoredEntity>>;
  /** Versions of the rows of an entity type with the id of one of these containers in any column, without gone rows. */
  readInside?(entityCode: string, containerIds: readonly string[]): Promise<ReadonlyMap<string, HeldVersion>>;
  /**
   * Reads rows, including gone ones, in the order of their last use, starting after a mark. Absent in stores that keep no
   * order.
   */
  readByUse?(after: UseMark | undefined, limit: number): Promise<readonly StoredEntity[]>;
  putServer(rows: readonly ServerRow[]): Promise<void>;
  putGone(marks: readonly GoneMark[]): Promise<void>;
  readList(id: string): Promise<StoredList | undefined>;
  putList(list: StoredList): Promise<void>;
  readMeta(id: string): Promise<unknown>;
  putMeta(id: string, value: unknown): Promise<void>;
  /** Every operation that is not acknowledged, in no particular order. */
  readOperations(): Promise<readonly Operation[]>;
  /** Applies one step to one operation atomically, also against other tabs. Returns the operation that is stored then. */
  changeOperation(key: string, step: OperationStep): Promise<Operation | undefined>;
  /** Marks rows as used, so that they are evicted last. */
  touch(keys: readonly EntityKey[]): Promise<void>;
  /**
   * Evicts the least recently used rows until at most `rows` are left.
   *
   * @param keeps whether a row must stay
   * @returns how many rows were evicted
   */
  evict(rows: number, keeps: (key: EntityKey) => boolean): Promise<number>;
  /** Reports rows that this or another tab wrote, for each row in the order of its writes. */
  onChange(listener: (rows: readonly StoredEntity[]) => void): () => void;
  /** Reports operations that this or another tab wrote. */
  onOperations(listener: (changes: readonly OperationChange[]) => void): () => void;
  /** Calls back when the database failed and the store continues in memory; see `storage` and `storageReason`. */
  onFallback?(listener: () => void): () => void;
  close(): Promise<void>;
}
