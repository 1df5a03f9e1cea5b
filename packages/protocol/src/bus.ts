/**
 * What watcher and gateways say to each other over Redis. Never trusted for correctness: a lost message is found by its
 * sequence number and read from the log.
 */

/** Numbers of app.logging.action. */
export const logAction = { view: 0, create: 1, update: 2, delete: 3, grant: 4, revoke: 5 } as const;
export type LogAction = (typeof logAction)[keyof typeof logAction];

/** One row of a table, coalesced over a batch; two that bore the same id after each other are two. Keys are short because a batch holds thousands. */
export type HintItem = {
  /** entity code */
  readonly c: string;
  /** entity id, canonical lower case */
  readonly e: string;
  /** action of the newest row, 1 to 5 */
  readonly a: LogAction;
  /** highest version */
  readonly v: number;
  /** containers before and after, of all rows of the batch */
  readonly k: readonly string[];
  /** the row is, or was, not readable by every member of its tenant */
  readonly r: boolean;
  /** who may read it may have changed */
  readonly x: boolean;
  /** time of the newest change, milliseconds since 1970 on the database's clock */
  readonly t: number;
  /** version of its creation, when that is among these changes and is not the newest; or one that it must be above */
  readonly n?: number;
};

/** Rows `prev + 1 … seq` of the feed. A pod whose position is not `prev` reads the log instead. */
export type HintMessage = {
  readonly type: "hint";
  readonly epoch: string;
  readonly prev: number;
  readonly seq: number;
  readonly items: readonly HintItem[];
};

/** Once a second from the leader, right after it renewed its lease: the head of the feed. */
export type HeartbeatMessage = { readonly type: "heartbeat"; readonly epoch: string; readonly seq: number };

export type BusMessage = HintMessage | HeartbeatMessage;

/** Channel of hints and heartbeats. */
export const hintChannel = (prefix: string): string => `${prefix}:hint`;
/** Channel on which a gateway asks the watcher to look at once, after a write. The message is empty. */
export const pokeChannel = (prefix: string): string => `${prefix}:poke`;
