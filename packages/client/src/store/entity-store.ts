import type { EntityKey } from "@heliograph/shared/entity-key";
import type { EntityData } from "./entity-data.ts";
import type { Operation } from "./operation.ts";

/**
 * One row on the device. The store keeps what the server sent; `data` and `pending` follow from it and the outbox and
 * are filled in for views (`LiveEntities`). So a crash can never leave a row and the queue telling different stories.
 */
export type StoredEntity = {
  readonly id: EntityKey;
  readonly entityCode: string;
  /** Organization of the row, or empty: lets a device forget one organization without reading every row. */
  readonly scope: string;
  /** Text to order by without reading the data: time of the last change, newest last. */
  readonly sort: string;
  /** Version of `base`, or when gone the version at which it went. */
  readonly ver: number;
  /** What the server sent last. */
  readonly base: EntityData | null;
  /** What views show: `base` with the device's own unsent changes. Straight from the store: `base`. */
  readonly data: EntityData | null;
  /** Number of unsent changes in `data`. Straight from the store: 0. */
  readonly pending: number;
  /** Deleted, or no longer readable; the two are not told apart. */
  readonly gone: boolean;
  /** When the row was last written here or marked as used, milliseconds since 1970. */
  readonly seenAt: number;
};

export type ServerRow = {
  readonly entityCode: string;
  readonly id: string;
  readonly ver: number;
  readonly data: EntityData;
  /** A higher version, lost by the database, that this row replaces if the store still holds exactly that one. */
  readonly replacesVersion?: number;
};

export type GoneMark = {
  readonly entityCode: string;
  readonly id: string;
  /** Lowest version that the mark carries from now on: no row below it may come back. */
  readonly ver: number;
  /** Applied only if the store holds no version above this one; undefined: in any case. */
  readonly unlessNewerThan?: number;
};

/** Where a row stands in the order of use. */
export type UseMark = Pick<StoredEntity, "id" | "seenAt">;

/** What the store holds of a row: its version, and whether it is held as gone. */
export type HeldVersion = { readonly version: number; readonly gone: boolean };

/** A list as the server ordered it. */
export type StoredList = {
  readonly id: string;
  readonly entityCode: string;
  readonly ids: readonly string[];
  readonly hasMore: boolean;
  readonly fetchedAt: number;
};

/** A change of the outbox: the operation as it is now, or undefined when it is done. */
export type OperationChange = { readonly key: string; readonly operation: Operation | undefined };

/**
 * What becomes of a stored operation: the very object given to leave it, undefined to remove it. May be called more
 * than once, when another tab wrote in between; only the last call counts.
 */
export type OperationStep = (held: Operation | undefined) => Operation | undefined;

/**
 * Where rows live on the device. Several tabs may write at the same time. Two promises hold whatever the order of calls:
 * an older version never replaces a newer one, and a gone row returns only with a version that is not below its mark.
 */
export interface EntityStore {
  /** May become "memory" later, when the database fails. */
  readonly storage: "indexeddb" | "memory";
  /** Why the rows live in memory although a database was asked for. */
  readonly storageReason?: string | undefined;
  /** Names what is shared with other tabs; undefined: with none. */
  readonly sharedName?: string | undefined;
  /** Rows by key; those never seen are absent, gone ones are present with `gone`. */
  read(keys: readonly EntityKey[]): Promise<ReadonlyMap<EntityKey, StoredEntity>>;
  /** Versions of the rows of a type, gone ones left out, of which any column holds the id of one of these containers. */
  readInside?(entityCode: string, containerIds: readonly string[]): Promise<ReadonlyMap<string, HeldVersion>>;
  /** Rows in the order of their last use, gone ones too, from behind a mark; left out where the store keeps no order. */
  readByUse?(after: UseMark | undefined, limit: number): Promise<readonly StoredEntity[]>;
  putServer(rows: readonly ServerRow[]): Promise<void>;
  putGone(marks: readonly GoneMark[]): Promise<void>;
  readList(id: string): Promise<StoredList | undefined>;
  putList(list: StoredList): Promise<void>;
  readMeta(id: string): Promise<unknown>;
  putMeta(id: string, value: unknown): Promise<void>;
  /** Every operation that is not acknowledged, in no special order. */
  readOperations(): Promise<readonly Operation[]>;
  /** Takes one step of one operation, whole or not at all, whatever other tabs do. Returns what is stored then. */
  changeOperation(key: string, step: OperationStep): Promise<Operation | undefined>;
  /** Marks rows as used, so that they are forgotten last. */
  touch(keys: readonly EntityKey[]): Promise<void>;
  /**
   * Forgets the rows used longest ago until at most `rows` are left.
   *
   * @param keeps rows that must stay
   * @returns how many were forgotten
   */
  evict(rows: number, keeps: (key: EntityKey) => boolean): Promise<number>;
  /** Rows that were written, by this tab or another, in the order of writing for each row. */
  onChange(listener: (rows: readonly StoredEntity[]) => void): () => void;
  /** Operations that were written, by this tab or another. */
  onOperations(listener: (changes: readonly OperationChange[]) => void): () => void;
  /** The store went on in memory, or told why; `storage` and `storageReason` say which. */
  onTrouble?(listener: () => void): () => void;
  close(): Promise<void>;
}
