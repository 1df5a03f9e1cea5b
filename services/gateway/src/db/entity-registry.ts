import type { DatabasePool } from "@heliograph/server-kit";
import { type Clock, systemClock } from "@heliograph/shared/clock";
import { type CatalogRow, type EntityType, entityTypeOf } from "./entity-type.ts";

/** Minimum time between catalog reads that unknown names cause, so that made-up names cause no load. */
const refreshIntervalMs = 3000;
/** Minimum time between catalog reads that failed statements cause; a broken trigger fails with every write. */
const staleIntervalMs = 1000;
/** Maximum age of the catalog. A later lookup starts a refresh, which finds added columns and enum values. */
const maxAgeMs = 60_000;

const catalogQuery = (schema: string): string => `
  select code, schema_name, table_name, key_columns, key_texts, key_text, version_column, tenant_column, owner_column,
         containers, container_codes, rights, redact, views, public, own_policy, comment, columns
    from ${schema}.entity_catalog order by code`;

/** The entity types of the database. Loaded once at the start; lookups do not wait for the database afterwards. */
export class EntityRegistry {
  readonly #pool: DatabasePool;
  readonly #clock: Clock;
  #types: ReadonlyMap<string, EntityType> = new Map();
  #fingerprints = new Map<string, string>();
  #version = 0;
  #refreshedAt = Number.NEGATIVE_INFINITY;
  #staleAt = Number.NEGATIVE_INFINITY;
  #refreshing: Promise<void> | undefined;

  constructor(pool: DatabasePool, clock = systemClock) {
    this.#pool = pool;
    this.#clock = clock;
  }

  /** Increases when a type is added, changed or removed; values derived from all types are cached by it. */
  get version(): number {
    return this.#version;
  }

  get(entityCode: string): EntityType | undefined {
    return this.#types.get(entityCode);
  }

  /** All types, by code. */
  all(): readonly EntityType[] {
    return [...this.#types.values()];
  }

  /** Like `get`, but an unknown code refreshes the registry first, at most once every few seconds. */
  async find(entityCode: string): Promise<EntityType | undefined> {
    const known = this.#types.get(entityCode);
    // A failure is ignored: the known types stay in use, and a later lookup tries again.
    if (known && this.#clock.now() - this.#refreshedAt > maxAgeMs) this.refresh().catch(() => undefined);
    if (!known) await this.refreshIfDue();
    return this.#types.get(entityCode);
  }

  /** Refreshes unless the last refresh was seconds ago, for callers that any request can trigger. */
  async refreshIfDue(): Promise<void> {
    if (this.#refreshing !== undefined) return this.#refreshing;
    if (this.#clock.now() - this.#refreshedAt >= refreshIntervalMs) await this.refresh();
  }

  /** The current type, after a statement for `type` failed because a column or table is missing. */
  async renew(type: EntityType): Promise<EntityType | undefined> {
    const unchanged = this.#types.get(type.code) === type;
    if (unchanged && this.#clock.now() - this.#staleAt >= staleIntervalMs) {
      this.#staleAt = this.#clock.now();
      await this.refresh();
    }
    return this.#types.get(type.code);
  }

  /** Reads the catalog. Concurrent callers share one read. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#read().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #read(): Promise<void> {
    const { rows } = await this.#pool.query<CatalogRow>(catalogQuery(this.#pool.names.schema));
    this.#refreshedAt = this.#clock.now();
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
      types.size !== this.#types.size || [...types].some(([entityCode, type]) => this.#types.get(entityCode) !== type);
    this.#types = types;
    this.#fingerprints = fingerprints;
    if (changed) this.#version += 1;
  }
}

/** Creates a registry and loads it. @throws if the catalog cannot be read */
export async function loadEntityRegistry(pool: DatabasePool): Promise<EntityRegistry> {
  const registry = new EntityRegistry(pool);
  await registry.refresh();
  return registry;
}
