import type { HintItem } from "@heliograph/protocol";
import { addTo, isRights } from "@heliograph/server-kit";
import { entityKey } from "@heliograph/shared/entity-key";
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
export const isMembershipOf = (item: HintItem, user: { personId: string; organizationId: string }): boolean =>
  item.c === membershipCode &&
  item.e === user.personId &&
  (item.k.length === 0 || item.k.includes(user.organizationId));

/**
 * Picks, for many at once, what concerns each of them out of the feed: one walk along the feed for a whole pod's worth of
 * sockets, instead of one each.
 */
export class Missed {
  readonly #index = new SubscriptionIndex<Absent>();
  readonly #byPerson: Map<string, Absent[]>;
  readonly #found: Map<Absent, Map<string, HintItem[]>>;

  constructor(absents: readonly Absent[]) {
    this.#found = new Map(absents.map((absent) => [absent, new Map()]));
    this.#byPerson = Map.groupBy(absents, ({ personId }) => personId);
    for (const absent of absents) for (const { kind, code, id } of absent.held) this.#index.add(kind, code, id, absent);
  }

  /** In the order of the feed. */
  add({ seq, items }: Stretch): void {
    for (const item of items) {
      const note = (absent: Absent): void => {
        if (seq > absent.after) this.#note(absent, item);
      };
      if (item.c === membershipCode) {
        for (const absent of this.#byPerson.get(item.e) ?? []) if (isMembershipOf(item, absent)) note(absent);
        continue;
      }
      // The same row may be held by its id and by containers: joining an item with itself changes nothing.
      this.#index.each("id", item.c, item.e, note);
      for (const container of item.k) this.#index.each("within", item.c, container, note);
    }
  }

  /**
   * One item per row. Grants and revocations apart from changes: they carry no version of the row. What is held by its id
   * may have been refused until the last of several rows under it: of those before, each counts as created meanwhile.
   */
  of(absent: Absent): HintItem[] {
    return [...(this.#found.get(absent)?.values() ?? [])].flatMap((lives) =>
      lives.map((item, at) => (at < lives.length - 1 ? { ...item, n: item.n ?? 0 } : item)),
    );
  }

  #note(absent: Absent, item: HintItem): void {
    const found = this.#found.get(absent);
    if (found) addTo(found, `${isRights(item) ? "rights" : "change"}:${entityKey(item.c, item.e)}`, item);
  }
}
