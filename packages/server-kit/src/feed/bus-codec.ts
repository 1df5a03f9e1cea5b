import type { BusChange, BusMessage, HeartbeatMessage } from "@heliograph/protocol";
import type { LogChange } from "./log-change.ts";

/** Rows `prev + 1 … seq` of the feed, coalesced: the content of a hint. */
export interface ChangeBatch {
  readonly type: "hint";
  readonly epoch: string;
  readonly prev: number;
  readonly seq: number;
  readonly changes: readonly LogChange[];
}

/** A message of the bus with readable names: what watcher and gateways work with on their side of it. */
export type FeedMessage = ChangeBatch | HeartbeatMessage;

function encodeChange(change: LogChange): BusChange {
  return {
    c: change.entityCode,
    e: change.entityId,
    a: change.action,
    v: change.version,
    k: change.containerIds,
    r: change.restricted,
    x: change.recheck,
    t: change.changedAt,
    ...(change.createdVersion !== undefined && { n: change.createdVersion }),
  };
}

function decodeChange(change: BusChange): LogChange {
  return {
    entityCode: change.c,
    entityId: change.e,
    action: change.a,
    version: change.v,
    containerIds: change.k,
    restricted: change.r,
    recheck: change.x,
    changedAt: change.t,
    ...(change.n !== undefined && { createdVersion: change.n }),
  };
}

export function encodeFeedMessage(message: FeedMessage): BusMessage {
  if (message.type === "heartbeat") return message;
  const { type, epoch, prev, seq, changes } = message;
  return { type, epoch, prev, seq, items: changes.map(encodeChange) };
}

/** Decodes a whole batch once, so that the code behind it reads no single-letter fields. The message must be valid. */
export function decodeBusMessage(message: BusMessage): FeedMessage {
  if (message.type === "heartbeat") return message;
  const { type, epoch, prev, seq, items } = message;
  return { type, epoch, prev, seq, changes: items.map(decodeChange) };
}
