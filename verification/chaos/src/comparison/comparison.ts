import { entityKey } from "@heliograph/shared/entity-key";
import type { ChaosClient } from "../clients/chaos-client.ts";
import type { ExpectedState } from "./expected-state.ts";

/** One row at one client that differs from what its user may read. */
export interface Difference {
  client: string;
  key: string;
  kind: "missed" | "unauthorized";
  /** Where it was shown and what was expected, for diagnosis. */
  detail: string;
}

/** Result of comparing one client. */
export interface Comparison {
  count: number;
  differences: Difference[];
}

/** A row as a client shows it. */
interface Shown {
  version: number;
  text: unknown;
}

/**
 * Compares what a client shows with what its user may read: each row held by id, and for every listed project each row and
 * the set of rows.
 */
export async function compare(client: ChaosClient, expected: ExpectedState): Promise<Comparison> {
  const readable = expected.readable.get(client.user.personId);
  if (readable === undefined) throw new Error(`There is no expected state for ${client.name}.`);
  const differences: Difference[] = [];
  let count = 0;
  const check = (key: string, shown: Shown | undefined, where: string) => {
    count += 1;
    const row = readable.get(key);
    const missed = (detail: string) =>
      differences.push({ client: client.name, key, kind: "missed", detail: `${where}: ${detail}` });
    if (row === undefined) {
      if (shown === undefined) return;
      if (expected.present.has(key)) {
        differences.push({
          client: client.name,
          key,
          kind: "unauthorized",
          detail: `${where}: shows version ${shown.version}`,
        });
      } else missed(`shows version ${shown.version} of a deleted row`);
    } else if (shown === undefined) missed(`shows nothing, expected version ${row.version}`);
    else if (shown.version !== row.version) missed(`shows version ${shown.version}, expected ${row.version}`);
    else if (shown.text !== row.text) missed(`shows a wrong text of version ${row.version}`);
  };

  const stored = await client.sdk.store.read(client.held.map(({ entityCode, id }) => entityKey(entityCode, id)));
  for (const held of client.held) {
    const row = stored.get(entityKey(held.entityCode, held.id));
    const shown =
      row === undefined || row.gone ? undefined : { version: row.ver, text: row.data?.["title"] ?? row.data?.["name"] };
    check(`${held.entityCode}/${held.id}`, shown, client.tap.refused(held.entityCode, held.id) ? "id (refused)" : "id");
  }
  for (const [projectId, list] of client.lists) {
    const snapshot = list.snapshot();
    const shown = new Map(
      snapshot.items.map((item) => [
        `task/${String(item["$id"])}`,
        { version: Number(item["$version"]), text: item["title"], projectId: item["project_id"] },
      ]),
    );
    const expected = [...readable].filter(([key, row]) => key.startsWith("task/") && row.projectId === projectId);
    const where = `list${snapshot.stale ? " (stale)" : ""}${client.tap.refused("task", projectId) ? " (refused)" : ""}`;
    for (const [key] of expected) check(key, shown.get(key), where);
    for (const [key, row] of shown) {
      // A row listed under a project it has left is as wrong as a deleted row that is still listed.
      if (!expected.some(([other]) => other === key)) {
        const movedAway = readable.has(key);
        if (movedAway) {
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
