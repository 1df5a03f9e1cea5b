import type { EntityStore } from "@heliograph/client";
import { type Row, rowKey } from "../database/rows.ts";
import type { History } from "./history.ts";
import type { Violations } from "./violation.ts";

/** What these checks look at of a client. */
export interface CheckedClient {
  readonly name: string;
  /** The device's local store. */
  readonly store: EntityStore;
  /** Rows on screen. */
  readonly watched: readonly { readonly code: string; readonly id: string }[];
}

/** Versions on a device only rise, and each has the content that was committed under it. */
export function watchStore(
  of: { history: History; violations: Violations; now: () => number },
  client: CheckedClient,
): void {
  const { history, violations, now } = of;
  const highest = new Map<string, number>();
  client.store.onChange((rows) => {
    for (const { id: key, ver, data, gone } of rows) {
      const before = highest.get(key) ?? 0;
      // A version that was lost with a failover is of another history, whatever follows it.
      const lost = (history.version(key, before)?.committedMs ?? 0) <= history.failoverMs;
      if (lost) highest.delete(key);
      else if (ver < before)
        violations.add("monotonic", now(), `${client.name} replaced ${key} v${highest.get(key)} by v${ver}`);
      highest.set(key, Math.max(highest.get(key) ?? 0, ver));
      if (gone) continue;
      const record = history.version(key, ver);
      if (record?.row === undefined || record.row.mark !== data?.["mark"])
        violations.add("monotonic", now(), `${client.name} holds ${key} v${ver} with a content it never had`);
    }
  });
}

/** What is wrong with the rows on screen, by key. */
export async function differences<Client extends CheckedClient>(
  of: { history: History; mayRead: (client: Client, row: Row) => boolean },
  client: Client,
): Promise<Map<string, string>> {
  const { history, mayRead } = of;
  const wrong = new Map<string, string>();
  const keys = client.watched.map(({ code, id }) => rowKey(code, id));
  const held = await client.store.read(keys);
  for (const key of keys) {
    const exists = history.row(key);
    const row = exists && mayRead(client, exists) ? exists : undefined;
    const has = held.get(key);
    if (row && (!has || has.gone)) wrong.set(key, `lacks ${key} v${row.version}`);
    else if (row && has?.ver !== row.version) wrong.set(key, `holds ${key} v${has?.ver} and not v${row.version}`);
    else if (!row && has && !has.gone) wrong.set(key, `holds ${key} v${has.ver}, which is gone or not readable`);
  }
  return wrong;
}
