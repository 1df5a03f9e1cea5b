import type { RxCollection, RxDatabase, RxJsonSchema } from "rxdb/plugins/core";
import type { StoredEntity, StoredList } from "../store/entity-store.ts";

export type MetaDocument = { readonly id: string; readonly value: unknown };

/**
 * All entity types share one collection: RxDB's free edition opens at most 13 in a tab. The shape of a row is opaque
 * here, so a server's schema change needs no migration on the device. One index, because each costs on every write.
 */
export const entitySchema: RxJsonSchema<StoredEntity> = {
  title: "entity",
  version: 0,
  primaryKey: "id",
  type: "object",
  properties: {
    id: { type: "string", maxLength: 80 }, // a code of up to 41 characters, a colon and a UUID
    type: { type: "string", maxLength: 41 },
    scope: { type: "string", maxLength: 40 },
    sort: { type: "string", maxLength: 40 },
    ver: { type: "number" },
    // No type: RxDB's own types know no nullable objects, and nothing is validated here.
    base: {},
    data: {},
    pending: { type: "number" },
    gone: { type: "boolean" },
    seenAt: { type: "number" },
  },
  required: ["id", "type", "scope", "sort"],
  indexes: [["type", "scope", "sort"]],
};

export const listSchema: RxJsonSchema<StoredList> = {
  title: "list",
  version: 0,
  primaryKey: "id",
  type: "object",
  properties: {
    id: { type: "string", maxLength: 500 },
    type: { type: "string" },
    ids: { type: "array", items: { type: "string" } },
    hasMore: { type: "boolean" },
    fetchedAt: { type: "number" },
  },
  required: ["id"],
};

export const metaSchema: RxJsonSchema<MetaDocument> = {
  title: "meta",
  version: 0,
  primaryKey: "id",
  type: "object",
  properties: { id: { type: "string", maxLength: 100 }, value: {} },
  required: ["id"],
};

export type Collections = {
  readonly entities: RxCollection<StoredEntity>;
  readonly lists: RxCollection<StoredList>;
  readonly meta: RxCollection<MetaDocument>;
};

export type HeliographDatabase = RxDatabase<Collections>;
