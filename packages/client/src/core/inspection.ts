import type { EntityKey } from "@heliograph/shared/entity-key";
import type { Connection, Frame } from "../connection/connection.ts";
import type { ListCache } from "../lists/list-cache.ts";
import type { LiveList } from "../lists/live-list.ts";
import type { Refetcher } from "../refetch/refetcher.ts";

/** What tools look at, and applications have no use for. Nothing in it changes anything. */
export type Inspection = {
  /** Every message that this tab sends and receives from now on, on its socket or on its link to the leading tab. */
  readonly onFrame: (listener: (frame: Frame) => void) => () => void;
  /** The version that a row has to reach, 0 when any will do; undefined when it need not be read. */
  readonly neededVersion: (key: EntityKey) => number | undefined;
  /** Lists that somebody looks at. */
  readonly lists: () => readonly LiveList[];
};

export function inspectionOf(connection: Connection, refetcher: Refetcher, lists: ListCache): Inspection {
  return {
    onFrame: (listener) => connection.frames.on(listener),
    neededVersion: (key) => refetcher.neededVersion(key),
    lists: () => lists.active(),
  };
}
