import type { ChaosClient } from "./chaos-client.ts";
import { entityKeyOf } from "./store-key.ts";
import type { Truth } from "./truth.ts";

/** A way in which one client differs from what its user may read. */
export interface Difference {
  client: string;
  key: string;
  kind: "missed" | "unauthorized";
  /** For whoever looks for the reason. */
  detail: string;
}

/** Result of comparing one client. */
export interface Comparison {
  count: number;
  differences: Difference[];
}

/** What a client shows of a row: undefined when it shows none. */
interface Shown {
  version: number;
  text: unknown;
}

/**
 * Compares what a client shows with what its user may read: each row held by id, and every listed project row by row and
 * as a set.
 */
export async function compare(client: ChaosClient, truth: Truth): Promise<Comparison> {
  const readable = truth.readable.get(client.user.personId);
  if (readable === undefined) throw new Error(`Nothing was read for ${client.name}.`);
  const differences: Difference[] = [];
  let count = 0;
  const check = (key: string, shown: Shown | undefined, where: string) => {
    count += 1;
    const row = readable.get(key);
    const missed = (detail: string) =>
      differences.push({ client: client.name, key, kind: "missed", detail: `${where}: ${detail}` });
    if (row === undefined) {
      if (shown === undefined) return;
      if (truth.present.has(key)) {
        differences.push({
          client: client.name,
          key,
          kind: "unauthorized",
          detail: `${where}: shows ${shown.version}`,
        });
      } else missed(`shows ${shown.version} of a deleted row`);
    } else if (shown === undefined) missed(`shows nothing of ${row.version}`);
    else if (shown.version !== row.version) missed(`shows ${shown.version} of ${row.version}`);
    else if (shown.text !== row.text) missed(`shows another text of version ${row.version}`);
  };

  const stored = await client.sdk.store.read(client.held.map(entityKeyOf));
  for (const held of client.held) {
    const row = stored.get(entityKeyOf(held));
    const shown =
      row === undefined || row.gone ? undefined : { version: row.ver, text: row.data?.["title"] ?? row.data?.["name"] };
    check(`${held.type}/${held.id}`, shown, client.tap.refused(held.type, held.id) ? "id (refused)" : "id");
  }
  for (const [projectId, list] of client.lists) {
    const snapshot = list.snapshot();
    const shown = new Map(
      snapshot.items.map((item) => [
        `task/${String(item["id"])}`,
        { version: Number(item["version"]), text: item["title"], projectId: item["project_id"] },
      ]),
    );
    const expected = [...readable].filter(([key, row]) => key.startsWith("task/") && row.projectId === projectId);
    const where = `list${snapshot.stale ? " (stale)" : ""}${client.tap.refused("task", projectId) ? " (refused)" : ""}`;
    for (const [key] of expected) check(key, shown.get(key), where);
    for (const [key, row] of shown) {
      // Listed under a project that it has left is as wrong as listed when it is gone.
      if (!expected.some(([other]) => other === key)) {
        const elsewhere = readable.has(key);
        if (elsewhere) {
          count += 1;
          differences.push({
            client: client.name,
            key,
            kind: "missed",
            detail: `${where}: shows a row that moved away`,
          });
        } else check(key, row, where);
      }
    }
  }
  return { count, differences };
}
