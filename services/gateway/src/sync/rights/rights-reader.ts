import type { DatabasePool } from "@heliograph/server-kit";
import { containerName, personContainer, splitContainer, tenantContainer } from "@heliograph/shared/container";
import { Semaphore } from "../../concurrency/semaphore.ts";
import { keyCondition } from "../../db/entity-id.ts";
import type { EntityRegistry } from "../../db/entity-registry.ts";
import type { EntityType } from "../../db/entity-type.ts";
import { quoteIdentifier } from "../../db/quote-identifier.ts";
import { StatementParameters } from "../../db/statement-parameters.ts";
import { type UserClient, withUser } from "../../db/user-transaction.ts";
import type { User } from "../connection/connection.ts";

/** Ids and containers of one entity code whose rights are read. */
export interface RightsQuery {
  readonly ids: readonly string[];
  readonly within: readonly string[];
  /** Ids of deleted private rows: could the user read them if they existed? */
  readonly deleted?: readonly string[];
}

/** The row behind a container. */
interface ContainerRow {
  readonly entityCode: string;
  readonly entityId: string;
  readonly version: number;
}

/** The readable part of a query at this moment. */
export interface ReadableRows {
  /** Versions of readable rows by id; other rows do not exist or may not be read, which is not distinguished. */
  readonly versions: ReadonlyMap<string, number>;
  /** Readable containers by name, with the row that each of them is; null for a tenant or person. */
  readonly containers: ReadonlyMap<string, ContainerRow | null>;
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

/** Versions of the readable rows among the ids. A text that can name no row finds none. */
async function readVersions(
  client: UserClient,
  type: EntityType,
  ids: readonly string[],
): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const parameters = new StatementParameters();
  const { rows } = await client.query<{ id: string; version: number }>(
    `select ${type.keyText} as id, ${quoteIdentifier(type.versionColumn)} as version from ${type.qualifiedName} where ${keyCondition(type, ids, parameters)}`,
    parameters.values,
  );
  return new Map(rows.map(({ id, version }) => [id, version]));
}

/** The containers among these that the user may read: own tenant and person, and readable rows of live types. */
async function readContainers(
  client: UserClient,
  registry: EntityRegistry,
  subject: RightsSubject,
  names: readonly string[],
): Promise<ReadableRows["containers"]> {
  const readable = new Map<string, ContainerRow | null>();
  const byCode = Map.groupBy(names, (name) => splitContainer(name)?.entityCode);
  const reads = [...byCode].map(async ([entityCode, some]) => {
    if (entityCode === undefined) return;
    const ids = some.map((name) => splitContainer(name)?.entityId ?? "");
    if (entityCode === "person") {
      if (ids.includes(subject.personId)) readable.set(personContainer(subject.personId), null);
    } else if (entityCode === "tenant") {
      // Asked of the database, because a token outlives the membership.
      const { rows } = await client.query<{ id: string | null }>(
        `select ${client.schema}.current_tenant_id() as id`,
        [],
      );
      const tenant = rows[0]?.id;
      if (typeof tenant === "string" && ids.includes(tenant)) readable.set(tenantContainer(tenant), null);
    } else {
      const type = registry.get(entityCode);
      if (!type) return;
      for (const [entityId, version] of await readVersions(client, type, ids))
        readable.set(containerName(entityCode, entityId), { entityCode, entityId, version });
    }
  });
  await Promise.all(reads);
  return readable;
}

/** Applies the standard policy for private rows to deleted ones. A table's own policy, and one about an owner, cannot be asked without the row. */
async function readReadableDeleted(client: UserClient, type: EntityType, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0 || type.ownPolicy || type.ownerColumn !== null) return new Set();
  const { rows } = await client.query<{ id: string }>(
    `select id from unnest($1::text[]) as ended (id)
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
      const readOnce = (): Promise<ReadableRows> =>
        withUser<ReadableRows>(
          pool,
          { personId: subject.personId, organizationId: subject.organizationId },
          async (client) => {
            const [versions, readable, known] = await Promise.all([
              readVersions(client, type, ids),
              readContainers(client, registry, subject, within),
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
