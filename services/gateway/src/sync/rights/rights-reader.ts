import type { DatabasePool } from "@heliograph/server-kit";
import { Semaphore } from "../../concurrency/semaphore.ts";
import type { EntityRegistry } from "../../db/entity-registry.ts";
import type { EntityType } from "../../db/entity-type.ts";
import { quoteIdentifier } from "../../db/quote-identifier.ts";
import { type UserClient, withUser } from "../../db/user-transaction.ts";
import type { User } from "../connection/connection.ts";

/** Ids and containers of one entity code whose rights are read. */
export interface RightsQuery {
  readonly ids: readonly string[];
  readonly within: readonly string[];
  /** Ids of deleted private rows: could the user read them if they existed? */
  readonly deleted?: readonly string[];
}

/** The readable part of a query at this moment. */
export interface ReadableRows {
  /** Versions of readable rows by id; other rows do not exist or may not be read, which is not distinguished. */
  readonly versions: ReadonlyMap<string, number>;
  /** Readable containers by id, with entity code and version of the row that each of them is. */
  readonly containers: ReadonlyMap<string, { readonly entityCode: string; readonly version: number }>;
  readonly deleted?: ReadonlySet<string>;
}

/** The user whose rights are read; no more than this, so that tests need no sockets. */
export type RightsSubject = Pick<User, "personId" | "organizationId">;

export interface RightsReader {
  /** @throws when the database cannot answer; never guesses */
  read(subject: RightsSubject, entityCode: string, query: RightsQuery): Promise<ReadableRows>;
}

/**
 * Longest time of one statement on the server, milliseconds. With the second that this side waits longer, a read on a
 * silent connection ends after 3 s. The user's changes wait behind it, and it takes one of few turns.
 */
const statementTimeoutMs = 2000;

const nothing: ReadableRows = { versions: new Map(), containers: new Map() };

/** SELECT of the visible rows of `type` among the ids $1. */
const visible = (type: EntityType): string =>
  `select '${type.code}' as code, ${quoteIdentifier(type.keyColumn)}::text as id, version from ${type.qualifiedName} where ${quoteIdentifier(type.keyColumn)} = any ($1::uuid[])`;

/** Entity types whose rows contain rows of `type`: those its container columns reference. */
function containerTypes(type: EntityType, registry: EntityRegistry): EntityType[] {
  const entityCodes = new Set(
    type.columns.filter(({ name }) => type.containers.includes(name)).map(({ references }) => references),
  );
  return [...entityCodes].flatMap((entityCode) => (entityCode === null ? [] : (registry.get(entityCode) ?? [])));
}

async function readVersions(
  client: UserClient,
  type: EntityType,
  ids: readonly string[],
): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const { rows } = await client.query<{ id: string; version: number }>(visible(type), [ids]);
  return new Map(rows.map(({ id, version }) => [id, version]));
}

async function readContainers(
  client: UserClient,
  types: readonly EntityType[],
  ids: readonly string[],
): Promise<ReadableRows["containers"]> {
  if (ids.length === 0 || types.length === 0) return new Map();
  const { rows } = await client.query<{ code: string; id: string; version: number }>(
    types.map(visible).join(" union all "),
    [ids],
  );
  return new Map(rows.map(({ id, code, version }) => [id, { entityCode: code, version }]));
}

/** Applies the standard policy for private rows to deleted ones. A table's own policy cannot be asked without the row. */
async function readReadableDeleted(client: UserClient, type: EntityType, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0 || type.ownPolicy) return new Set();
  const { rows } = await client.query<{ id: string }>(
    `select id::text from unnest($1::uuid[]) as ended (id)
      where ${client.schema}.is_tenant_admin() or id = any (${client.schema}.granted_ids($2))`,
    [ids, type.code],
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * Reads under the user's own row level security, READ COMMITTED on the writer. Rows that exist and rows that do not take
 * the same query path, so neither answer nor timing distinguishes them. `concurrency` keeps a storm of subscriptions from
 * taking all connections of the pool away from REST.
 */
export function createRightsReader(options: {
  readonly pool: DatabasePool;
  readonly registry: EntityRegistry;
  readonly concurrency: number;
}): RightsReader {
  const { pool, registry } = options;
  const turns = new Semaphore(options.concurrency);
  return {
    read: async (subject, entityCode, { ids, within, deleted = [] }) => {
      const type = registry.get(entityCode);
      // Removed from the registry since the SUBSCRIBE: it is readable to no user any more.
      if (!type) return nothing;
      const containers = containerTypes(type, registry);
      const readOnce = (): Promise<ReadableRows> =>
        withUser<ReadableRows>(
          pool,
          { personId: subject.personId, organizationId: subject.organizationId },
          async (client) => {
            const [versions, readable, known] = await Promise.all([
              readVersions(client, type, ids),
              readContainers(client, containers, within),
              readReadableDeleted(client, type, deleted),
            ]);
            return { versions, containers: readable, deleted: known };
          },
          { readOnly: true, statementTimeoutMs },
        );
      return turns.run(readOnce);
    },
  };
}
