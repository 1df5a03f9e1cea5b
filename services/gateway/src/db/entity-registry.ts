import type { DatabasePool } from "@heliograph/server-kit";
import { type CatalogRow, type EntityType, entityTypeOf } from "./entity-type.ts";

/** Least time between two looks at the catalog that an unknown name causes: made-up names must not become a load. */
const refreshIntervalMs = 3000;
/** Least time between two looks because a statement failed; a broken trigger fails alike, with every write. */
const staleIntervalMs = 1000;
/** After this time a lookup has the catalog read beside it: that is how an added column or enumeration value is noticed. */
const maxAgeMs = 60_000;

const catalogQuery = (schema: string): string => `
  select code, schema_name, table_name, key_column, tenant_column, containers, rights, redact, views, public, own_policy, comment, columns
    from ${schema}.entity_catalog order by code`;

/** The live tables as the database describes them. Filled once at start; read without waiting afterwards. */
export class EntityRegistry {
  readonly #pool: DatabasePool;
  readonly #now: () => number;
  #types: ReadonlyMap<string, EntityType> = new Map();
  #fingerprints = new Map<string, string>();
  #version = 0;
  #refreshedAt = Number.NEGATIVE_INFINITY;
  #staleAt = Number.NEGATIVE_INFINITY;
  #refreshing: Promise<void> | undefined;

  constructor(pool: DatabasePool, now: () => number = () => performance.now()) {
    this.#pool = pool;
    this.#now = now;
  }

  /** Rises when any type appears, changes or goes; what is built from all types is cached under it. */
  get version(): number {
    return this.#version;
  }

  get(code: string): EntityType | undefined {
    return this.#types.get(code);
  }

  /** All types, by code. */
  all(): readonly EntityType[] {
    return [...this.#types.values()];
  }

  /** Like `get`, but an unknown code looks into the catalog first, at most once every few seconds. */
  async find(code: string): Promise<EntityType | undefined> {
    const known = this.#types.get(code);
    // A failed look is no matter here: the types known so far still serve, and the next lookup tries again.
    if (known && this.#now() - this.#refreshedAt > maxAgeMs) this.refresh().catch(() => undefined);
    if (!known) await this.refreshIfDue();
    return this.#types.get(code);
  }

  /** Refreshes unless that was done within the last seconds. For callers that outsiders can trigger. */
  async refreshIfDue(): Promise<void> {
    if (this.#refreshing !== undefined) return this.#refreshing;
    if (this.#now() - this.#refreshedAt >= refreshIntervalMs) await this.refresh();
  }

  /** After a statement made from this type failed for a missing column or table: the type as it is now. */
  async renew(type: EntityType): Promise<EntityType | undefined> {
    const unchanged = this.#types.get(type.code) === type;
    if (unchanged && this.#now() - this.#staleAt >= staleIntervalMs) {
      this.#staleAt = this.#now();
      await this.refresh();
    }
    return this.#types.get(type.code);
  }

  /** Reads the catalog. Callers at the same time share one read. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#read().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #read(): Promise<void> {
    const { rows } = await this.#pool.query<CatalogRow>(catalogQuery(this.#pool.names.schema));
    this.#refreshedAt = this.#now();
    const types = new Map<string, EntityType>();
    const fingerprints = new Map<string, string>();
    for (const row of rows) {
      const fingerprint = JSON.stringify(row);
      const before = this.#types.get(row.code);
      // An unchanged type keeps its object, so compiled validators survive the refresh.
      const same = before !== undefined && this.#fingerprints.get(row.code) === fingerprint;
      types.set(row.code, same ? before : entityTypeOf(row));
      fingerprints.set(row.code, fingerprint);
    }
    const changed =
      types.size !== this.#types.size || [...types].some(([code, type]) => this.#types.get(code) !== type);
    this.#types = types;
    this.#fingerprints = fingerprints;
    if (changed) this.#version += 1;
  }
}

/** @throws when the catalog cannot be read */
export async function loadEntityRegistry(pool: DatabasePool): Promise<EntityRegistry> {
  const registry = new EntityRegistry(pool);
  await registry.refresh();
  return registry;
}
