import type { Mutant } from "../mutant.ts";

const client = "packages/client/src";
const simulation = { simulation: true } as const;

/** Mutants of the client: connection, subscriptions, refetch and store. */
export const clientMutants: readonly Mutant[] = [
  {
    name: "older-row-stored",
    rule: "G3",
    breaks: "an older version never replaces a newer one in the store",
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
    name: "versions-lost-in-failover-kept",
    rule: "RES-10",
    breaks: "after a failover that lost commits, clients return to the versions that the server has",
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
    name: "gone-row-not-refetched",
    rule: "G1",
    breaks: "a row stored as gone is refetched on any notification",
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
    name: "outdated-gone-accepted",
    rule: "G1",
    breaks: "a response satisfies only versions that were required before its request was sent",
    patches: [
      { file: `${client}/refetch/need-map.ts`, find: 'if (!requiredBefore) return "required since";', replace: "" },
    ],
    caughtBy: { test: `${client}/refetch/need-map.test.ts` },
  },
  {
    name: "response-from-before-reset-stored",
    rule: "G3",
    breaks: "a response to a request from before RESET is not stored",
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
    name: "required-version-lowered",
    rule: "G1",
    breaks: "a later notification of a lower version does not lower the required version",
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
    name: "late-response-restores-removed-row",
    rule: "G1",
    breaks: "a response that was in flight when a row was removed does not restore the row",
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
    name: "held-versions-never-reconciled",
    rule: "SUB-8",
    breaks: "stored rows that no view shows are removed if they became unreadable while the client was disconnected",
    patches: [{ file: `${client}/core/session-events.ts`, find: "heldVersions.restart(limits);", replace: "" }],
    caughtBy: { test: `${client}/core/client-held-versions.test.ts` },
  },
  {
    name: "held-versions-reconciled-at-every-resume",
    rule: "G6",
    breaks: "stored rows that no view shows are compared once per session, not at every RESUME",
    patches: [
      {
        file: `${client}/core/session-events.ts`,
        find: "heldVersions.resumed(limits);",
        replace: "heldVersions.restart(limits);",
      },
    ],
    caughtBy: { test: `${client}/core/client-held-versions.test.ts` },
  },
  {
    name: "unanswered-subscribe-not-resent",
    rule: "G1",
    breaks: "a SUBSCRIBE that was not answered before the socket closed is sent again",
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
    breaks: "after RESET the client subscribes to everything again",
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
    name: "bookmark-before-resumed-stored",
    rule: "BMK-5",
    breaks: "a cursor that arrives before RESUME is answered is not stored for the session",
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
    name: "dead-link-not-detected",
    rule: "G2",
    breaks: "a connection on which no message arrives is closed",
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
    breaks: "a connection that another socket has taken over is not resumed",
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
    name: "clock-set-back-not-compensated",
    rule: "G2",
    breaks: "connection and lists keep working when the wall clock is set back",
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
    name: "writes-without-adaptive-timeout",
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
    name: "unanswered-request-sends-no-ping",
    rule: "G2",
    breaks: "an unanswered request makes the client check the socket with a PING",
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
    name: "list-misses-returned-row",
    rule: "G1",
    breaks: "a row that leaves a list and returns during a fetch is in the list",
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
    name: "suspect-network-not-started",
    rule: "G6",
    breaks: "after a socket died silently, stale rows are refetched with short timeouts on the next one",
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
    name: "lists-not-stale-after-subscribe",
    rule: "G1",
    breaks: "subscribing to a container marks every earlier list of it as stale",
    patches: [
      {
        file: `${client}/core/client.ts`,
        find: "onContainersSubscribed: (entityCode, containers) => this.#lists.subscribed(entityCode, containers),",
        replace: "onContainersSubscribed: () => undefined,",
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: "unknown-failure-repeated-for-ever",
    rule: null,
    breaks: "a write that fails for an unknown reason is put aside after a bounded number of attempts",
    patches: [
      {
        file: `${client}/outbox/attention.ts`,
        find: 'if (fate !== "unknown" || (operation.unknownFailures ?? 0) < maxUnknownFailures) return undefined;',
        replace: 'if (fate !== "decide") return undefined;',
      },
    ],
    caughtBy: { test: `${client}/outbox/failed-writes.test.ts` },
  },
  {
    name: "unknown-failure-blocks-others",
    rule: null,
    breaks: "writes of other rows are sent while a write that failed for an unknown reason waits",
    patches: [
      {
        file: `${client}/outbox/flusher.ts`,
        find: "if (!decides) this.#postpone(key, (operation.unknownFailures ?? 1) - 1);",
        replace: "this.#backOff(0);",
      },
    ],
    caughtBy: { test: `${client}/outbox/failed-writes.test.ts` },
  },
  {
    name: "unavailable-row-blocks-others",
    rule: null,
    breaks: "writes of other rows are sent although the writes of one row are always answered 503",
    patches: [
      {
        file: `${client}/outbox/flusher.ts`,
        find: "if (pauses >= maxPausesInTurn) this.#postpone",
        replace: "if (pauses < 0) this.#postpone",
      },
    ],
    caughtBy: { test: `${client}/outbox/failed-writes.test.ts` },
  },
  {
    name: "failed-write-overtaken",
    rule: null,
    breaks: "later edits of a row wait for a write of the row whose outcome is unknown",
    patches: [
      {
        file: `${client}/outbox/operation-dependencies.ts`,
        find: 'return makesRow(operation) || operation.attention?.kind === "failed";',
        replace: "return makesRow(operation);",
      },
    ],
    caughtBy: { test: `${client}/outbox/failed-writes.test.ts` },
  },
  {
    name: "not-found-of-a-proxy-believed",
    rule: "G4",
    breaks: "a 404 that does not come from the API does not count as the deletion of the row",
    patches: [
      {
        file: `${client}/outbox/send-operation.ts`,
        find: "error.status !== 404 || isForeign(error)",
        replace: "error.status !== 404",
      },
    ],
    caughtBy: { test: `${client}/outbox/failed-writes.test.ts` },
  },
];
