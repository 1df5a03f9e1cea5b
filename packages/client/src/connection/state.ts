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
 *       |                             |         |   |   unreachable ^               |
 *       +-------- closed(code) -------+---------|---|---------------+               |
 *                      |                        |   |                               |
 *                      | 4401                   |   | 503 sync_disabled             |
 *                      +------> needs-auth <----+   +---------> disabled -- 426 ----+
 *                      |  (new token -> dialing)    401         (asks again at retryAt)
 *                      | "never"
 *                      +------> refused (start, a new token, online or visible lead out)
 *
 *   any state with a wish to be connected: offline -> offline, online -> dialing, signed out -> needs-auth
 */
export type ConnectionState =
  | { readonly kind: "disconnected"; readonly since: number }
  /** A socket was made and the server's WELCOME is awaited until `deadline`. */
  | { readonly kind: "dialing"; readonly since: number; readonly failures: number; readonly deadline: number }
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
  | { readonly type: "opened" }
  | { readonly type: "welcome"; readonly pingIntervalMs: number }
  | { readonly type: "message" }
  /** `tokenChanged`: the application now offers another token than the one this socket was opened with. */
  | { readonly type: "closed"; readonly code: number; readonly tokenChanged: boolean }
  | { readonly type: "probed"; readonly result: ProbeResult; readonly tokenChanged: boolean }
  | { readonly type: "online" }
  | { readonly type: "offline" }
  | { readonly type: "visible" }
  | { readonly type: "timer" }
  /** `otherPerson`: what is open or being opened speaks for somebody else. */
  | { readonly type: "token-changed"; readonly otherPerson: boolean }
  /** The application signed its person out. */
  | { readonly type: "token-removed" }
  | { readonly type: "caught-up" };

/** What the driver does after a transition, in this order. */
export type Effect = "hang-up" | "dial" | "probe" | "ping" | "ask-for-token";

export type Step = { readonly state: ConnectionState; readonly effects: readonly Effect[] };

/** When the driver sends the next `timer` event; undefined: no timer is needed. */
export function deadlineOf(state: ConnectionState): number | undefined {
  switch (state.kind) {
    case "dialing":
    case "probing":
      return state.deadline;
    case "waiting":
    case "disabled":
      return state.retryAt;
    case "catching-up":
    case "connected":
      return state.link.deadAt ?? state.link.lastMessageAt + state.link.pingIntervalMs;
    case "disconnected":
    case "needs-auth":
    case "offline":
    case "refused":
      return undefined;
  }
}

/** The link of a welcomed socket, or undefined. */
export function linkOf(state: ConnectionState): Link | undefined {
  return state.kind === "connected" || state.kind === "catching-up" ? state.link : undefined;
}
