import type { ConnectionEvent, ConnectionState, Link } from "../connection/state.ts";

export const now = 1_000_000;
export const since = now - 60_000;
export const link: Link = {
  failures: 0,
  welcomedAt: since,
  pingIntervalMs: 30_000,
  lastMessageAt: now - 30_000,
  deadAt: undefined,
  leaveAt: undefined,
};

/** One example of each state; its deadline, if it has one, is now. */
export const states: { readonly [Kind in ConnectionState["kind"]]: Extract<ConnectionState, { kind: Kind }> } = {
  disconnected: { kind: "disconnected", since },
  dialing: { kind: "dialing", since, failures: 1, deadline: now, resuming: false },
  resuming: { kind: "resuming", since, deadline: now, link, upTo: undefined },
  probing: { kind: "probing", since, failures: 1, deadline: now },
  waiting: { kind: "waiting", since, failures: 1, retryAt: now, reason: "r" },
  "catching-up": { kind: "catching-up", since, link },
  connected: { kind: "connected", since, link },
  delayed: { kind: "delayed", since, upTo: since - 1_000, link },
  away: { kind: "away", since },
  "needs-auth": { kind: "needs-auth", since, reason: "r" },
  offline: { kind: "offline", since },
  disabled: { kind: "disabled", since, retryAt: now, probing: true, reason: "r" },
  refused: { kind: "refused", since, reason: "r" },
};

/** Every event, with those variants that lead to different places. */
export const events = {
  start: { type: "start" },
  stop: { type: "stop" },
  opened: { type: "opened", resume: false },
  "opened with a session": { type: "opened", resume: true },
  welcome: { type: "welcome", pingIntervalMs: 30_000 },
  message: { type: "message" },
  resumed: { type: "resumed" },
  reset: { type: "reset" },
  "resume failed": { type: "resume-failed" },
  bookmark: { type: "bookmark" },
  delayed: { type: "delayed", upTo: now - 10_000 },
  goaway: { type: "goaway", afterMs: 2_000 },
  "closed 1006": { type: "closed", code: 1006, tokenChanged: false },
  "closed 1012": { type: "closed", code: 1012, tokenChanged: false },
  "closed 4401": { type: "closed", code: 4401, tokenChanged: false },
  "closed 4401, other token": { type: "closed", code: 4401, tokenChanged: true },
  "closed 4403": { type: "closed", code: 4403, tokenChanged: false },
  "closed 4409": { type: "closed", code: 4409, tokenChanged: false },
  "probed reachable": { type: "probed", result: { kind: "reachable" }, tokenChanged: false },
  "probed disabled": { type: "probed", result: { kind: "disabled", reason: "d" }, tokenChanged: false },
  "probed unauthenticated": { type: "probed", result: { kind: "unauthenticated", reason: "u" }, tokenChanged: false },
  "probed forbidden": { type: "probed", result: { kind: "forbidden", reason: "f" }, tokenChanged: false },
  "probed unavailable": { type: "probed", result: { kind: "unavailable", reason: "n" }, tokenChanged: false },
  online: { type: "online" },
  offline: { type: "offline" },
  visible: { type: "visible" },
  "request timed out": { type: "request-timed-out", sentAt: now - 1 },
  timer: { type: "timer" },
  leave: { type: "leave" },
  freeze: { type: "freeze" },
  "token changed": { type: "token-changed" },
  "user changed": { type: "user-changed" },
  "signed out": { type: "token-removed" },
  "caught up": { type: "caught-up" },
} satisfies Record<string, ConnectionEvent>;
