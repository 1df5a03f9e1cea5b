import { type Action, type HintItem, logAction } from "@heliograph/protocol";

/** One signal for one entity, shared by all sockets that get it. */
export type Change = {
  readonly code: string;
  readonly id: string;
  readonly action: Action;
  readonly version: number;
  /** Containers before and after the change. */
  readonly containers: readonly string[];
  /** Time of the change on the database's clock, milliseconds since 1970. */
  readonly at: number;
  /** The change as it stands inside an INVALIDATE; written once, however many sockets get it. */
  readonly json: string;
  /** What it was made of. */
  readonly item: HintItem;
};

const actionNames: Readonly<Record<number, Action>> = {
  [logAction.create]: "CREATE",
  [logAction.update]: "UPDATE",
  [logAction.delete]: "DELETE",
};

/** Ids and actions need no escaping: the former come from uuid columns. */
export function changeOf(item: HintItem, as: { action?: Action; version?: number } = {}): Change {
  const action = as.action ?? actionNames[item.a] ?? "UPDATE";
  const version = as.version ?? item.v;
  return {
    code: item.c,
    id: item.e,
    action,
    version,
    containers: item.k,
    at: item.t,
    json: `{"entityId":"${item.e}","action":"${action}","version":${version}}`,
    item,
  };
}

/** Whether a row began to exist among the changes that an item stands for. */
export const wasCreated = (item: HintItem): boolean => item.a === logAction.create || item.n === true;

/** The same of an item that stands for two, as a field of its own: the action tells only of the last one. */
export const createdAmong = (standing: HintItem, ...both: readonly HintItem[]): { n?: true } =>
  standing.a !== logAction.create && both.some(wasCreated) ? { n: true } : {};

/** Whether the newer item tells of another row under the id of one that was deleted: they are never joined, see coalesce. */
export const beginsAnew = (older: HintItem, newer: HintItem): boolean =>
  older.a === logAction.delete && wasCreated(newer);

/** Names an entity in maps. */
export const entityKey = (code: string, id: string): string => `${code}:${id}`;
