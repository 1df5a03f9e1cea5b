/** Limits of one connection. Each keeps a client from filling the gateway's memory or loading its database. */
export interface Limits {
  readonly maxMessageBytes: number;
  /** Ids and containers together, refused ones included. */
  readonly maxSubscriptions: number;
  readonly maxSocketsPerUser: number;
  readonly pingIntervalMs: number;
  readonly maxMissedPongs: number;
  readonly messagesPerSecond: number;
  readonly messageBurst: number;
  /** Messages that may wait behind the one being handled; with more, reading from the socket stops. */
  readonly maxQueuedMessages: number;
  readonly maxMalformedInARow: number;
  /** Entities whose signals may wait for a slow socket. */
  readonly maxWaiting: number;
  /** How long signals and answers may wait. */
  readonly maxWaitMs: number;
  /** How long a client may take to answer a close. */
  readonly closeGraceMs: number;
  /** Longest time between two BOOKMARKs without signals; to the client, two missing ones mean a dead link. */
  readonly bookmarkIntervalMs: number;
}

export const defaultLimits: Limits = {
  maxMessageBytes: 64 * 1024,
  maxSubscriptions: 10_000,
  maxSocketsPerUser: 64,
  // Below the idle timeouts of common load balancers and NATs (60 s and more).
  pingIntervalMs: 25_000,
  maxMissedPongs: 2,
  // A reconnecting client subscribes with up to ten messages of a thousand ids per entity type.
  messagesPerSecond: 50,
  messageBurst: 300,
  maxQueuedMessages: 16,
  maxMalformedInARow: 20,
  maxWaiting: 10_000,
  maxWaitMs: 10_000,
  closeGraceMs: 2000,
  bookmarkIntervalMs: 10_000,
};
