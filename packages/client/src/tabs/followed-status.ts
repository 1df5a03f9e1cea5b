import type { SyncStatus } from "../status/sync-status.ts";
import type { Leader } from "./election/leadership.ts";

const waiting = "Waiting for the tab of this browser that holds the connection.";

/**
 * The status of a follower. The leader's status applies, because only the leader knows the server, unless this tab is
 * further behind. Outbox and storage are those of this tab.
 *
 * @param silent whether the leader does not answer at the moment
 */
export function followedStatus(own: SyncStatus, leader: Leader | undefined, silent: boolean): SyncStatus {
  // The leader cannot make up for a missing network or token.
  if (own.state === "disconnected" || own.state === "needs-auth" || own.state === "offline") return own;
  if (!leader || silent) return { ...withoutReason(own), state: "connecting", since: own.since, reason: waiting };
  const { status } = leader;
  const shared = {
    ...withoutReason(own),
    ...(status.lastMessageAt === undefined ? {} : { lastMessageAt: status.lastMessageAt }),
    ...(status.retryAt === undefined ? {} : { retryAt: status.retryAt }),
    ...(status.lastError === undefined ? {} : { lastError: status.lastError }),
    pendingFetches: Math.max(own.pendingFetches, status.pendingFetches),
    stuck: own.stuck || status.stuck,
  };
  const linked = own.state === "connected";
  if (status.state === "connected" && !linked) return { ...shared, state: own.state, since: own.since };
  return {
    ...shared,
    state: status.state,
    since: status.since,
    ...(status.reason === undefined ? {} : { reason: status.reason }),
    // Needs both to be up to date: the leader with the server, this tab with the leader.
    ...(status.caughtUpAt === undefined || !linked ? {} : { caughtUpAt: status.caughtUpAt }),
  };
}

function withoutReason(status: SyncStatus): SyncStatus {
  const { reason: _reason, retryAt: _retryAt, lastMessageAt: _lastMessageAt, ...rest } = status;
  return rest;
}
