import type { HeldVersion } from "../store/entity-store.ts";
import type { Target } from "./subscription-book.ts";

/** What the server allows, from WELCOME. */
export type Limits = {
  readonly maxMessageBytes: number;
  readonly maxIdsPerMessage: number;
  readonly maxSubscriptions: number;
  /** The server goes on watching what it refused, and counts it. */
  readonly dormant?: boolean;
  /** The server compares rows inside containers without a subscription of their own. */
  readonly covered?: boolean;
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

/** Items of one type and one kind (ids or containers), few enough for one message. */
export type Batch<Item> = {
  readonly entityCode: string;
  readonly container: boolean;
  readonly entries: readonly Item[];
};

export function toBatches<Item>(
  items: Iterable<Item>,
  targetOf: (item: Item) => Target,
  limits: Limits,
): Batch<Item>[] {
  const most = idsPerMessage(limits);
  const groups = Map.groupBy(items, (item) => `${targetOf(item).container}:${targetOf(item).entityCode}`);
  const batches: Batch<Item>[] = [];
  for (const group of groups.values()) {
    const [first] = group;
    if (!first) continue;
    const { entityCode, container } = targetOf(first);
    for (let at = 0; at < group.length; at += most) {
      batches.push({ entityCode, container, entries: group.slice(at, at + most) });
    }
  }
  return batches;
}

export type GoneRow = {
  readonly id: string;
  /** The version that was held when the question was sent: anything newer that came meanwhile is better known. */
  readonly seen: number;
};

export function idsOf(entries: readonly Target[]): string[] {
  return entries.map((entry) => entry.id);
}

/** A row held as gone is asked for as if nothing were held: should it exist again, its version must be reported. */
export function versionToSend(held: HeldVersion | undefined): number {
  return held && !held.gone ? held.version : 0;
}
