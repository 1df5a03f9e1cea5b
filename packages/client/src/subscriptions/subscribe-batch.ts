import type { HeldVersion } from "../store/entity-store.ts";
import type { Target } from "./subscription-set.ts";

/** Limits and abilities of the server, from WELCOME. */
export interface Limits {
  readonly maxMessageBytes: number;
  readonly maxIdsPerMessage: number;
  readonly maxSubscriptions: number;
  /** The server rechecks refused subscriptions itself, and counts them. */
  readonly rechecksRefused?: boolean;
  /** The server compares rows inside containers without a subscription of their own. */
  readonly covered?: boolean;
}

/** Used until WELCOME says otherwise. */
export const defaultLimits: Limits = { maxMessageBytes: 65_536, maxIdsPerMessage: 1_000, maxSubscriptions: 10_000 };

/** The quotes and comma of an id, and a version of up to 16 digits with its comma. */
const bytesBesideId = 3 + 17;
/** Frame, message type, correlation id, entity code and field names, rounded up. */
const bytesOfFrame = 512;

const encoder = new TextEncoder();

/** Bytes that an id takes in a message, with its version. */
function bytesOf(entityId: string): number {
  return encoder.encode(JSON.stringify(entityId)).length - 2 + bytesBesideId;
}

/** Splits items into parts whose ids fit into one message each. Every part has an item: an absurd limit must not stop all progress. */
export function partsForMessages<Item>(items: readonly Item[], idOf: (item: Item) => string, limits: Limits): Item[][] {
  const parts: Item[][] = [];
  let part: Item[] = [];
  let left = 0;
  for (const item of items) {
    const bytes = bytesOf(idOf(item));
    if (part.length === 0 || part.length >= limits.maxIdsPerMessage || bytes > left) {
      part = [];
      parts.push(part);
      left = limits.maxMessageBytes - bytesOfFrame;
    }
    part.push(item);
    left -= bytes;
  }
  return parts;
}

/** Items of one entity type and one kind (ids or containers), few enough for one message. */
export interface Batch<Item> {
  readonly entityCode: string;
  readonly container: boolean;
  readonly entries: readonly Item[];
}

export function toBatches<Item>(
  items: Iterable<Item>,
  targetOf: (item: Item) => Target,
  limits: Limits,
): Batch<Item>[] {
  const groups = Map.groupBy(items, (item) => `${targetOf(item).container}:${targetOf(item).entityCode}`);
  const batches: Batch<Item>[] = [];
  for (const group of groups.values()) {
    const [first] = group;
    if (!first) continue;
    const { entityCode, container } = targetOf(first);
    for (const entries of partsForMessages(group, (item) => targetOf(item).entityId, limits))
      batches.push({ entityCode, container, entries });
  }
  return batches;
}

/** A row that the server calls gone: deleted, or no longer readable. */
export interface GoneRow {
  readonly entityId: string;
  /** The version that was held when the request was sent. A newer one that arrived since is better known. */
  readonly seen: number;
}

export function idsOf(entries: readonly Target[]): string[] {
  return entries.map((entry) => entry.entityId);
}

/** The version to send with a SUBSCRIBE; 0 for a row held as gone, so that the server reports it if it exists again. */
export function versionToSend(held: HeldVersion | undefined): number {
  return held && !held.gone ? held.version : 0;
}
