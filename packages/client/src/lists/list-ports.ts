import type { Clock } from "@heliograph/shared/clock";
import type { ListPage } from "../api/api-client.ts";
import type { ListQuery } from "../api/list-query.ts";
import type { EntityDoc } from "../api/register.ts";
import type { Ticket } from "../refetch/need-map.ts";
import type { EntityStore } from "../store/entity-store.ts";
import type { LiveEntities } from "../store/live-entities.ts";
import type { Phase, Target } from "../subscriptions/subscription-book.ts";
import type { LiveList } from "./live-list.ts";

export type ListPorts = {
  readonly list: (entityCode: string, query: ListQuery & { cursor?: string }, signal: AbortSignal) => Promise<ListPage>;
  readonly reads: {
    readonly stamp: number;
    look(entityCode: string, ids: readonly string[]): void;
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
  /** Ids of rows of a type that are shown otherwise than the server has them. */
  readonly touched: (entityCode: string) => readonly string[];
  /** Is there a row of this id that was made here and is not at the server yet? */
  readonly unborn: (id: string) => boolean;
  /** A subscription can be expected to be answered soon. */
  readonly connecting: () => boolean;
  /** The client is stopped: no request may be sent and no timer set. */
  readonly stopped: () => boolean;
  /** The list has its first listener, or has lost its last one. */
  readonly onActive: (list: LiveList, active: boolean) => void;
  /** The list got further: perhaps everything is caught up. */
  readonly onProgress: () => void;
  readonly clock: Clock;
  readonly random: () => number;
};

export type ListSpec = {
  /** Identifies the list in the store: type, query and container in canonical form. */
  readonly id: string;
  readonly entityCode: string;
  readonly query: ListQuery;
  /** Container whose changes make the list live; undefined: only its rows are live. */
  readonly within: string | undefined;
};

/** Is the list about a row that was made here and is not at the server yet? Then the server has nothing to list. */
export function isAboutUnborn({ query, within }: ListSpec, unborn: (id: string) => boolean): boolean {
  const values = [within, ...Object.values(query.filter ?? {})];
  return values.some((value) => typeof value === "string" && unborn(value));
}
