import { expect, test } from "vitest";
import { events, link, now, since, states } from "../testing/connection-examples.ts";
import { livenessTimeouts, minPongMs, probeTimeoutMs, welcomeTimeoutMs } from "./liveness-timeouts.ts";
import { type ConnectionState, deadlineOf } from "./state.ts";
import { disabledRecheckMs, returnPongMs, stableAfterMs, transition } from "./transition.ts";

const input = { now, random: 0.5 };

test("a timer that fires too early changes nothing", () => {
  for (const state of Object.values(states)) {
    const deadline = deadlineOf(state);
    if (deadline === undefined) continue;
    expect(transition(state, { type: "timer" }, { now: deadline - 1, random: 0 }).state).toBe(state);
  }
});

test("delays double with each failure, with full jitter and a lower limit in the first 20 attempts", () => {
  const pauses: number[] = [];
  let state: ConnectionState = { kind: "dialing", since, failures: 0, deadline: now, resuming: false };
  for (let round = 0; round < 22; round += 1) {
    state = transition(state, { type: "closed", code: 1013, tokenChanged: false }, { now, random: 0.999 }).state;
    state = transition(state, events["probed unavailable"], { now, random: 0.999 }).state;
    if (state.kind !== "waiting") throw new Error(`not waiting but ${state.kind}`);
    pauses.push(state.retryAt - now);
    state = transition(state, { type: "timer" }, { now: state.retryAt, random: 0 }).state;
  }
  expect(pauses).toEqual([499, 999, 1998, ...Array.from({ length: 17 }, () => 3996), 29970, 29970]);
});

test("[CLO-7] after a restart a stable link is replaced at once, a short-lived one after a delay", () => {
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

test("during a rolling deployment earlier failures do not lengthen the delay after a short-lived link", () => {
  const young = { ...link, failures: 6, welcomedAt: now - 1 };
  const restarted = transition({ kind: "connected", since, link: young }, events["closed 1012"], input).state;
  expect(restarted).toMatchObject({ kind: "waiting", failures: 1 });
  const broken = transition({ kind: "connected", since, link: young }, events["closed 1006"], input).state;
  expect(broken).toMatchObject({ kind: "waiting", failures: 7 });
  // Closed before WELCOME: no gateway was healthy, so the delays keep growing.
  const dialing: ConnectionState = { kind: "dialing", since, failures: 6, deadline: now, resuming: false };
  expect(transition(dialing, events["closed 1012"], input).state).toMatchObject({ failures: 7 });
});

test("earlier failures do not lengthen the delay after a GOAWAY on a short-lived link", () => {
  const young = { ...link, failures: 6, welcomedAt: now - 1, lastMessageAt: now, leaveAt: now };
  expect(transition({ kind: "connected", since, link: young }, events.timer, input).state).toMatchObject({
    kind: "waiting",
    failures: 1,
  });
});

test("[G2] a silent link gets a PING after half a ping interval and is dead a fifth of an interval later", () => {
  const state: ConnectionState = { kind: "connected", since, link };
  const pinged = transition(state, { type: "timer" }, input);
  expect(pinged.effects).toEqual(["ping"]);
  const { quietMs, pongMs } = livenessTimeouts(link.pingIntervalMs);
  expect(livenessTimeouts(25_000)).toEqual({ quietMs: 12_500, pongMs: 5_000 });
  expect(deadlineOf(pinged.state)).toBe(now + pongMs);
  const answered = transition(pinged.state, { type: "message" }, { now: now + 5, random: 0 });
  expect(deadlineOf(answered.state)).toBe(now + 5 + quietMs);
  const dead = transition(pinged.state, { type: "timer" }, { now: now + pongMs, random: 0 });
  expect(dead).toMatchObject({ state: { kind: "waiting" }, effects: ["hang-up"] });
});

test("a page that becomes visible shortens the PING timeout and never lengthens it", () => {
  const state: ConnectionState = { kind: "connected", since, link };
  const checked = transition(state, { type: "visible" }, input).state;
  expect(deadlineOf(checked)).toBe(now + returnPongMs);
  const again = transition(checked, { type: "visible" }, { now: now + 1_000, random: 0 }).state;
  expect(deadlineOf(again)).toBe(now + returnPongMs);
});

// Fails when a request that times out does not check the socket: a dead one would be trusted until its next PING is due.
test("[G2] a request that times out sends a PING with a short timeout", () => {
  const state: ConnectionState = { kind: "connected", since, link: { ...link, lastMessageAt: now - 2_500 } };
  const asked = transition(state, { type: "request-timed-out", sentAt: now - 2_499 }, input);
  expect(asked.effects).toEqual(["ping"]);
  expect(deadlineOf(asked.state)).toBe(now + minPongMs);
  const dead = transition(asked.state, { type: "timer" }, { now: now + minPongMs, random: 0 });
  expect(dead).toMatchObject({ state: { kind: "waiting" }, effects: ["hang-up"] });
  // Several requests time out together, and one PING is enough for them.
  expect(transition(asked.state, { type: "request-timed-out", sentAt: now - 1 }, input).state).toBe(asked.state);
  // A message arrived after the request was sent, so the server is only slow.
  expect(transition(state, { type: "request-timed-out", sentAt: now - 2_500 }, input).state).toBe(state);
});

test("while sync is switched off, probes are spread over half the interval", () => {
  const asked = transition(states.probing, events["probed disabled"], { now, random: 0 }).state;
  expect(deadlineOf(asked)).toBe(now + disabledRecheckMs / 2);
  const asking = transition(asked, { type: "visible" }, { now: now + 1, random: 0 });
  expect(asking.effects).toEqual(["probe"]);
  expect(asking.state).toMatchObject({ kind: "disabled", since: now, probing: true });
});

// Fails when every attempt gets the full timeout: one that starts on a dead network uses it up, although the next one would
// be answered.
test("the first timeouts of dial and probe are short and double after each failure", () => {
  const given: number[] = [];
  let state = transition({ kind: "disconnected", since }, { type: "start" }, input).state;
  for (let round = 0; round < 4; round += 1) {
    given.push((deadlineOf(state) ?? 0) - now);
    const probing = transition(state, { type: "timer" }, { now: deadlineOf(state) ?? 0, random: 0 }).state;
    given.push((deadlineOf(probing) ?? 0) - (deadlineOf(state) ?? 0));
    const waiting = transition(probing, { type: "timer" }, { now: deadlineOf(probing) ?? 0, random: 0 }).state;
    state = transition(waiting, { type: "online" }, input).state;
  }
  expect(given).toEqual([
    2_500,
    2_500,
    5_000,
    5_000,
    welcomeTimeoutMs,
    probeTimeoutMs,
    welcomeTimeoutMs,
    probeTimeoutMs,
  ]);
});

test("dialing, probing and waiting are one period of connecting", () => {
  const probing = transition(states.dialing, events["closed 1006"], input).state;
  const waiting = transition(probing, events["probed unavailable"], input).state;
  const dialing = transition(waiting, events.online, input).state;
  expect([probing.since, waiting.since, dialing.since]).toEqual([since, since, since]);
});

test("with a session to resume, the connection is established by the answer to RESUME, not by WELCOME", () => {
  const opened = transition(states.dialing, events["opened with a session"], input);
  const welcomed = transition(opened.state, events.welcome, input).state;
  expect(welcomed).toMatchObject({ kind: "resuming", since });
  const behind = transition(welcomed, events.delayed, input).state;
  expect(transition(behind, events.resumed, input).state).toMatchObject({ kind: "delayed", upTo: now - 10_000 });
});

test("after GOAWAY the client reconnects at the given time, whatever is due later", () => {
  for (const kind of ["resuming", "catching-up", "connected", "delayed"] as const) {
    const fresh = { ...link, lastMessageAt: now };
    const start: ConnectionState = {
      ...states[kind],
      ...(kind === "resuming" ? { deadline: now + 9_000 } : {}),
      link: fresh,
    };
    const asked = transition(start, events.goaway, input).state;
    expect(deadlineOf(asked)).toBe(now + 2_000);
    const again = transition(asked, { type: "goaway", afterMs: 60_000 }, input).state;
    expect(deadlineOf(again)).toBe(now + 2_000);
    expect(transition(again, events.timer, { now: now + 1_999, random: 0 }).state).toBe(again);
    const left = transition(again, events.timer, { now: now + 2_000, random: 0 });
    expect(left).toMatchObject({ state: { kind: "dialing", failures: 0 }, effects: ["hang-up", "dial"] });
  }
});

test("a server that sends GOAWAY to every new link is reconnected to with delays", () => {
  const young = { ...link, welcomedAt: now, lastMessageAt: now };
  const asked = transition({ kind: "connected", since, link: young }, { type: "goaway", afterMs: 0 }, input).state;
  expect(transition(asked, events.timer, input)).toMatchObject({ state: { kind: "waiting" }, effects: ["hang-up"] });
});
