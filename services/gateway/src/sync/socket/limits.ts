/** Bounds of one connection. Every one of them keeps a client from filling the pod's memory or its database. */
export type Limits = {
  readonly maxMessageBytes: number;
  /** Ids and containers together, those that were refused included. */
  readonly maxSubscriptions: number;
  readonly maxSocketsPerUser: number;
  readonly pingIntervalMs: number;
  readonly maxMissedPongs: number;
  readonly messagesPerSecond: number;
  readonly messageBurst: number;
  /** Messages that may wait for the one in work; then the socket is not read any more. */
  readonly maxQueuedMessages: number;
  readonly maxMalformedInARow: number;
  /** Entities whose signals may wait for a slow socket. */
  readonly maxWaiting: number;
  /** How long they may wait. */
  readonly maxWaitMs: number;
  /** How long a client may take to answer a close. */
  readonly closeGraceMs: number;
  /** Longest time between two cursors that a quiet client gets; two missing ones mean a dead link to it. */
  readonly bookmarkIntervalMs: number;
};

export const defaultLimits: Limits = {
  maxMessageBytes: 64 * 1024,
  maxSubscriptions: 10_000,
  maxSocketsPerUser: 64,
  // Below the idle timeouts of common load balancers and NATs (60 s and more).
  pingIntervalMs: 25_000,
  maxMissedPongs: 2,
  // A client that comes back subscribes with up to ten messages of a thousand ids per entity type.
  messagesPerSecond: 50,
  messageBurst: 300,
  maxQueuedMessages: 16,
  maxMalformedInARow: 20,
  maxWaiting: 10_000,
  maxWaitMs: 10_000,
  closeGraceMs: 2000,
  bookmarkIntervalMs: 10_000,
};
