import { expect, test } from "vitest";
import { events, link, now, since, states } from "../testing/connection-examples.ts";
import type { ConnectionState, Effect } from "./state.ts";
import { transition } from "./transition.ts";

/**
 * States that differ from the example of their kind in a field on which a transition depends. The transition table has one
 * example of each kind. For each variant, `differences` lists the events whose outcome differs from that of the example.
 */
const variants = {
  "dialing with RESUME sent": { ...states.dialing, resuming: true },
  "dialing, not yet due": { ...states.dialing, deadline: now + 1 },
  "probing, not yet due": { ...states.probing, deadline: now + 1 },
  "waiting, not yet due": { ...states.waiting, retryAt: now + 1 },
  "disabled, no probe": { ...states.disabled, probing: false },
  "disabled, not yet due": { ...states.disabled, retryAt: now + 1 },
  "resuming, not yet due": { ...states.resuming, deadline: now + 1 },
  "resuming behind the server": { ...states.resuming, upTo: now - 10_000 },
  "connected, message a moment ago": { kind: "connected", since, link: { ...link, lastMessageAt: now } },
  "connected, PING unanswered": { kind: "connected", since, link: { ...link, deadAt: now } },
  "connected, PING in progress": { kind: "connected", since, link: { ...link, deadAt: now + 1 } },
  "connected, asked to leave now": { kind: "connected", since, link: { ...link, leaveAt: now } },
  "connected, young": { kind: "connected", since, link: { ...link, welcomedAt: now, failures: 3 } },
  "delayed, PING unanswered": { ...states.delayed, link: { ...link, deadAt: now } },
  "catching-up, asked to leave now": { ...states["catching-up"], link: { ...link, leaveAt: now } },
} satisfies Record<string, ConnectionState>;

type EventName = keyof typeof events;
type Differences = { readonly [Name in EventName]?: string };

const differences: { readonly [Variant in keyof typeof variants]: Differences } = {
  "dialing with RESUME sent": { welcome: "resuming" },
  "dialing, not yet due": { timer: "same" },
  "probing, not yet due": { timer: "same" },
  "waiting, not yet due": { timer: "same" },
  "disabled, no probe": {
    "probed reachable": "same",
    "probed disabled": "same",
    "probed unauthenticated": "same",
    "probed forbidden": "same",
    "probed unavailable": "same",
    online: "disabled probe",
    visible: "disabled probe",
    timer: "disabled probe",
  },
  "disabled, not yet due": { timer: "same" },
  "resuming, not yet due": { timer: "same" },
  "resuming behind the server": { resumed: "delayed", reset: "delayed" },
  "connected, message a moment ago": { "request timed out": "same", timer: "same" },
  "connected, PING unanswered": { "request timed out": "same", timer: "waiting hang-up" },
  "connected, PING in progress": { "request timed out": "same", timer: "same" },
  "connected, asked to leave now": { timer: "dialing hang-up dial" },
  "connected, young": { "closed 1012": "waiting", "closed 4401, other token": "waiting" },
  "delayed, PING unanswered": { "request timed out": "same", timer: "waiting hang-up" },
  "catching-up, asked to leave now": { timer: "dialing hang-up dial" },
};

function outcome(state: ConnectionState, name: EventName): string {
  const step = transition(state, events[name], { now, random: 0.5 });
  if (step.state === state && step.effects.length === 0) return "same";
  return [step.state.kind, ...(step.effects satisfies readonly Effect[])].join(" ");
}

test.for(Object.keys(variants) as (keyof typeof variants)[])(
  "%s: only the listed events have another outcome",
  (variant) => {
    const state: ConnectionState = variants[variant];
    const found: Record<string, string> = {};
    for (const name of Object.keys(events) as EventName[]) {
      const here = outcome(state, name);
      if (here !== outcome(states[state.kind], name)) found[name] = here;
    }
    expect(found).toEqual(differences[variant]);
  },
);
