import { canonicalUuid, randomUuid } from "@heliograph/shared/uuid";

/** What the client needs to know of an entity type. An entry of the generated `entityCatalog` has this shape. */
export interface EntityTypeInfo {
  /** The columns of the key, in key order. */
  readonly keyColumns: readonly string[];
  readonly columns: readonly { readonly name: string; readonly baseType: string }[];
}

/** Entity types by code. */
export type EntityCatalog = Readonly<Record<string, EntityTypeInfo>>;

/** A type that is not in the catalog is taken for one with a uuid column `id` as its key. */
const unknownType: EntityTypeInfo = { keyColumns: ["id"], columns: [{ name: "id", baseType: "uuid" }] };

/** Kinds of keys whose values the device can make. Others are numbered or computed by the database. */
const madeHere: ReadonlySet<string> = new Set(["uuid", "text", "citext"]);
const numbers: ReadonlySet<string> = new Set(["int", "float"]);

/**
 * The ids of rows as the server spells them: the text of the key column, or the JSON array of the texts if the key has
 * several columns. Documents carry them as `$id`; only a row that is created here needs its id computed.
 */
export class EntityIds {
  readonly #catalog: ReadonlyMap<string, EntityTypeInfo>;

  constructor(catalog: EntityCatalog = {}) {
    this.#catalog = new Map(Object.entries(catalog));
  }

  /** The id in canonical form: a UUID in lower case where the key is one, any other text unchanged. */
  canonical(entityCode: string, entityId: string): string {
    const [key, ...more] = this.#keyOf(entityCode);
    return key && more.length === 0 ? canonicalText(key.baseType, entityId) : entityId;
  }

  /**
   * The id of a row to create, and its columns with those of the key.
   *
   * @throws TypeError when a column of the key has no value and the device cannot make one
   */
  ofCreate(
    entityCode: string,
    columns: Readonly<Record<string, unknown>>,
  ): { readonly entityId: string; readonly columns: Record<string, unknown> } {
    const key = this.#keyOf(entityCode);
    const values = key.map(({ name, baseType }) => {
      const value = Object.hasOwn(columns, name) ? columns[name] : undefined;
      if (value !== undefined && value !== null) return canonicalText(baseType, String(value));
      if (key.length === 1 && madeHere.has(baseType)) return randomUuid();
      throw new TypeError(`A new ${entityCode} needs a value for ${name}, which is part of its key.`);
    });
    const made = key.flatMap(({ name }, at) => {
      const value = Object.hasOwn(columns, name) ? columns[name] : undefined;
      // A value that is no text is sent as it was given, a number or a boolean.
      return typeof value === "string" || value === undefined || value === null ? [[name, values[at]]] : [];
    });
    return { entityId: idOf(values), columns: { ...columns, ...Object.fromEntries(made) } };
  }

  /** The columns of the key with the values that the id names, to create the row again. */
  columnsOf(entityCode: string, entityId: string): Record<string, unknown> {
    const key = this.#keyOf(entityCode);
    const texts = key.length === 1 ? [entityId] : (JSON.parse(entityId) as string[]);
    return Object.fromEntries(key.map(({ name, baseType }, at) => [name, jsonValueOf(baseType, texts[at] ?? "")]));
  }

  #keyOf(entityCode: string): readonly { readonly name: string; readonly baseType: string }[] {
    const type = this.#catalog.get(entityCode) ?? unknownType;
    return type.keyColumns.map((name) => ({
      name,
      baseType: type.columns.find((column) => column.name === name)?.baseType ?? "text",
    }));
  }
}

function canonicalText(baseType: string, text: string): string {
  return baseType === "uuid" ? (canonicalUuid(text) ?? text) : text;
}

function idOf(texts: readonly string[]): string {
  return texts.length === 1 ? (texts[0] ?? "") : JSON.stringify(texts);
}

/** The JSON value of a key column, as documents have it: bigint and numeric are text. */
function jsonValueOf(baseType: string, text: string): unknown {
  return numbers.has(baseType) && String(Number(text)) === text ? Number(text) : text;
}
