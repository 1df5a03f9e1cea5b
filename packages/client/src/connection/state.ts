import { livenessTimeouts } from "./liveness-timeouts.ts";

/**
 * The connection as a value. Nothing here does anything: `transition` takes a state, an event, the time and a random
 * number, and returns the next state and what the driver has to do.
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
 *                      |  (new token -> dialing)    401         (asks again at retryAt)
 *                      | "never"
 *                      +------> refused (start, a new token, online or visible lead out)
 *
 *   With something to resume, dialing sends RESUME on the open socket and WELCOME leads to resuming; from there
 *   RESUMED and RESET lead to catching-up, silence and a passing error to waiting.
 *   RESET on a live socket: connected -> catching-up. GOAWAY: at its time hang up and dial at once.
 *   any state with a wish to be connected: offline -> offline, online -> dialing, signed out -> needs-auth
 *   any state with a wish to be connected: leave (the page goes), freeze -> away, visible (it is back) -> dialing
 */
export type ConnectionState =
  | { readonly kind: "disconnected"; readonly since: number }
  /** A socket was made and the server's WELCOME is awaited until `deadline`. `resuming`: RESUME was sent on it. */
  | {
      readonly kind: "dialing";
      readonly since: number;
      readonly failures: number;
      readonly deadline: number;
      readonly resuming: boolean;
    }
  /** Welcomed, and the answer to RESUME is awaited until `deadline`: nothing may be subscribed before it is known. */
  | {
      readonly kind: "resuming";
      readonly since: number;
      readonly deadline: number;
      readonly link: Link;
      /** Set when the server said meanwhile that it is behind. */
      readonly upTo: number | undefined;
    }
  /** The socket failed before WELCOME; a plain GET asks why, because browsers hide the status of a failed upgrade. */
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
  /** The server is behind and has told changes only up to `upTo`; the next BOOKMARK ends it. */
  | { readonly kind: "delayed"; readonly since: number; readonly upTo: number; readonly link: Link }
  /** The page was left, or is frozen. It may come back from the browser's cache, or thaw. */
  | { readonly kind: "away"; readonly since: number }
  | { readonly kind: "needs-auth"; readonly since: number; readonly reason: string }
  | { readonly kind: "offline"; readonly since: number }
  /** The server's kill switch is on. `asking`: a probe is on its way and `retryAt` bounds it. */
  | {
      readonly kind: "disabled";
      readonly since: number;
      readonly retryAt: number;
      readonly asking: boolean;
      readonly reason: string;
    }
  /** The server said that the same request would be refused again. */
  | { readonly kind: "refused"; readonly since: number; readonly reason: string };

/** What is known of an open, welcomed socket. */
export type Link = {
  /** Failed or short-lived connections in a row before this one; forgotten once the link has proved stable. */
  readonly failures: number;
  readonly welcomedAt: number;
  readonly pingIntervalMs: number;
  readonly lastMessageAt: number;
  /** Set while a PING is unanswered: at this time the link counts as dead. */
  readonly deadAt: number | undefined;
  /** Set once the server asked to leave: when to do so. */
  readonly leaveAt: number | undefined;
};

export type ProbeResult =
  | { readonly kind: "reachable" } // 426: an upgrade would have been accepted
  | { readonly kind: "disabled"; readonly reason: string }
  | { readonly kind: "unauthenticated"; readonly reason: string }
  | { readonly kind: "forbidden"; readonly reason: string }
  | { readonly kind: "unavailable"; readonly reason: string }; // no answer, or one that time may mend

export type ConnectionEvent =
  | { readonly type: "start" }
  | { readonly type: "stop" }
  /** `resume`: there is a session that may be resumed. */
  | { readonly type: "opened"; readonly resume: boolean }
  | { readonly type: "welcome"; readonly pingIntervalMs: number }
  | { readonly type: "message" }
  | { readonly type: "resumed" }
  | { readonly type: "reset" }
  /** RESUME could not be answered now; the session may still be there. */
  | { readonly type: "resume-failed" }
  | { readonly type: "bookmark" }
  | { readonly type: "delayed"; readonly upTo: number }
  | { readonly type: "goaway"; readonly afterMs: number }
  /** `tokenChanged`: the application now offers another token than the one this socket was opened with. */
  | { readonly type: "closed"; readonly code: number; readonly tokenChanged: boolean }
  | { readonly type: "probed"; readonly result: ProbeResult; readonly tokenChanged: boolean }
  | { readonly type: "online" }
  | { readonly type: "offline" }
  | { readonly type: "visible" }
  /** A request to the API, sent at `askedAt` (milliseconds since 1970), was given up for want of any answer. */
  | { readonly type: "unanswered"; readonly askedAt: number }
  | { readonly type: "timer" }
  /** The page is hidden for good, or for the browser's back-forward cache. */
  | { readonly type: "leave" }
  /** The browser stops the page for a while. */
  | { readonly type: "freeze" }
  | { readonly type: "token-changed" }
  /** The token now speaks for somebody else than what is open or being opened. */
  | { readonly type: "user-changed" }
  /** The application signed its person out. */
  | { readonly type: "token-removed" }
  | { readonly type: "caught-up" };

/**
 * What the driver does after a transition, in this order.
 * - hang-up: closes the socket so that the server keeps the session for a while
 * - goodbye: closes it so that the server forgets the session at once, and forgets it here too
 * - forget: forgets the session: the next socket starts afresh
 */
export type Effect = "hang-up" | "goodbye" | "forget" | "dial" | "resume" | "probe" | "ping" | "ask-for-token";

export type Step = { readonly state: ConnectionState; readonly effects: readonly Effect[] };

/** When the driver sends the next `timer` event; undefined: no timer is needed. */
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

/** The link of a socket on which subscriptions count, or undefined: before the answer to RESUME they do not. */
export function linkOf(state: ConnectionState): Link | undefined {
  return state.kind === "connected" || state.kind === "catching-up" || state.kind === "delayed"
    ? state.link
    : undefined;
}
