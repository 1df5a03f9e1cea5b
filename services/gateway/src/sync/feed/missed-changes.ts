import { type CoalescedChanges, coalesceInto, type LogChange } from "@heliograph/server-kit";
import { tenantContainer } from "@heliograph/shared/container";
import type { Subscription } from "../connection/connection-subscriptions.ts";
import { SubscriptionIndex } from "../subscriptions/subscription-index.ts";
import type { FeedSegment } from "./replay-ring.ts";

/** Entity code of log rows about changed memberships; no entity type has it. */
export const membershipCode = "person";

/** A connection whose missed changes are collected. */
export interface ReplayTarget {
  readonly personId: string;
  readonly organizationId: string;
  readonly subscriptions: readonly Subscription[];
  /** Everything up to this sequence number was delivered. */
  readonly after: number;
}

/** Whether the change is about this user's membership; its container is the tenant. */
export const isMembershipOf = (change: LogChange, user: { personId: string; organizationId: string }): boolean =>
  change.entityCode === membershipCode &&
  change.entityId === user.personId &&
  (change.containerIds.length === 0 || change.containerIds.includes(tenantContainer(user.organizationId)));

/**
 * Collects the missed changes of many connections at once: one pass over the feed for all sockets of a lost gateway,
 * instead of one for each.
 */
export class MissedChanges {
  readonly #index = new SubscriptionIndex<ReplayTarget>();
  readonly #byPerson: Map<string, ReplayTarget[]>;
  readonly #found: Map<ReplayTarget, CoalescedChanges>;

  constructor(targets: readonly ReplayTarget[]) {
    this.#found = new Map(targets.map((target) => [target, new Map()]));
    this.#byPerson = Map.groupBy(targets, ({ personId }) => personId);
    for (const target of targets)
      for (const { kind, entityCode, entityId } of target.subscriptions)
        this.#index.add(kind, entityCode, entityId, target);
  }

  /** Adds the next segment, in the order of the feed. */
  add({ seq, changes }: FeedSegment): void {
    for (const change of changes) {
      const note = (target: ReplayTarget): void => {
        if (seq > target.after) this.#note(target, change);
      };
      const { entityCode, entityId, containerIds } = change;
      if (entityCode === membershipCode) {
        for (const target of this.#byPerson.get(entityId) ?? []) if (isMembershipOf(change, target)) note(target);
        continue;
      }
      // A row may be subscribed by its id and through containers; merging a change with itself changes nothing.
      this.#index.each("id", entityCode, entityId, note);
      for (const container of containerIds) this.#index.each("within", entityCode, container, note);
    }
  }

  /**
   * One change per incarnation of a row; grants and revocations apart, because they carry no version of the row. A row may
   * have been refused until the last of several incarnations under its id, so each of the earlier ones counts as created
   * in the meantime and is checked before it is delivered.
   */
  of(target: ReplayTarget): LogChange[] {
    return [...(this.#found.get(target)?.values() ?? [])].flatMap((incarnations) =>
      incarnations.map((change, at) =>
        at < incarnations.length - 1 ? { ...change, createdVersion: change.createdVersion ?? 0 } : change,
      ),
    );
  }

  #note(target: ReplayTarget, change: LogChange): void {
    const found = this.#found.get(target);
    if (found) coalesceInto(found, change);
  }
}
