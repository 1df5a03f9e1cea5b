import type { EntityKey } from "../entity-key.ts";

/** Columns of a row by name, as the REST API sent them. */
export type EntityData = { readonly [column: string]: unknown };

/** One row on the device. */
export type StoredEntity = {
  readonly id: EntityKey;
  readonly type: string;
  /** Organization of the row, or empty: lets a device forget one organization without reading every row. */
  readonly scope: string;
  /** Text to order by without reading the data: time of the last change, newest last. */
  readonly sort: string;
  /** Version of `base`, or when gone the version at which it went. */
  readonly ver: number;
  /** What the server sent last. */
  readonly base: EntityData | null;
  /** What views show: `base` with the device's own unsent changes. */
  readonly data: EntityData | null;
  /** Unsent changes in `data`. */
  readonly pending: number;
  /** Deleted, or no longer readable; the two are not told apart. */
  readonly gone: boolean;
  /** When the row was last written or confirmed here, milliseconds since 1970. */
  readonly seenAt: number;
};

export type ServerRow = { readonly type: string; readonly id: string; readonly ver: number; readonly data: EntityData };

export type GoneMark = {
  readonly type: string;
  readonly id: string;
  /** Lowest version that the mark carries from now on: no row below it may come back. */
  readonly ver: number;
  /** Applied only if the store holds no version above this one; undefined: in any case. */
  readonly unlessNewerThan?: number;
};

/** A list as the server ordered it. */
export type StoredList = {
  readonly id: string;
  readonly type: string;
  readonly ids: readonly string[];
  readonly hasMore: boolean;
  readonly fetchedAt: number;
};

/**
 * Where rows live on the device. Several tabs may write at the same time. Two promises hold whatever the order of calls:
 * an older version never replaces a newer one, and a gone row returns only with a version that is not below its mark.
 */
export interface EntityStore {
  /** May become "memory" later, when the database fails. */
  readonly storage: "indexeddb" | "memory";
  /** Why the rows live in memory although a database was asked for. */
  readonly storageReason?: string | undefined;
  /** Rows by key; those never seen are absent, gone ones are present with `gone`. */
  read(keys: readonly EntityKey[]): Promise<ReadonlyMap<EntityKey, StoredEntity>>;
  putServer(rows: readonly ServerRow[]): Promise<void>;
  putGone(marks: readonly GoneMark[]): Promise<void>;
  readList(id: string): Promise<StoredList | undefined>;
  putList(list: StoredList): Promise<void>;
  readMeta(id: string): Promise<unknown>;
  putMeta(id: string, value: unknown): Promise<void>;
  /** Rows that were written, by this tab or another, in the order of writing for each row. */
  onChange(listener: (rows: readonly StoredEntity[]) => void): () => void;
  close(): Promise<void>;
}
