import { livenessTimeouts } from "./liveness-timeouts.ts";

/**
 * The state of the connection as a value. `transition` takes a state, an event, the time and a random number, and returns
 * the next state and the effects that `Connection` performs.
 *
 *                         start
 *   disconnected ------------------------> dialing <----------------+----------------+
 *   (any state: stop -> disconnected)       |   |                   | retryAt,       |
 *                                   WELCOME |   | closed before     | online,        |
 *                                           |   | WELCOME, timeout  | visible,       |
 *                                           v   v                   | new token      |
 *   connected <--- caught up --- catching-up   probing ----------> waiting           |
 *       |  DELAYED        BOOKMARK ^  |         |   |   unreachable ^               |
 *       +---------> delayed -------+  |         |   |               |               |
 *       +-------- closed(code) -------+---------|---|---------------+               |
 *                      |                        |   |                               |
 *                      | 4401                   |   | 503 sync_disabled             |
 *                      +------> needs-auth <----+   +---------> disabled -- 426 ----+
 *                      |  (new token -> dialing)    401         (probes again at retryAt)
 *                      | "never"
 *                      +------> refused (start, a new token, online or visible -> dialing)
 *
 *   With a session to resume, dialing sends RESUME on the open socket and WELCOME leads to resuming. From there RESUMED
 *   and RESET lead to catching-up; silence and a temporary error lead to waiting.
 *   RESET on an open socket: connected -> catching-up. GOAWAY: at the given time hang up and dial at once.
 *   Every state between start and stop: offline -> offline, online -> dialing, signed out -> needs-auth;
 *   leave or freeze -> away, visible -> dialing.
 */
export type ConnectionState =
  | { readonly kind: "disconnected"; readonly since: number }
  /** A socket was created; WELCOME is expected until `deadline`. `resuming`: RESUME was sent on the socket. */
  | {
      readonly kind: "dialing";
      readonly since: number;
      readonly failures: number;
      readonly deadline: number;
      readonly resuming: boolean;
    }
  /** WELCOME arrived; the answer to RESUME is expected until `deadline`. Nothing may be subscribed before it. */
  | {
      readonly kind: "resuming";
      readonly since: number;
      readonly deadline: number;
      readonly link: Link;
      /** Set when DELAYED arrived meanwhile. */
      readonly upTo: number | undefined;
    }
  /** The socket failed before WELCOME. A GET finds out why, because browsers hide the status of a failed upgrade. */
  | { readonly kind: "probing"; readonly since: number; readonly failures: number; readonly deadline: number }
  | {
      readonly kind: "waiting";
      readonly since: number;
      readonly failures: number;
      readonly retryAt: number;
      readonly reason: string;
    }
  | { readonly kind: "catching-up"; readonly since: number; readonly link: Link }
  | { readonly kind: "connected"; readonly since: number; readonly link: Link }
  /** The server is behind and has signalled changes only up to `upTo`. The next BOOKMARK ends the delay. */
  | { readonly kind: "delayed"; readonly since: number; readonly upTo: number; readonly link: Link }
  /** The user left the page, or the browser froze it. It may return from the browser's cache, or resume. */
  | { readonly kind: "away"; readonly since: number }
  | { readonly kind: "needs-auth"; readonly since: number; readonly reason: string }
  | { readonly kind: "offline"; readonly since: number }
  /** Sync is switched off on the server. `probing`: a probe is in progress and times out at `retryAt`. */
  | {
      readonly kind: "disabled";
      readonly since: number;
      readonly retryAt: number;
      readonly probing: boolean;
      readonly reason: string;
    }
  /** The server would refuse the same request again. */
  | { readonly kind: "refused"; readonly since: number; readonly reason: string };

/** An open socket on which WELCOME arrived. */
export interface Link {
  /** Failed or short-lived connections in a row before this one. They no longer count once the link is stable. */
  readonly failures: number;
  readonly welcomedAt: number;
  readonly pingIntervalMs: number;
  readonly lastMessageAt: number;
  /** Set while a PING is unanswered: the time at which the link counts as dead. */
  readonly deadAt: number | undefined;
  /** Set after GOAWAY: the time at which to reconnect. */
  readonly leaveAt: number | undefined;
}

export type ProbeResult =
  | { readonly kind: "reachable" } // 426: an upgrade would have been accepted
  | { readonly kind: "disabled"; readonly reason: string }
  | { readonly kind: "unauthenticated"; readonly reason: string }
  | { readonly kind: "forbidden"; readonly reason: string }
  | { readonly kind: "unavailable"; readonly reason: string }; // no answer, or a temporary failure

export type ConnectionEvent =
  | { readonly type: "start" }
  | { readonly type: "stop" }
  /** The socket is open. `resume`: there is a session to resume. */
  | { readonly type: "opened"; readonly resume: boolean }
  | { readonly type: "welcome"; readonly pingIntervalMs: number }
  | { readonly type: "message" }
  | { readonly type: "resumed" }
  | { readonly type: "reset" }
  /** The server could not handle RESUME now. The session may still exist. */
  | { readonly type: "resume-failed" }
  | { readonly type: "bookmark" }
  | { readonly type: "delayed"; readonly upTo: number }
  | { readonly type: "goaway"; readonly afterMs: number }
  /** `tokenChanged`: the application now has another token than the one that this socket was opened with. */
  | { readonly type: "closed"; readonly code: number; readonly tokenChanged: boolean }
  | { readonly type: "probed"; readonly result: ProbeResult; readonly tokenChanged: boolean }
  | { readonly type: "online" }
  | { readonly type: "offline" }
  | { readonly type: "visible" }
  /** A request to the API, sent at `sentAt` (milliseconds since 1970), timed out. */
  | { readonly type: "request-timed-out"; readonly sentAt: number }
  | { readonly type: "timer" }
  /** The user leaves the page. The browser may keep it in its back-forward cache. */
  | { readonly type: "leave" }
  /** The browser freezes the page. */
  | { readonly type: "freeze" }
  | { readonly type: "token-changed" }
  /** The token names another user than the socket that is open or being opened. */
  | { readonly type: "user-changed" }
  /** The user signed out. */
  | { readonly type: "token-removed" }
  | { readonly type: "caught-up" };

/**
 * What `Connection` does after a transition, in this order:
 * - hang-up: closes the socket; the server keeps the session for the grace period
 * - end-session: closes the socket and ends the session, on the server and on this device
 * - forget: forgets the session on this device, so that the next socket does not resume it
 */
export type Effect = "hang-up" | "end-session" | "forget" | "dial" | "resume" | "probe" | "ping" | "ask-for-token";

export interface Step {
  readonly state: ConnectionState;
  readonly effects: readonly Effect[];
}

/** When `Connection` dispatches the next `timer` event; undefined if no timer is needed. */
export function deadlineOf(state: ConnectionState): number | undefined {
  switch (state.kind) {
    case "dialing":
    case "probing":
      return state.deadline;
    case "resuming":
      return Math.min(state.deadline, state.link.leaveAt ?? Number.POSITIVE_INFINITY);
    case "waiting":
    case "disabled":
      return state.retryAt;
    case "catching-up":
    case "connected":
    case "delayed": {
      const { deadAt, lastMessageAt, pingIntervalMs, leaveAt } = state.link;
      return Math.min(
        deadAt ?? lastMessageAt + livenessTimeouts(pingIntervalMs).quietMs,
        leaveAt ?? Number.POSITIVE_INFINITY,
      );
    }
    case "disconnected":
    case "needs-auth":
    case "offline":
    case "away":
    case "refused":
      return undefined;
  }
}

/** The link on which messages may be sent; undefined before the answer to RESUME, which decides about the session. */
export function linkOf(state: ConnectionState): Link | undefined {
  return state.kind === "connected" || state.kind === "catching-up" || state.kind === "delayed"
    ? state.link
    : undefined;
}
