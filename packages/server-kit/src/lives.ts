import { type HintItem, logAction } from "@heliograph/protocol";

export const isRights = ({ a }: HintItem): boolean => a === logAction.grant || a === logAction.revoke;

/** Version of the creation that the item tells of; undefined if it tells of none. */
const createdAt = ({ a, v, n }: HintItem): number | undefined => (a === logAction.create ? v : n);

/** Whether a row began to exist among the changes that an item stands for. */
export const wasCreated = (item: HintItem): boolean => createdAt(item) !== undefined;

/**
 * One item that says no less than both: highest version and the action that belongs to it, and every container that either
 * names, for a row that moved and was then edited concerns the holders of both places. The action of the newest and not
 * the strongest one: a row that was deleted and created again exists.
 */
function join(before: HintItem, item: HintItem): HintItem {
  const newest = item.v >= before.v ? item : before;
  // Who waits for the row to exist must not miss that, nor be told of somebody else's row under an id once held.
  const created = createdAt(before) ?? createdAt(item);
  return {
    c: item.c,
    e: item.e,
    a: newest.a,
    v: newest.v,
    k: [...new Set([...before.k, ...item.k])],
    r: before.r || item.r,
    x: before.x || item.x,
    t: Math.max(before.t, item.t),
    ...(created !== undefined && newest.a !== logAction.create && { n: created }),
  };
}

/** Where an item belongs: `lives.splice(at, instead, joined)`. */
export type Place = { readonly at: number; readonly instead: 0 | 1; readonly joined: HintItem };

/**
 * Joins an item to those of the same entity, which are one for each row that has borne its id, oldest first, and either all
 * changes or all grants and revocations: these carry no version of the row.
 *
 * A row that is created again under the id of a deleted one is another row. As one item, either its creation would be told
 * to the holders of the old containers, who may have nothing to do with it, or, where the new row may not be read, the
 * deletion would be told to nobody. Versions tell which of them an item is about: what was committed late comes behind
 * newer items.
 */
export function place(lives: readonly HintItem[], item: HintItem): Place {
  const last = lives.at(-1);
  const insertAt = (at: number, joined = item): Place => ({ at, instead: 0, joined });
  const joinAt = (at: number, life: HintItem): Place => ({ at, instead: 1, joined: join(life, item) });
  if (!last) return insertAt(0);
  if (isRights(item)) return joinAt(lives.length - 1, last);
  const created = createdAt(item);
  if (created !== undefined) {
    // Of a life that is known from later already, or else the first of its own.
    const at = lives.findLastIndex((life) => (createdAt(life) ?? (life.v > created ? created : 0)) === created);
    const life = lives[at];
    return life ? joinAt(at, life) : insertAt(lives.findLastIndex(({ v }) => v < created) + 1);
  }
  const at = lives.findLastIndex((life) => (createdAt(life) ?? 0) <= item.v);
  const life = lives[at];
  if (!life) return insertAt(0);
  // Behind an end is another beginning, which is not known yet; and what is ended lies before whatever is newer.
  if (life.a === logAction.delete && item.v > life.v) return insertAt(at + 1, { ...item, n: life.v + 1 });
  if (item.a === logAction.delete && item.v < life.v) return insertAt(at);
  return joinAt(at, life);
}

/** Adds an item to those of one entity under this key, in place; see `place`. */
export function addTo(entities: Map<string, HintItem[]>, key: string, item: HintItem): void {
  const lives = entities.get(key);
  if (!lives) {
    entities.set(key, [item]);
    return;
  }
  const { at, instead, joined } = place(lives, item);
  lives.splice(at, instead, joined);
}
