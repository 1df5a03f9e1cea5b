import type { Entry } from "./subscription-book.ts";

/** What the server allows, from WELCOME. */
export type Limits = {
  readonly maxMessageBytes: number;
  readonly maxIdsPerMessage: number;
  readonly maxSubscriptions: number;
};

/** Used until WELCOME says otherwise. */
export const defaultLimits: Limits = { maxMessageBytes: 65_536, maxIdsPerMessage: 1_000, maxSubscriptions: 10_000 };

/** One id in quotes with its comma (39) and a version of up to 16 digits with its comma (17). */
const bytesPerId = 56;
/** Frame, type, correlation id, entity code and field names, generously. */
const bytesOfFrame = 512;

/**
 * Most ids that fit into one message.
 *
 * @returns at least 1, so that an absurd limit still makes progress
 */
export function idsPerMessage(limits: Limits): number {
  const byBytes = Math.floor((limits.maxMessageBytes - bytesOfFrame) / bytesPerId);
  return Math.max(1, Math.min(limits.maxIdsPerMessage, byBytes));
}

/** Entries of one type and one kind (ids or containers), few enough for one message. */
export type Batch = { readonly type: string; readonly container: boolean; readonly entries: readonly Entry[] };

export function toBatches(entries: Iterable<Entry>, limits: Limits): Batch[] {
  const most = idsPerMessage(limits);
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = `${entry.container}:${entry.type}`;
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  const batches: Batch[] = [];
  for (const group of groups.values()) {
    const [first] = group;
    if (!first) continue;
    for (let at = 0; at < group.length; at += most) {
      batches.push({ type: first.type, container: first.container, entries: group.slice(at, at + most) });
    }
  }
  return batches;
}
