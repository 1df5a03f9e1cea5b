import { expect, test } from "vitest";
import type { ConnectionEvent, ConnectionState, Effect, Link } from "./state.ts";
import { deadlineOf } from "./state.ts";
import { disabledRecheckMs, stableAfterMs, transition, wakePongMs } from "./transition.ts";

const now = 1_000_000;
const since = now - 60_000;
const link: Link = {
  failures: 0,
  welcomedAt: since,
  pingIntervalMs: 30_000,
  lastMessageAt: now - 30_000,
  deadAt: undefined,
};

/** One example of each state; its deadline, if it has one, is now. */
const states: { readonly [Kind in ConnectionState["kind"]]: Extract<ConnectionState, { kind: Kind }> } = {
  disconnected: { kind: "disconnected", since },
  dialing: { kind: "dialing", since, failures: 1, deadline: now },
  probing: { kind: "probing", since, failures: 1, deadline: now },
  waiting: { kind: "waiting", since, failures: 1, retryAt: now, reason: "r" },
  "catching-up": { kind: "catching-up", since, link },
  connected: { kind: "connected", since, link },
  "needs-auth": { kind: "needs-auth", since, reason: "r" },
  offline: { kind: "offline", since },
  disabled: { kind: "disabled", since, retryAt: now, asking: true, reason: "r" },
  refused: { kind: "refused", since, reason: "r" },
};

/** Every event, with those variants that lead to different places. */
const events = {
  start: { type: "start" },
  stop: { type: "stop" },
  opened: { type: "opened" },
  welcome: { type: "welcome", pingIntervalMs: 30_000 },
  message: { type: "message" },
  "closed 1006": { type: "closed", code: 1006, tokenChanged: false },
  "closed 1012": { type: "closed", code: 1012, tokenChanged: false },
  "closed 4401": { type: "closed", code: 4401, tokenChanged: false },
  "closed 4401, other token": { type: "closed", code: 4401, tokenChanged: true },
  "closed 4403": { type: "closed", code: 4403, tokenChanged: false },
  "probed reachable": { type: "probed", result: { kind: "reachable" }, tokenChanged: false },
  "probed disabled": { type: "probed", result: { kind: "disabled", reason: "d" }, tokenChanged: false },
  "probed unauthenticated": { type: "probed", result: { kind: "unauthenticated", reason: "u" }, tokenChanged: false },
  "probed forbidden": { type: "probed", result: { kind: "forbidden", reason: "f" }, tokenChanged: false },
  "probed unavailable": { type: "probed", result: { kind: "unavailable", reason: "n" }, tokenChanged: false },
  online: { type: "online" },
  offline: { type: "offline" },
  visible: { type: "visible" },
  timer: { type: "timer" },
  "token changed": { type: "token-changed", otherPerson: false },
  "other person": { type: "token-changed", otherPerson: true },
  "signed out": { type: "token-removed" },
  "caught up": { type: "caught-up" },
} satisfies Record<string, ConnectionEvent>;

type Cell = "same" | `${ConnectionState["kind"]}` | `${ConnectionState["kind"]} ${string}`;
type Row = { readonly [Name in keyof typeof events]: Cell };

const ignored = {
  opened: "same",
  welcome: "same",
  message: "same",
  "closed 1006": "same",
  "closed 1012": "same",
  "closed 4401": "same",
  "closed 4401, other token": "same",
  "closed 4403": "same",
  "probed reachable": "same",
  "probed disabled": "same",
  "probed unauthenticated": "same",
  "probed forbidden": "same",
  "probed unavailable": "same",
  timer: "same",
  "caught up": "same",
} as const;

/** The whole machine: next state and effects. Not partial, so a new state or event does not compile until it is stated. */
const table: { readonly [Kind in ConnectionState["kind"]]: Row } = {
  disconnected: {
    ...ignored,
    start: "dialing dial",
    stop: "same",
    online: "same",
    offline: "same",
    visible: "same",
    "token changed": "same",
    "other person": "same",
    "signed out": "same",
  },
  refused: {
    ...ignored,
    start: "dialing dial",
    stop: "disconnected",
    online: "dialing dial",
    offline: "same",
    visible: "dialing dial",
    "token changed": "dialing dial",
    "other person": "dialing dial",
    "signed out": "needs-auth",
  },
  "needs-auth": {
    ...ignored,
    start: "same",
    stop: "disconnected",
    online: "same",
    offline: "same",
    visible: "same",
    "token changed": "dialing dial",
    "other person": "dialing dial",
    "signed out": "same",
  },
  offline: {
    ...ignored,
    start: "same",
    stop: "disconnected",
    online: "dialing dial",
    offline: "same",
    visible: "same",
    "token changed": "same",
    "other person": "same",
    "signed out": "needs-auth",
  },
  dialing: {
    ...ignored,
    start: "same",
    stop: "disconnected hang-up",
    welcome: "catching-up",
    "closed 1006": "probing probe",
    "closed 1012": "waiting",
    "closed 4401": "needs-auth ask-for-token",
    "closed 4401, other token": "waiting",
    "closed 4403": "refused",
    online: "same",
    offline: "offline hang-up",
    visible: "same",
    timer: "probing hang-up probe",
    "token changed": "same",
    "other person": "dialing dial",
    "signed out": "needs-auth hang-up",
  },
  probing: {
    ...ignored,
    start: "same",
    stop: "disconnected",
    "probed reachable": "waiting",
    "probed disabled": "disabled",
    "probed unauthenticated": "needs-auth ask-for-token",
    "probed forbidden": "refused",
    "probed unavailable": "waiting",
    online: "same",
    offline: "offline",
    visible: "same",
    timer: "waiting",
    "token changed": "same",
    "other person": "same",
    "signed out": "needs-auth",
  },
  waiting: {
    ...ignored,
    start: "same",
    stop: "disconnected",
    online: "dialing dial",
    offline: "offline",
    visible: "dialing dial",
    timer: "dialing dial",
    "token changed": "dialing dial",
    "other person": "dialing dial",
    "signed out": "needs-auth",
  },
  "catching-up": {
    ...ignored,
    start: "same",
    stop: "disconnected hang-up",
    message: "catching-up",
    "closed 1006": "waiting",
    "closed 1012": "dialing dial",
    "closed 4401": "needs-auth ask-for-token",
    "closed 4401, other token": "dialing dial",
    "closed 4403": "refused",
    online: "catching-up ping",
    offline: "offline hang-up",
    visible: "catching-up ping",
    timer: "catching-up ping",
    "token changed": "same",
    "other person": "dialing dial",
    "signed out": "needs-auth hang-up",
    "caught up": "connected",
  },
  connected: {
    ...ignored,
    start: "same",
    stop: "disconnected hang-up",
    message: "connected",
    "closed 1006": "waiting",
    "closed 1012": "dialing dial",
    "closed 4401": "needs-auth ask-for-token",
    "closed 4401, other token": "dialing dial",
    "closed 4403": "refused",
    online: "connected ping",
    offline: "offline hang-up",
    visible: "connected ping",
    timer: "connected ping",
    "token changed": "same",
    "other person": "dialing dial",
    "signed out": "needs-auth hang-up",
  },
  disabled: {
    ...ignored,
    start: "same",
    stop: "disconnected",
    "probed reachable": "dialing dial",
    "probed disabled": "disabled",
    "probed unauthenticated": "needs-auth ask-for-token",
    "probed forbidden": "refused",
    "probed unavailable": "waiting",
    online: "same",
    offline: "offline",
    visible: "same",
    timer: "disabled",
    "token changed": "same",
    "other person": "same",
    "signed out": "needs-auth",
  },
};

const input = { now, random: 0.5 };

for (const kind of Object.keys(states) as ConnectionState["kind"][]) {
  test(`${kind}: every event leads where the table says`, () => {
    for (const name of Object.keys(events) as (keyof typeof events)[]) {
      const state = states[kind];
      const step = transition(state, events[name], input);
      const cell = step.state === state && step.effects.length === 0 ? "same" : describe(step.state, step.effects);
      expect(cell, `${kind} x ${name}`).toBe(table[kind][name]);
    }
  });
}

function describe(state: ConnectionState, effects: readonly Effect[]): string {
  return [state.kind, ...effects].join(" ");
}

test("a timer that fires too early changes nothing", () => {
  for (const state of Object.values(states)) {
    const deadline = deadlineOf(state);
    if (deadline === undefined) continue;
    expect(transition(state, { type: "timer" }, { now: deadline - 1, random: 0 }).state).toBe(state);
  }
});

test("pauses double with each failure, under full jitter and a cap", () => {
  const pauses: number[] = [];
  let state: ConnectionState = { kind: "dialing", since, failures: 0, deadline: now };
  for (let round = 0; round < 10; round += 1) {
    state = transition(state, { type: "closed", code: 1013, tokenChanged: false }, { now, random: 0.999 }).state;
    state = transition(state, events["probed unavailable"], { now, random: 0.999 }).state;
    if (state.kind !== "waiting") throw new Error(`not waiting but ${state.kind}`);
    pauses.push(state.retryAt - now);
    state = transition(state, { type: "timer" }, { now: state.retryAt, random: 0 }).state;
  }
  expect(pauses).toEqual([499, 999, 1998, 3996, 7992, 15984, 29970, 29970, 29970, 29970]);
});

test("a link that was good is replaced at once after a restart, one that keeps dying is not", () => {
  const young = { ...link, welcomedAt: now - stableAfterMs + 1 };
  const closed = events["closed 1012"];
  expect(transition({ kind: "connected", since, link }, closed, input).state).toMatchObject({
    kind: "dialing",
    failures: 0,
  });
  expect(transition({ kind: "connected", since, link: young }, closed, input).state).toMatchObject({
    kind: "waiting",
    failures: 1,
  });
});

test("in a roll the failures before a young link do not lengthen the wait for the next pod", () => {
  const young = { ...link, failures: 6, welcomedAt: now - 1 };
  const restarted = transition({ kind: "connected", since, link: young }, events["closed 1012"], input).state;
  expect(restarted).toMatchObject({ kind: "waiting", failures: 1 });
  const broken = transition({ kind: "connected", since, link: young }, events["closed 1006"], input).state;
  expect(broken).toMatchObject({ kind: "waiting", failures: 7 });
  // Refused before any WELCOME: no pod was healthy, so the pauses keep growing.
  const dialing: ConnectionState = { kind: "dialing", since, failures: 6, deadline: now };
  expect(transition(dialing, events["closed 1012"], input).state).toMatchObject({ failures: 7 });
});

test("silence: a ping after one interval, the end after two", () => {
  const state: ConnectionState = { kind: "connected", since, link };
  const pinged = transition(state, { type: "timer" }, input);
  expect(pinged.effects).toEqual(["ping"]);
  expect(deadlineOf(pinged.state)).toBe(now + link.pingIntervalMs);
  const answered = transition(pinged.state, { type: "message" }, { now: now + 5, random: 0 });
  expect(deadlineOf(answered.state)).toBe(now + 5 + link.pingIntervalMs);
  const dead = transition(pinged.state, { type: "timer" }, { now: now + link.pingIntervalMs, random: 0 });
  expect(dead).toMatchObject({ state: { kind: "waiting" }, effects: ["hang-up"] });
});

test("waking up shortens the patience with a link, and never lengthens it", () => {
  const state: ConnectionState = { kind: "connected", since, link };
  const woken = transition(state, { type: "visible" }, input).state;
  expect(deadlineOf(woken)).toBe(now + wakePongMs);
  const again = transition(woken, { type: "visible" }, { now: now + 1_000, random: 0 }).state;
  expect(deadlineOf(again)).toBe(now + wakePongMs);
});

test("the kill switch is asked about again, spread over half the interval", () => {
  const asked = transition(states.probing, events["probed disabled"], { now, random: 0 }).state;
  expect(deadlineOf(asked)).toBe(now + disabledRecheckMs / 2);
  const asking = transition(asked, { type: "visible" }, { now: now + 1, random: 0 });
  expect(asking.effects).toEqual(["probe"]);
  expect(asking.state).toMatchObject({ kind: "disabled", since: now, asking: true });
});

test("dialing, probing and waiting are one spell of connecting", () => {
  const probing = transition(states.dialing, events["closed 1006"], input).state;
  const waiting = transition(probing, events["probed unavailable"], input).state;
  const dialing = transition(waiting, events.online, input).state;
  expect([probing.since, waiting.since, dialing.since]).toEqual([since, since, since]);
});
