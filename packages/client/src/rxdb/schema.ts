import type { RxJsonSchema } from "rxdb/plugins/core";
import type { StoredEntity, StoredList } from "../store/entity-store.ts";
import type { Operation } from "../store/operation.ts";

/** A row as it is stored. `data` and `pending` are computed for views. */
export type EntityDocument = Omit<StoredEntity, "data" | "pending">;
/** The operation is one opaque field, so that new optional fields need no migration of unsent writes. */
export interface OutboxDocument {
  readonly id: string;
  readonly operation: Operation | null;
}
export type ListDocument = StoredList;
export interface MetaDocument {
  readonly id: string;
  readonly value: unknown;
}

/**
 * Format of the content of the tables below. Raise it when an older version of this code could misread or corrupt what a
 * newer one writes. The older version then stops using the database and asks the user to reload.
 */
export const databaseFormat = 1;

/**
 * Version of the table schemas; RxDB puts it into the name of each IndexedDB database. Raise it when the shape of a table
 * changes. After a release, migrate the outbox in the same step: the new name starts with empty tables, and writes that
 * were not sent would stay behind under the old one.
 */
export const tableVersion = 3;

/** An entity code of up to 41 characters, a colon and an id, which is as long as a key in an index of PostgreSQL may be. */
const maxEntityKey = 41 + 1 + 2704;

/**
 * All entity types share one table. The columns of a row are opaque here, so a schema change on the server needs no
 * migration on the device. There is one index, by last use, because each index costs time on every write.
 */
export const entitySchema: RxJsonSchema<EntityDocument> = {
  version: tableVersion,
  primaryKey: "id",
  type: "object",
  properties: {
    id: { type: "string", maxLength: maxEntityKey },
    seenAt: { type: "number", minimum: 0, maximum: 1e15, multipleOf: 1 },
  } as RxJsonSchema<EntityDocument>["properties"],
  required: ["id", "seenAt"],
  indexes: ["seenAt"],
};

const keyed = { version: tableVersion, primaryKey: "id", type: "object", required: ["id"] } as const;

export const outboxSchema: RxJsonSchema<OutboxDocument> = {
  ...keyed,
  properties: { id: { type: "string", maxLength: 100 }, operation: {} },
};

/** The longest id of a stored list. A list with a longer id is not kept for the next start. */
export const maxListId = 500;

export const listSchema: RxJsonSchema<ListDocument> = {
  ...keyed,
  properties: { id: { type: "string", maxLength: maxListId } } as RxJsonSchema<ListDocument>["properties"],
};

export const metaSchema: RxJsonSchema<MetaDocument> = {
  ...keyed,
  properties: { id: { type: "string", maxLength: 100 }, value: {} },
};
