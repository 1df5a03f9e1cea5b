import type { ResetMessage } from "@heliograph/protocol";

/** Work of the sync core that may fail and is retried or reported to the client. */
export type SyncOperation =
  | "handle message"
  | "subscribe"
  | "write subscription rows"
  | "read rights"
  | "resume"
  | "end session"
  | "check sessions";

export type ResetReason = ResetMessage["payload"]["reason"];

/**
 * Receives what happens inside the sync core. The service writes metrics and log lines; tests and simulations record
 * what they need. An observer must not throw and must not call back into the core.
 */
export interface SyncObserver {
  /** An operation failed; the connection it concerns stays open. */
  failed(operation: SyncOperation, error: unknown): void;

  /** A socket was refused before its handshake. */
  upgradeRefused(code: string): void;
  messageReceived(type: string): void;
  messageSent(type: string): void;
  /** Changes were written to a socket inside INVALIDATE messages. */
  changesSent(count: number): void;
  connectionTooSlow(): void;
  connectionClosed(code: number): void;

  subscribed(durationMs: number): void;
  /** A refused subscription became readable and is delivered from now on. */
  refusedRestored(): void;
  resetSent(reason: ResetReason): void;
  rightsRead(result: "ok" | "failed"): void;
  bookmarkSent(): void;
  delayedSent(): void;

  resumeEnded(result: "resumed" | "lost" | "unavailable" | ResetReason): void;
  /** Missed changes of a resumed connection were looked up. */
  replayed(source: "ring" | "log"): void;
  /** The session of an open socket differs from its row: taken by another socket, row missing, or subscription rows missing. */
  sessionLost(why: "taken" | "missing" | "rows"): void;

  /** The feed reached this sequence number. `newestMs`: time of the newest change applied, milliseconds since 1970; 0: none. */
  feedMoved(seq: number, newestMs: number): void;
  /** The log was read in place of a hint. */
  feedRepaired(reason: string, rows: number): void;
  feedFailed(error: unknown): void;
  /** The feed does not continue where the sockets are; all of them are reset. */
  feedReset(reason: string, sockets: number): void;

  /** The subscription to the hint channel was made or lost. */
  busConnected(connected: boolean): void;
  hintMalformed(): void;
}

const ignore = (): void => undefined;

/** An observer that ignores everything; spread it to record single events. */
export const silentObserver: SyncObserver = {
  failed: ignore,
  upgradeRefused: ignore,
  messageReceived: ignore,
  messageSent: ignore,
  changesSent: ignore,
  connectionTooSlow: ignore,
  connectionClosed: ignore,
  subscribed: ignore,
  refusedRestored: ignore,
  resetSent: ignore,
  rightsRead: ignore,
  bookmarkSent: ignore,
  delayedSent: ignore,
  resumeEnded: ignore,
  replayed: ignore,
  sessionLost: ignore,
  feedMoved: ignore,
  feedRepaired: ignore,
  feedFailed: ignore,
  feedReset: ignore,
  busConnected: ignore,
  hintMalformed: ignore,
};
