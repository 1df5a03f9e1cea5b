import { closeCodes, reconnectAfter } from "@heliograph/protocol/close-code";
import { retryDelay } from "../platform/retry-delay.ts";
import { closeReason, connectionLost, isDecisive, serverSilent, sessionEnded } from "./close-reason.ts";
import { livenessTimeouts, minPongMs, probeTimeoutMs, timeoutAfter, welcomeTimeoutMs } from "./liveness-timeouts.ts";
import { type ConnectionEvent, type ConnectionState, type Link, linkOf, type ProbeResult, type Step } from "./state.ts";

/** A connection that lasted this long, milliseconds, was stable: the next failure starts with the shortest delay. */
export const stableAfterMs = 5_000;
/**
 * After the page becomes visible or the network returns, a link that does not answer a PING within this time, milliseconds,
 * is replaced: sleeping laptops lose sockets silently.
 */
export const returnPongMs = 5_000;
/** Interval of the probes while sync is switched off, milliseconds. An operator decides that, so two a minute are enough. */
export const disabledRecheckMs = 30_000;

export type TransitionInput = {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Uniform in [0, 1). */
  readonly random: number;
};

/** The next state. An event without a meaning in the state returns the same state object and no effects. */
export function transition(state: ConnectionState, event: ConnectionEvent, input: TransitionInput): Step {
  if (event.type === "stop") return stop(state, input);
  if (event.type === "token-removed") return signedOut(state, input);
  if (event.type === "leave" || event.type === "freeze") return away(state, event.type, input);
  switch (state.kind) {
    case "disconnected":
      return event.type === "start" ? dial(state, 0, input) : stay(state);
    case "refused":
      // A proxy may have refused for a short time only, so a user who returns to the page causes another attempt.
      return isNewToken(event) || ["start", "online", "visible"].includes(event.type)
        ? dial(state, 0, input)
        : stay(state);
    case "needs-auth":
      return isNewToken(event) ? dial(state, 0, input) : stay(state);
    case "away":
      return event.type === "start" || event.type === "visible" ? dial(state, 0, input) : stay(state);
    case "offline":
      return event.type === "online" ? dial(state, 0, input) : stay(state);
    case "dialing":
      return whileDialing(state, event, input);
    case "probing":
      return whileProbing(state, event, input);
    case "waiting":
      return whileWaiting(state, event, input);
    case "disabled":
      return whileDisabled(state, event, input);
    case "resuming":
      return whileResuming(state, event, input);
    case "catching-up":
    case "connected":
    case "delayed":
      return whileLinked(state, event, input);
  }
}

type In<Kind extends ConnectionState["kind"]> = Extract<ConnectionState, { kind: Kind }>;

function whileDialing(state: In<"dialing">, event: ConnectionEvent, input: TransitionInput): Step {
  switch (event.type) {
    case "opened":
      return event.resume ? { state: { ...state, resuming: true }, effects: ["resume"] } : stay(state);
    case "welcome": {
      const link = newLink(state.failures, event, input);
      if (!state.resuming) return { state: { kind: "catching-up", since: input.now, link }, effects: [] };
      const deadline = input.now + welcomeTimeoutMs;
      return { state: { kind: "resuming", since: state.since, deadline, link, upTo: undefined }, effects: [] };
    }
    case "closed":
      // 1006 and other codes of the network do not say why; the probe does.
      if (isDecisive(event.code)) return afterClose(state, state.failures + 1, event, input);
      return { state: probing(state, input), effects: ["probe"] };
    case "timer":
      if (input.now < state.deadline) return stay(state);
      return { state: probing(state, input), effects: ["hang-up", "probe"] };
    case "offline":
      return { state: { kind: "offline", since: input.now }, effects: ["hang-up"] };
    case "user-changed":
      return changeUser(state, input);
    default:
      return stay(state);
  }
}

function whileProbing(state: In<"probing">, event: ConnectionEvent, input: TransitionInput): Step {
  switch (event.type) {
    case "probed":
      return afterProbe(state, state.failures + 1, event, input);
    case "timer":
      return input.now < state.deadline ? stay(state) : wait(state, state.failures + 1, connectionLost, input);
    case "offline":
      return { state: { kind: "offline", since: input.now }, effects: [] };
    default:
      return stay(state);
  }
}

function whileWaiting(state: In<"waiting">, event: ConnectionEvent, input: TransitionInput): Step {
  switch (event.type) {
    case "timer":
      return input.now < state.retryAt ? stay(state) : dial(state, state.failures, input);
    case "online":
    case "visible":
    case "token-changed":
    case "user-changed":
      // The user is looking at the page, or the cause may be gone: dial now. These events are rare, so the count of failures stays.
      return dial(state, state.failures, input);
    case "offline":
      return { state: { kind: "offline", since: input.now }, effects: [] };
    default:
      return stay(state);
  }
}

function whileDisabled(state: In<"disabled">, event: ConnectionEvent, input: TransitionInput): Step {
  switch (event.type) {
    case "probed":
      return state.probing ? afterProbe(state, 0, event, input) : stay(state);
    case "timer":
      if (input.now < state.retryAt) return stay(state);
      if (state.probing) return { state: disabled(state, state.reason, input), effects: [] };
      return { state: { ...state, probing: true, retryAt: input.now + probeTimeoutMs }, effects: ["probe"] };
    case "online":
    case "visible":
      if (state.probing) return stay(state);
      return { state: { ...state, probing: true, retryAt: input.now + probeTimeoutMs }, effects: ["probe"] };
    case "offline":
      return { state: { kind: "offline", since: input.now }, effects: [] };
    default:
      return stay(state);
  }
}

function whileResuming(state: In<"resuming">, event: ConnectionEvent, input: TransitionInput): Step {
  const { link } = state;
  switch (event.type) {
    case "resumed":
    case "reset": {
      if (state.upTo === undefined) return { state: { kind: "catching-up", since: input.now, link }, effects: [] };
      return { state: { kind: "delayed", since: input.now, upTo: state.upTo, link }, effects: [] };
    }
    case "resume-failed": {
      const step = wait(state, failuresAfter(link, input), connectionLost, input);
      return { state: step.state, effects: ["hang-up"] };
    }
    case "message":
      return { state: { ...state, link: { ...link, lastMessageAt: input.now } }, effects: [] };
    case "delayed":
      return { state: { ...state, upTo: event.upTo }, effects: [] };
    case "goaway":
      return { state: { ...state, link: leavingAt(link, event, input) }, effects: [] };
    case "timer": {
      if (isDue(link.leaveAt, input)) return move(state, input);
      if (input.now < state.deadline) return stay(state);
      const step = wait(state, failuresAfter(link, input), serverSilent, input);
      return { state: step.state, effects: ["hang-up"] };
    }
    case "offline":
      return { state: { kind: "offline", since: input.now }, effects: ["hang-up"] };
    case "user-changed":
      return changeUser(state, input);
    case "closed":
      return afterClose(state, failuresAfter(link, input), event, input);
    default:
      return stay(state);
  }
}

function whileLinked(
  state: In<"catching-up" | "connected" | "delayed">,
  event: ConnectionEvent,
  input: TransitionInput,
): Step {
  const { link } = state;
  switch (event.type) {
    case "message":
      return { state: { ...state, link: { ...link, lastMessageAt: input.now, deadAt: undefined } }, effects: [] };
    case "caught-up":
      if (state.kind !== "catching-up") return stay(state);
      return { state: { kind: "connected", since: input.now, link }, effects: [] };
    case "bookmark":
      // The server has sent the delayed signals; their rows are not read yet.
      if (state.kind !== "delayed") return stay(state);
      return { state: { kind: "catching-up", since: input.now, link }, effects: [] };
    case "reset":
      // A server that is behind stays delayed until its BOOKMARK.
      if (state.kind !== "connected") return stay(state);
      return { state: { kind: "catching-up", since: input.now, link }, effects: [] };
    case "delayed": {
      const since = state.kind === "delayed" ? state.since : input.now;
      return { state: { kind: "delayed", since, upTo: event.upTo, link }, effects: [] };
    }
    case "goaway":
      return { state: { ...state, link: leavingAt(link, event, input) }, effects: [] };
    case "timer":
      return onLinkTimer(state, input);
    case "online":
    case "visible":
      return ask(state, returnPongMs, input);
    case "request-timed-out":
      // Socket and API share the network, and without a PING now a dead socket would show rows as current until the next one
      // is due. If a message arrived after the request was sent, the server is only slow.
      if (link.lastMessageAt >= event.sentAt || isDue(link.deadAt, { ...input, now: input.now + minPongMs }))
        return stay(state);
      return ask(state, minPongMs, input);
    case "offline":
      return { state: { kind: "offline", since: input.now }, effects: ["hang-up"] };
    case "user-changed":
      return changeUser(state, input);
    case "closed":
      return afterClose(state, failuresAfter(link, input), event, input);
    default:
      return stay(state);
  }
}

/** Sends a PING to check the link. The shorter timeout of this and an earlier PING applies. */
function ask(state: In<"catching-up" | "connected" | "delayed">, pongMs: number, input: TransitionInput): Step {
  const { link } = state;
  const deadAt = Math.min(link.deadAt ?? Number.POSITIVE_INFINITY, input.now + pongMs);
  return { state: { ...state, link: { ...link, deadAt } }, effects: ["ping"] };
}

function onLinkTimer(state: In<"catching-up" | "connected" | "delayed">, input: TransitionInput): Step {
  const { link } = state;
  if (isDue(link.leaveAt, input)) return move(state, input);
  if (link.deadAt !== undefined) {
    if (!isDue(link.deadAt, input)) return stay(state);
    const step = wait(state, failuresAfter(link, input), serverSilent, input);
    return { state: step.state, effects: ["hang-up"] };
  }
  const { quietMs, pongMs } = livenessTimeouts(link.pingIntervalMs);
  if (input.now < link.lastMessageAt + quietMs) return stay(state);
  // Measured from now, not from the last message: timers of a sleeping tab fire late, and the server needs time to answer.
  return { state: { ...state, link: { ...link, deadAt: input.now + pongMs } }, effects: ["ping"] };
}

function afterClose(
  state: ConnectionState,
  failures: number,
  event: Extract<ConnectionEvent, { type: "closed" }>,
  input: TransitionInput,
): Step {
  // Another socket has resumed the session, or the server could not read RESUME. With the same session the next socket would
  // be closed for the same reason.
  const forget = event.code === closeCodes.replaced.code || event.code === closeCodes.badMessage.code;
  if (forget) return { state: wait(state, failures, connectionLost, input).state, effects: ["forget"] };
  switch (reconnectAfter(event.code)) {
    case "after a new token":
      return retryWithToken(state, failures, event, sessionEnded, input);
    case "never":
      return { state: { kind: "refused", since: input.now, reason: closeReason(event.code) }, effects: [] };
    case "at once":
      // Failures before a gateway shut down must not delay the reconnect to the next one during a rolling deployment.
      if (event.code === 1012 && "link" in state) failures = Math.min(failures, 1);
      // Only after a stable link: a server that always answers "at once" must not cause a busy loop.
      return failures === 0 ? dial(state, 0, input) : wait(state, failures, connectionLost, input);
    case "with backoff":
      return wait(state, failures, connectionLost, input);
  }
}

function afterProbe(
  state: ConnectionState,
  failures: number,
  event: { readonly result: ProbeResult; readonly tokenChanged: boolean },
  input: TransitionInput,
): Step {
  const { result } = event;
  switch (result.kind) {
    case "disabled":
      return { state: disabled(state, result.reason, input), effects: [] };
    case "unauthenticated":
      return retryWithToken(state, failures, event, result.reason, input);
    case "forbidden":
      return { state: { kind: "refused", since: input.now, reason: result.reason }, effects: [] };
    case "reachable":
      // From "disabled" the switch is off again; after a failed dial the fault was temporary, and a delay follows.
      return state.kind === "disabled" ? dial(state, 0, input) : wait(state, failures, connectionLost, input);
    case "unavailable":
      return wait(state, failures, result.reason, input);
  }
}

function stop(state: ConnectionState, input: TransitionInput): Step {
  if (state.kind === "disconnected") return stay(state);
  return { state: { kind: "disconnected", since: input.now }, effects: [hasSocket(state) ? "end-session" : "forget"] };
}

/** The session of a user who signed out must not be resumed. */
function signedOut(state: ConnectionState, input: TransitionInput): Step {
  if (state.kind === "disconnected" || state.kind === "needs-auth") return stay(state);
  const after: ConnectionState = { kind: "needs-auth", since: input.now, reason: "No user is signed in." };
  return { state: after, effects: [hasSocket(state) ? "end-session" : "forget"] };
}

/**
 * The user leaves the page and its session will not be resumed, or the browser freezes the page and it may continue soon.
 * Either way it must not keep what other tabs need: the socket and the leadership.
 */
function away(state: ConnectionState, why: "leave" | "freeze", input: TransitionInput): Step {
  if (["disconnected", "needs-auth", "refused", "away"].includes(state.kind)) return stay(state);
  const after: ConnectionState = { kind: "away", since: input.now };
  if (why === "leave") return { state: after, effects: [hasSocket(state) ? "end-session" : "forget"] };
  return { state: after, effects: hasSocket(state) ? ["hang-up"] : [] };
}

function changeUser(state: ConnectionState, input: TransitionInput): Step {
  return { state: dial(state, 0, input).state, effects: ["end-session", "dial"] };
}

/** The server asked to reconnect elsewhere: immediately, unless the link is so young that this would become a loop. */
function move(state: In<"resuming" | "catching-up" | "connected" | "delayed">, input: TransitionInput): Step {
  const failures = Math.min(failuresAfter(state.link, input), 1); // as after "at once"
  const step = failures === 0 ? dial(state, 0, input) : wait(state, failures, connectionLost, input);
  return { state: step.state, effects: ["hang-up", ...step.effects] };
}

function hasSocket(state: ConnectionState): boolean {
  return state.kind === "dialing" || state.kind === "resuming" || linkOf(state) !== undefined;
}

function stay(state: ConnectionState): Step {
  return { state, effects: [] };
}

function dial(state: ConnectionState, failures: number, input: TransitionInput): Step {
  const deadline = input.now + timeoutAfter(failures, welcomeTimeoutMs);
  const since = connectingSince(state, input);
  return { state: { kind: "dialing", since, failures, deadline, resuming: false }, effects: ["dial"] };
}

function wait(state: ConnectionState, failures: number, reason: string, input: TransitionInput): Step {
  const retryAt = input.now + retryDelay(Math.max(0, failures - 1), input.random);
  return { state: { kind: "waiting", since: connectingSince(state, input), failures, retryAt, reason }, effects: [] };
}

function probing(state: In<"dialing">, input: TransitionInput): ConnectionState {
  const deadline = input.now + timeoutAfter(state.failures, probeTimeoutMs);
  return { kind: "probing", since: state.since, failures: state.failures, deadline };
}

function disabled(state: ConnectionState, reason: string, input: TransitionInput): ConnectionState {
  const since = state.kind === "disabled" ? state.since : input.now;
  // Half fixed, half random, so that not all clients reconnect in the same second after sync is switched on.
  const retryAt = input.now + Math.floor(disabledRecheckMs * (0.5 + input.random / 2));
  return { kind: "disabled", since, retryAt, probing: false, reason };
}

/** A token that was renewed since is tried immediately, but only once: with more bad tokens each attempt is delayed. */
function retryWithToken(
  state: ConnectionState,
  failures: number,
  event: { readonly tokenChanged: boolean },
  reason: string,
  input: TransitionInput,
): Step {
  if (!event.tokenChanged) return needToken(reason, input);
  return failures <= 1 ? dial(state, failures, input) : wait(state, failures, reason, input);
}

function needToken(reason: string, input: TransitionInput): Step {
  return { state: { kind: "needs-auth", since: input.now, reason }, effects: ["ask-for-token"] };
}

function newLink(failures: number, event: { pingIntervalMs: number }, input: TransitionInput): Link {
  const { now } = input;
  const { pingIntervalMs } = event;
  return { failures, welcomedAt: now, pingIntervalMs, lastMessageAt: now, deadAt: undefined, leaveAt: undefined };
}

function leavingAt(link: Link, event: { afterMs: number }, input: TransitionInput): Link {
  // The sooner of two requests counts: the server closes the socket by force some time after the first.
  const leaveAt = Math.min(link.leaveAt ?? Number.POSITIVE_INFINITY, input.now + event.afterMs);
  return { ...link, leaveAt };
}

function isDue(time: number | undefined, input: TransitionInput): boolean {
  return time !== undefined && time <= input.now;
}

function isNewToken(event: ConnectionEvent): boolean {
  return event.type === "token-changed" || event.type === "user-changed";
}

function failuresAfter(link: Link, input: TransitionInput): number {
  return input.now - link.welcomedAt >= stableAfterMs ? 0 : link.failures + 1;
}

/** Dialing, resuming, probing and waiting are one period of "connecting" in the status. */
function connectingSince(state: ConnectionState, input: TransitionInput): number {
  const { kind, since } = state;
  return kind === "dialing" || kind === "resuming" || kind === "probing" || kind === "waiting" ? since : input.now;
}
