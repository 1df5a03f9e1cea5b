import type { DatabasePool } from "@heliograph/server-kit";
import { Semaphore } from "../../concurrency/semaphore.ts";
import type { EntityRegistry } from "../../db/entity-registry.ts";
import type { EntityType } from "../../db/entity-type.ts";
import { quoteIdentifier } from "../../db/quote-identifier.ts";
import { type UserClient, withUser } from "../../db/user-transaction.ts";
import type { User } from "../socket/user.ts";

/** What a user asks to hold of one entity code. */
export type Asked = {
  readonly ids: readonly string[];
  readonly within: readonly string[];
  /** Private rows that do not exist any more: whether he might read them if they did. */
  readonly ended?: readonly string[];
};
/** What of it may be read at this moment. */
export type Readable = {
  /** Versions of readable rows by id; the others do not exist or may not be read, which is not told apart. */
  readonly versions: ReadonlyMap<string, number>;
  /** Readable containers by id, with the type and version of the row that each of them is. */
  readonly containers: ReadonlyMap<string, { readonly code: string; readonly version: number }>;
  readonly ended?: ReadonlySet<string>;
};
/** Who asks: no more than that, so that tests need no sockets. */
export type Reader = Pick<User, "personId" | "organizationId">;

export type RightsReader = {
  /** @throws when the database cannot answer; never guesses */
  read(reader: Reader, code: string, asked: Asked): Promise<Readable>;
};

/**
 * Longest time of one statement on the server, milliseconds; together with the second that this side waits longer, a read on
 * a silent connection ends after 3 s. Signals of the user wait behind it, and it takes one of few turns.
 */
const statementTimeoutMs = 2000;

const nothing: Readable = { versions: new Map(), containers: new Map() };

/** SELECT of those among the ids $1 that are rows of `type` and visible. */
const visible = (type: EntityType): string =>
  `select '${type.code}' as code, ${quoteIdentifier(type.keyColumn)}::text as id, version from ${type.qualifiedName} where ${quoteIdentifier(type.keyColumn)} = any ($1::uuid[])`;

/** Entity types whose rows contain rows of `type`: those that its container columns refer to. */
function containerTypes(type: EntityType, registry: EntityRegistry): EntityType[] {
  const codes = new Set(
    type.columns.filter(({ name }) => type.containers.includes(name)).map(({ references }) => references),
  );
  return [...codes].flatMap((code) => (code === null ? [] : (registry.get(code) ?? [])));
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
): Promise<Readable["containers"]> {
  if (ids.length === 0 || types.length === 0) return new Map();
  const { rows } = await client.query<{ code: string; id: string; version: number }>(
    types.map(visible).join(" union all "),
    [ids],
  );
  return new Map(rows.map(({ id, code, version }) => [id, { code, version }]));
}

/** The standard policy for a private row, without the row. A policy of the table's own cannot be asked so. */
async function readEnded(client: UserClient, type: EntityType, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0 || type.ownPolicy) return new Set();
  const { rows } = await client.query<{ id: string }>(
    `select id::text from unnest($1::uuid[]) as ended (id)
      where ${client.schema}.is_tenant_admin() or id = any (${client.schema}.granted_ids($2))`,
    [ids, type.code],
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * Reads under the user's own row level security, READ COMMITTED on the writer: one query path for rows that exist and
 * rows that do not, so neither answer nor time tells them apart. `concurrency` keeps a storm of subscriptions from taking
 * every connection of the pool away from REST.
 */
export function createRightsReader(options: {
  readonly pool: DatabasePool;
  readonly registry: EntityRegistry;
  readonly concurrency: number;
}): RightsReader {
  const { pool, registry } = options;
  const turns = new Semaphore(options.concurrency);
  return {
    read: async (reader, code, { ids, within, ended = [] }) => {
      const type = registry.get(code);
      // Taken out of the registry since it was subscribed: nobody reads it any more.
      if (!type) return nothing;
      const containers = containerTypes(type, registry);
      const readOnce = (): Promise<Readable> =>
        withUser(
          pool,
          { personId: reader.personId, organizationId: reader.organizationId },
          async (client) => {
            const [versions, readable, known] = await Promise.all([
              readVersions(client, type, ids),
              readContainers(client, containers, within),
              readEnded(client, type, ended),
            ]);
            return { versions, containers: readable, ended: known };
          },
          { readOnly: true, statementTimeoutMs },
        );
      return turns.run(readOnce);
    },
  };
}
