import { closeCodes } from "@heliograph/protocol";
import type { Logger } from "@heliograph/server-kit";
import { type Clock, systemClock } from "@heliograph/shared/clock";
import type { GatewayMetrics } from "./metrics.ts";
import type { SyncObserver, SyncOperation } from "./sync/sync-observer.ts";

/** Close codes that become a label: those of the protocol and those of WebSocket itself. */
const labelledCloseCodes = new Set<number>([
  ...Object.values(closeCodes).map(({ code }) => code),
  ...[1000, 1001, 1002, 1003, 1005, 1006, 1007, 1009, 1011],
]);

/** What happens after an operation has failed. */
const nextSteps: Readonly<Record<SyncOperation, string>> = {
  "handle message": "continuing with the next message",
  subscribe: "answering with an error",
  "write subscription rows": "retrying",
  "read rights": "retrying",
  resume: "answering with an error",
  "end session": "retrying",
  "check sessions": "retrying",
};

/** Writes what happens in the socket service to metrics and log. */
export function createMetricsObserver({
  metrics,
  logger,
  clock = systemClock,
}: {
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
  readonly clock?: Clock;
}): SyncObserver {
  return {
    failed: (operation, error) => {
      metrics.errors.inc();
      logger.warn({ err: error, operation }, `failed to ${operation}; ${nextSteps[operation]}`);
    },
    messageReceived: (type) => metrics.messagesIn.inc({ type }),
    messageSent: (type) => metrics.messagesOut.inc({ type }),
    changesSent: (count) => metrics.invalidations.inc(count),
    connectionTooSlow: () => metrics.slowCloses.inc(),
    // A client may close with any of 2000 codes, and each label value is kept forever.
    connectionClosed: (code) => metrics.closes.inc({ code: labelledCloseCodes.has(code) ? String(code) : "other" }),
    upgradeRefused: (code) => metrics.refused.inc({ code }),
    subscribed: (durationMs) => metrics.subscribeSeconds.observe(durationMs / 1000),
    refusedRestored: () => metrics.restoredSubscriptions.inc(),
    resetSent: (reason) => metrics.resets.inc({ reason }),
    rightsRead: (result) => metrics.rightsReads.inc({ result }),
    bookmarkSent: () => metrics.bookmarks.inc(),
    delayedSent: () => metrics.delayedSockets.inc(),
    resumeEnded: (result) => metrics.resumes.inc({ result }),
    replayed: (source) => metrics.replays.inc({ source }),
    sessionLost: (why) => metrics.sessionsLost.inc({ why }),
    feedMoved: (seq, newestMs) => {
      metrics.feedPosition.set(seq);
      if (newestMs > 0) metrics.feedLag.observe(Math.max(0, clock.wallNow() - newestMs) / 1000);
    },
    feedRepaired: (reason, rows) => {
      metrics.repairs.inc({ reason });
      metrics.repairedRows.inc(rows);
    },
    feedFailed: (error) => {
      metrics.feedErrors.inc();
      const cause = error instanceof Error ? error.message : String(error);
      logger.warn({ cause }, "failed to read the log; retrying within 2 s");
    },
    feedReset: (reason, sockets) => {
      metrics.feedResets.inc();
      logger.warn({ reason, sockets }, "feed does not continue from its position; resetting all sockets");
    },
    busConnected: (connected) => metrics.redisConnected.set(connected ? 1 : 0),
    hintMalformed: () => metrics.malformedHints.inc(),
  };
}
