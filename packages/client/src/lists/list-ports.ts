import type { Clock } from "@heliograph/shared/clock";
import { splitContainer } from "@heliograph/shared/container";
import type { ListPage } from "../api/api-client.ts";
import type { ListQuery } from "../api/list-query.ts";
import type { EntityDoc } from "../api/register.ts";
import type { Ticket } from "../refetch/need-map.ts";
import type { EntityStore } from "../store/entity-store.ts";
import type { LiveEntities } from "../store/live-entities.ts";
import type { Phase, Target } from "../subscriptions/subscription-set.ts";

export interface ListPorts {
  readonly list: (entityCode: string, query: ListQuery & { cursor?: string }, signal: AbortSignal) => Promise<ListPage>;
  readonly reads: {
    readonly stamp: number;
    refetch(entityCode: string, ids: readonly string[]): void;
    open(): Ticket;
    close(ticket: Ticket): void;
    admit(ticket: Ticket, entityCode: string, docs: readonly EntityDoc[]): Promise<void>;
  };
  readonly subscriptions: {
    acquire(targets: readonly Target[]): void;
    release(targets: readonly Target[]): void;
    phase(target: Target): Phase | undefined;
  };
  readonly store: EntityStore;
  readonly live: LiveEntities;
  /** Ids of the rows of an entity type that views show with unsent changes. */
  readonly pendingIds: (entityCode: string) => readonly string[];
  /** True for the id of a row whose create is not acknowledged yet. */
  readonly isPendingCreate: (id: string) => boolean;
  /** True when a subscription is likely to be answered soon. */
  readonly connecting: () => boolean;
  /** True while the client is stopped: then no request is sent and no timer set. */
  readonly stopped: () => boolean;
  /** A fetch ended: the client may be caught up now. */
  readonly onProgress: () => void;
  readonly clock: Clock;
  readonly random: () => number;
}

export interface ListSpec {
  /** Identifies the list in the store: entity code, query and container in canonical form. */
  readonly id: string;
  readonly entityCode: string;
  readonly query: ListQuery;
  /** Container whose changes keep membership live; undefined when only the listed rows are live. */
  readonly within: string | undefined;
}

/** True when the list is about a row whose create is not acknowledged. The server has nothing to list then. */
export function refersToPendingCreate({ query, within }: ListSpec, isPendingCreate: (id: string) => boolean): boolean {
  const values = [within && splitContainer(within)?.entityId, ...Object.values(query.filter ?? {})];
  return values.some((value) => typeof value === "string" && isPendingCreate(value));
}
