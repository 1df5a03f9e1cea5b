import type { EntityData } from "../store/entity-store.ts";
import type { Operation } from "../store/operation.ts";
import { sameValue } from "./three-way-merge.ts";

/**
 * What the writer of a later operation saw, now that an earlier one of the same row is acknowledged: where he saw what
 * was sent, he is taken to have seen what the server made of it (its defaults, its way to write a time). Otherwise his
 * own write would look like somebody else's.
 *
 * @returns the very base given when nothing changes
 */
export function carryBase(base: EntityData | null, acknowledged: Operation, answer: EntityData): EntityData | null {
  if (!base) return base;
  const { op, changes, attempts } = acknowledged;
  const carried: Record<string, unknown> = { ...base };
  let differs = false;
  for (const [column, value] of Object.entries(answer)) {
    const sent = column in changes;
    // An answer to a repetition shows the row as it is now, perhaps with what somebody else wrote since.
    const seen = sent
      ? attempts === 1 && sameValue(base[column], changes[column])
      : op === "create" && !(column in base);
    if (!seen || base[column] === value) continue;
    carried[column] = value;
    differs = true;
  }
  return differs ? carried : base;
}
