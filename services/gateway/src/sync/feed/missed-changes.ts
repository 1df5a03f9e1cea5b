import { type CoalescedChanges, coalesceInto, type LogChange } from "@heliograph/server-kit";
import type { Held } from "../subscriptions/connection-subscriptions.ts";
import { SubscriptionIndex } from "../subscriptions/subscription-index.ts";
import type { Stretch } from "./replay-ring.ts";

/** Entity code of the rows that tell of changed memberships; no entity type has it. */
export const membershipCode = "person";

/** Somebody who was away. */
export type Absent = {
  readonly personId: string;
  readonly organizationId: string;
  readonly held: readonly Held[];
  /** Up to here he was told everything. */
  readonly after: number;
};

/** Whether a changed membership, noted with its organization as container, is of this user. */
export const isMembershipOf = (item: LogChange, user: { personId: string; organizationId: string }): boolean =>
  item.entityCode === membershipCode &&
  item.entityId === user.personId &&
  (item.containerIds.length === 0 || item.containerIds.includes(user.organizationId));

/**
 * Picks, for many at once, what concerns each of them out of the feed: one walk along the feed for a whole pod's worth of
 * sockets, instead of one each.
 */
export class Missed {
  readonly #index = new SubscriptionIndex<Absent>();
  readonly #byPerson: Map<string, Absent[]>;
  readonly #found: Map<Absent, CoalescedChanges>;

  constructor(absents: readonly Absent[]) {
    this.#found = new Map(absents.map((absent) => [absent, new Map()]));
    this.#byPerson = Map.groupBy(absents, ({ personId }) => personId);
    for (const absent of absents) for (const { kind, code, id } of absent.held) this.#index.add(kind, code, id, absent);
  }

  /** In the order of the feed. */
  add({ seq, changes }: Stretch): void {
    for (const item of changes) {
      const note = (absent: Absent): void => {
        if (seq > absent.after) this.#note(absent, item);
      };
      if (item.entityCode === membershipCode) {
        for (const absent of this.#byPerson.get(item.entityId) ?? []) if (isMembershipOf(item, absent)) note(absent);
        continue;
      }
      // The same row may be held by its id and by containers: joining an item with itself changes nothing.
      this.#index.each("id", item.entityCode, item.entityId, note);
      for (const container of item.containerIds) this.#index.each("within", item.entityCode, container, note);
    }
  }

  /**
   * One item per row. Grants and revocations apart from changes: they carry no version of the row. What is held by its id
   * may have been refused until the last of several rows under it: of those before, each counts as created meanwhile.
   */
  of(absent: Absent): LogChange[] {
    return [...(this.#found.get(absent)?.values() ?? [])].flatMap((lives) =>
      lives.map((item, at) => (at < lives.length - 1 ? { ...item, createdVersion: item.createdVersion ?? 0 } : item)),
    );
  }

  #note(absent: Absent, item: LogChange): void {
    const found = this.#found.get(absent);
    if (found) coalesceInto(found, item);
  }
}
