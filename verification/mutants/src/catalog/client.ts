import type { Mutant } from "../mutant.ts";

const client = "packages/client/src";
const simulation = { simulation: true } as const;

/** The client: its connection, subscriptions, needs and store. */
export const clientMutants: readonly Mutant[] = [
  {
    name: "older-row-stored",
    rule: "G3",
    breaks: "no older version replaces a newer one on the device",
    patches: [
      {
        file: `${client}/store/merge.ts`,
        find: "if (row.ver < held.ver && row.replacesVersion !== held.ver) return held;",
        replace: "",
      },
    ],
    caughtBy: simulation,
  },
  {
    name: "lost-history-kept",
    rule: "RES-10",
    breaks: "after a failover that lost commits a device goes back to what the server has",
    patches: [
      {
        file: `${client}/store/merge.ts`,
        find: "if (row.ver < held.ver && row.replacesVersion !== held.ver) return held;",
        replace: "if (row.ver < held.ver) return held;",
      },
    ],
    caughtBy: simulation,
  },
  {
    name: "gone-row-stays-gone",
    rule: "G1",
    breaks: "a row that is held as gone is fetched on any signal",
    patches: [
      {
        file: `${client}/refetch/refetcher.ts`,
        find: "!need.force && !row.gone && row.ver >= need.version",
        replace: "!need.force && row.ver >= need.version",
      },
    ],
    caughtBy: simulation,
  },
  {
    name: "early-gone-believed",
    rule: "G1",
    breaks: "an answer speaks only for needs that were raised before its request was sent",
    patches: [
      { file: `${client}/refetch/need-map.ts`, find: 'if (!requiredBefore) return "required since";', replace: "" },
    ],
    caughtBy: { test: `${client}/refetch/need-map.test.ts` },
  },
  {
    name: "answers-of-a-lost-history",
    rule: "G3",
    breaks: "an answer to a request from before RESET is not written",
    patches: [
      {
        file: `${client}/refetch/need-map.ts`,
        find: "Math.max(this.#resetAt, this.#removed.get(key) ?? 0) <= ticket.stamp",
        replace: "Math.max(this.#resetAt * 0, this.#removed.get(key) ?? 0) <= ticket.stamp",
      },
    ],
    caughtBy: { test: `${client}/refetch/need-map.test.ts` },
  },
  {
    name: "need-lowered",
    rule: "G1",
    breaks: "a lower version that is signalled later does not lower the need",
    patches: [
      {
        file: `${client}/refetch/need-map.ts`,
        find: "version: Math.max(held?.version ?? 0, version),",
        replace: "version,",
      },
    ],
    caughtBy: { test: `${client}/refetch/need-map.test.ts` },
  },
  {
    name: "removed-row-comes-back",
    rule: "G1",
    breaks: "an answer that was on its way when a row was taken away does not bring it back",
    patches: [
      {
        file: `${client}/refetch/need-map.ts`,
        find: "this.#removed.get(key) ?? 0) <= ticket.stamp",
        replace: "(this.#removed.get(key) ?? 0) * 0) <= ticket.stamp",
      },
    ],
    caughtBy: { test: `${client}/refetch/need-map.test.ts` },
  },
  {
    name: "held-rows-never-compared",
    rule: "SUB-8",
    breaks: "rows that no view shows, and that went while there was no connection, leave the device",
    patches: [{ file: `${client}/core/session-events.ts`, find: "heldVersions.restart(limits);", replace: "" }],
    caughtBy: { test: `${client}/core/client-held-rows.test.ts` },
  },
  {
    name: "held-rows-compared-at-every-resume",
    rule: "G6",
    breaks: "what is left on the device is compared once for a session, not again with every RESUME",
    patches: [
      {
        file: `${client}/core/session-events.ts`,
        find: "heldVersions.resumed(limits);",
        replace: "heldVersions.restart(limits);",
      },
    ],
    caughtBy: { test: `${client}/core/client-held-rows.test.ts` },
  },
  {
    name: "asked-taken-for-held",
    rule: "G1",
    breaks: "a SUBSCRIBE that was not answered before the socket broke is sent again",
    patches: [
      {
        file: `${client}/subscriptions/subscriber.ts`,
        find: '      if (subscription.phase === "asked") subscription.phase = "wanted";\n      if (subscription.phase === "held") held += 1;',
        replace: '      if (subscription.phase === "held") held += 1;',
      },
    ],
    caughtBy: simulation,
  },
  {
    name: "reset-ignored",
    rule: "RES-10",
    breaks: "RESET makes the client subscribe to everything again",
    patches: [
      {
        file: `${client}/connection/connection.ts`,
        find: "else this.#ports.onReset();",
        replace: "else void 0;",
      },
    ],
    caughtBy: simulation,
  },
  {
    name: "bookmark-of-the-new-socket",
    rule: "BMK-5",
    breaks: "what arrives before RESUME is answered does not belong to the session",
    patches: [
      {
        file: `${client}/connection/session-keeper.ts`,
        find: "if (this.#session && !this.#resuming) this.#session = { ...this.#session, cursor };",
        replace: "if (this.#session) this.#session = { ...this.#session, cursor };",
      },
    ],
    caughtBy: { test: `${client}/core/client-resume.test.ts` },
  },
  {
    name: "dead-link-trusted",
    rule: "G2",
    breaks: "a link on which nothing comes is given up",
    patches: [
      {
        file: `${client}/connection/transition.ts`,
        find: 'return { state: { ...state, link: { ...link, deadAt: input.now + pongMs } }, effects: ["ping"] };',
        replace: 'return { state: { ...state, link: { ...link, lastMessageAt: input.now } }, effects: ["ping"] };',
      },
    ],
    caughtBy: { test: `${client}/connection/transition.test.ts` },
  },
  {
    name: "session-kept-after-4409",
    rule: "RES-7",
    breaks: "a connection that another socket took over is not resumed",
    patches: [
      {
        file: `${client}/connection/transition.ts`,
        find: 'if (forget) return { state: wait(state, failures, connectionLost, input).state, effects: ["forget"] };',
        replace: "if (forget) return { state: wait(state, failures, connectionLost, input).state, effects: [] };",
      },
    ],
    caughtBy: { test: `${client}/connection/transition-table.test.ts` },
  },
  {
    name: "clock-set-back",
    rule: "G2",
    breaks: "a device whose clock is set back keeps its connection and its lists alive",
    patches: [
      {
        file: `${client}/platform/steady-clock.ts`,
        find: "if (setBackMs > toleranceMs) aheadMs += setBackMs;",
        replace: "",
      },
    ],
    caughtBy: { test: `${client}/platform/steady-clock.test.ts` },
  },
  {
    name: "writes-wait-for-dead-links",
    rule: "G6",
    breaks: "a write on a connection that died silently is sent again within seconds",
    patches: [
      {
        file: `${client}/outbox/outbox.ts`,
        find: "const writeApi = withAdaptiveTimeout(api, new AdaptiveTimeout(clock, ports.suspectNetwork));",
        replace: "const writeApi = api;\n    void [withAdaptiveTimeout, AdaptiveTimeout];",
      },
    ],
    caughtBy: { test: `${client}/outbox/outbox.test.ts` },
  },
  {
    name: "unanswered-requests-say-nothing",
    rule: "G2",
    breaks: "a request that nobody answers makes the socket prove that somebody is there",
    patches: [
      {
        file: `${client}/core/client.ts`,
        find: "new SuspectNetwork((sentAt) => this.#connection.requestTimedOut(sentAt))",
        replace: "new SuspectNetwork(() => undefined)",
      },
    ],
    caughtBy: { test: `${client}/core/client-resume.test.ts` },
  },
  {
    name: "lists-miss-what-came-back",
    rule: "G1",
    breaks: "a row that leaves a list and comes back during a fetch is in the list",
    patches: [
      {
        file: `${client}/lists/live-list.ts`,
        find: "!ids.has(id) && this.#invalidatedDuringFetch.has(id)",
        replace: "!ids.has(id) && !this.#ids.includes(id)",
      },
    ],
    caughtBy: { test: `${client}/lists/live-list.test.ts` },
  },
  {
    name: "dead-links-trusted",
    rule: "G6",
    breaks: "what a socket that died without a word made stale is asked for again quickly on the next one",
    patches: [
      {
        file: `${client}/core/client.ts`,
        find: "onReconnectedAfterSilence: (welcomeMs) => suspectNetwork.begin(welcomeMs),",
        replace: "onReconnectedAfterSilence: () => undefined,",
      },
    ],
    caughtBy: { test: `${client}/core/client-resume.test.ts` },
  },
  {
    name: "lists-of-before-believed",
    rule: "G1",
    breaks: "a container that is subscribed makes every earlier list of it stale",
    patches: [
      {
        file: `${client}/core/client.ts`,
        find: "onContainersSubscribed: (entityCode, containers) => this.#lists.subscribed(entityCode, containers),",
        replace: "onContainersSubscribed: () => undefined,",
      },
    ],
    caughtBy: { simulation: true },
  },
];
