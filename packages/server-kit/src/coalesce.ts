import { type HintItem, logAction } from "@heliograph/protocol";
import type { LogRow } from "./log-row.ts";

/** What happened to one row: from its creation, or the first that is known, to its deletion, or the last that is known. */
type Life = {
  item: HintItem;
  /** Version of its creation; 0 when that is not among the rows. */
  since: number;
};

const isRights = (row: LogRow): boolean => row.action === logAction.grant || row.action === logAction.revoke;

const itemOf = (row: LogRow): HintItem => ({
  c: row.entity_code,
  e: row.entity_id,
  a: row.action,
  v: row.entity_version,
  k: row.container_ids,
  r: row.restricted,
  x: row.recheck,
  t: row.created_ms,
});

function joined(before: HintItem, row: LogRow): HintItem {
  const created = before.n === true || before.a === logAction.create || row.action === logAction.create;
  return {
    c: row.entity_code,
    e: row.entity_id,
    a: row.action,
    v: Math.max(before.v, row.entity_version),
    k: [...new Set([...before.k, ...row.container_ids])],
    r: before.r || row.restricted,
    x: before.x || row.recheck,
    t: Math.max(before.t, row.created_ms),
    // Who waits for the row to exist must not miss that, nor be told of somebody else's row under an id once held.
    ...(created && row.action !== logAction.create && { n: true as const }),
  };
}

/**
 * The rows of one entity by lives. A row that was committed late comes after others of a higher version: it belongs to
 * whoever bore the id at its time.
 */
function note(lives: Life[], row: LogRow): void {
  const created = row.action === logAction.create;
  const last = lives.at(-1);
  if (!last || (created && (last.item.a === logAction.delete || row.entity_version > last.item.v))) {
    lives.push({ item: itemOf(row), since: created ? row.entity_version : 0 });
    return;
  }
  const life = lives.findLast(({ since }) => row.entity_version >= since);
  if (!life) {
    lives.unshift({ item: itemOf(row), since: 0 });
    return;
  }
  life.item = joined(life.item, row);
  if (created) life.since = row.entity_version;
}

/**
 * One item per row of a table, from log rows in sequence order: highest version, the action of the last one, and every
 * container that any of them names: a row that moved and was then edited concerns the holders of both places. GRANT and
 * REVOKE stay apart from changes, because they carry no new version of the entity.
 *
 * A row that is created again under the id of a deleted one is another row, and an item of its own behind the deletion.
 * As one item, either its creation would be told to the holders of the old containers, who may have nothing to do with
 * it, or, where the new row may not be read, the deletion would be told to nobody.
 */
export function coalesce(rows: readonly LogRow[]): HintItem[] {
  const entities = new Map<string, Life[]>();
  for (const row of rows) {
    const key = `${isRights(row) ? "rights" : "change"}:${row.entity_code}:${row.entity_id}`;
    let lives = entities.get(key);
    if (!lives) {
      lives = [];
      entities.set(key, lives);
    }
    note(lives, row);
  }
  return [...entities.values()].flatMap((lives) => lives.map(({ item }) => item));
}
