/**
 * Messages between watcher and gateways over Redis. Correctness never depends on them: a gateway notices a lost message by
 * its sequence number and reads the rows from the log.
 */

/** Numbers of app.logging.action. */
export const logAction = { view: 0, create: 1, update: 2, delete: 3, grant: 4, revoke: 5 } as const;
export type LogAction = (typeof logAction)[keyof typeof logAction];

/**
 * One changed row, coalesced over a batch. Its keys are single letters because a batch holds thousands; watcher and gateway
 * encode and decode them at the bus and use `LogChange` of server-kit inside.
 */
export interface BusChange {
  /** Entity code. */
  readonly c: string;
  /** Entity id, canonical lower case. */
  readonly e: string;
  /** Action of the newest log row, 1 to 5. */
  readonly a: LogAction;
  /** Highest version. */
  readonly v: number;
  /** Ids of the containers before and after, of all log rows of the batch. */
  readonly k: readonly string[];
  /** Restricted: the row is, or was, not readable by every member of its tenant. */
  readonly r: boolean;
  /** Recheck: the set of users who may read the row may have changed. */
  readonly x: boolean;
  /** Time of the newest log row, milliseconds since 1970 on the database's clock. */
  readonly t: number;
  /** Version of the row's creation, or a lower bound of it, if the creation is among the log rows and is not the newest. */
  readonly n?: number;
}

/** Rows `prev + 1 … seq` of the feed. A gateway whose position is not `prev` reads the log instead. */
export interface HintMessage {
  readonly type: "hint";
  readonly epoch: string;
  readonly prev: number;
  readonly seq: number;
  readonly items: readonly BusChange[];
}

/** Head of the feed, sent once a second by the leader, right after it renewed its lease. */
export interface HeartbeatMessage {
  readonly type: "heartbeat";
  readonly epoch: string;
  readonly seq: number;
}

export type BusMessage = HintMessage | HeartbeatMessage;

/** Channel of hints and heartbeats. */
export const hintChannel = (prefix: string): string => `${prefix}:hint`;
/** Channel of pokes: a gateway asks the watcher to poll immediately, after a write. The message is empty. */
export const pokeChannel = (prefix: string): string => `${prefix}:poke`;
