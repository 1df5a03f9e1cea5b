import type { RxJsonSchema } from "rxdb/plugins/core";
import type { StoredEntity, StoredList } from "../store/entity-store.ts";
import type { Operation } from "../store/operation.ts";

/** What the database keeps of a row: views fill in the rest. */
export type EntityDocument = Omit<StoredEntity, "data" | "pending">;
/** The operation in one opaque field: what it looks like may grow without a migration of unsent work. */
export type OutboxDocument = { readonly id: string; readonly operation: Operation | null };
export type ListDocument = StoredList;
export type MetaDocument = { readonly id: string; readonly value: unknown };

export type TableDocument = EntityDocument | OutboxDocument | ListDocument | MetaDocument;

/**
 * The shape of what is written to the tables below. It is raised when an older version of this code could misread or
 * spoil what a newer one writes; the older one then leaves the database alone and asks to be reloaded.
 */
export const databaseFormat = 1;

/**
 * Version of the table schemas; RxDB puts it into the name of each IndexedDB database. Raise it when the shape of a table
 * changes. After a release, migrate the outbox in the same step: the new name starts with empty tables, and writes that
 * were not sent would stay behind under the old one.
 */
export const tableVersion = 2;

/**
 * All entity types share one table; the shape of a row is opaque here, so a server's schema change needs no migration on
 * the device. One index, by last use, because each costs on every write.
 */
export const entitySchema: RxJsonSchema<EntityDocument> = {
  version: tableVersion,
  primaryKey: "id",
  type: "object",
  properties: {
    id: { type: "string", maxLength: 80 }, // a code of up to 41 characters, a colon and a UUID
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

/** The longest key of a stored list; a longer query is simply not kept for the next start. */
export const maxListId = 500;

export const listSchema: RxJsonSchema<ListDocument> = {
  ...keyed,
  properties: { id: { type: "string", maxLength: maxListId } } as RxJsonSchema<ListDocument>["properties"],
};

export const metaSchema: RxJsonSchema<MetaDocument> = {
  ...keyed,
  properties: { id: { type: "string", maxLength: 100 }, value: {} },
};
