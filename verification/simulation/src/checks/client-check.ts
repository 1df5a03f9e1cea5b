import type { EntityStore } from "@heliograph/client";
import { type Row, rowKey } from "../database/rows.ts";
import type { History } from "./history.ts";
import type { Violations } from "./violation.ts";

/** The parts of a client that these checks read. */
export interface CheckedClient {
  readonly name: string;
  /** The local store, which outlives reloads. */
  readonly store: EntityStore;
  /** Rows that a view shows. */
  readonly watched: readonly { readonly entityCode: string; readonly id: string }[];
}

/** Checks every store write: versions only rise, and each version has the content that was committed with it. */
export function watchStore(
  of: { history: History; violations: Violations; now: () => number },
  client: CheckedClient,
): void {
  const { history, violations, now } = of;
  const highest = new Map<string, number>();
  client.store.onChange((rows) => {
    for (const { id: key, ver, data, gone } of rows) {
      const before = highest.get(key) ?? 0;
      // A version that a failover lost may be followed by any version.
      const lost = (history.version(key, before)?.committedMs ?? 0) <= history.failoverMs;
      if (lost) highest.delete(key);
      else if (ver < before)
        violations.add("monotonic", now(), `${client.name} replaced ${key} v${highest.get(key)} by v${ver}`);
      highest.set(key, Math.max(highest.get(key) ?? 0, ver));
      if (gone) continue;
      const record = history.version(key, ver);
      if (record?.row === undefined || record.row.mark !== data?.["mark"])
        violations.add(
          "monotonic",
          now(),
          `${client.name} stored ${key} v${ver} with content that was never committed`,
        );
    }
  });
}

/** Differences between the watched rows of a client and the database, by key. */
export async function differences<Client extends CheckedClient>(
  of: { history: History; mayRead: (client: Client, row: Row) => boolean },
  client: Client,
): Promise<Map<string, string>> {
  const { history, mayRead } = of;
  const wrong = new Map<string, string>();
  const keys = client.watched.map(({ entityCode, id }) => rowKey(entityCode, id));
  const held = await client.store.read(keys);
  for (const key of keys) {
    const exists = history.row(key);
    const row = exists && mayRead(client, exists) ? exists : undefined;
    const has = held.get(key);
    if (row && (!has || has.gone)) wrong.set(key, `lacks ${key} v${row.version}`);
    else if (row && has?.ver !== row.version) wrong.set(key, `holds ${key} v${has?.ver} instead of v${row.version}`);
    else if (!row && has && !has.gone) wrong.set(key, `holds ${key} v${has.ver}, which is deleted or not readable`);
  }
  return wrong;
}
