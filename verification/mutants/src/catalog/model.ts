import type { Mutant } from "../mutant.ts";

const feed = "services/gateway/src/sync/feed/feed.ts";
const noHeadCheck = {
  file: feed,
  find: 'else if (head.seq > position.seq) this.#requestRepair("head", head.seq);',
  replace: "",
};
const noHeartbeat = { file: feed, find: 'this.#requestRepair("heartbeat", message.seq);', replace: "return;" };
const noSilencePoll = {
  file: feed,
  find: "return now - this.#heardAt >= silenceMs ? silentPollMs : undefined;",
  replace: "return undefined;",
};
const anyHintFollows = {
  file: feed,
  find: "} else if (message.prev === position.seq) {",
  replace: "} else if (message.prev >= 0) {",
};

/** Mutants of the mechanisms that the protocol cannot work without. */
export const modelMutants: readonly Mutant[] = [
  {
    name: "no-gap-detection",
    rule: "HINT-3",
    breaks: "after a hint that does not follow the previous one, a gateway reads the missing changes from the log",
    patches: [anyHintFollows],
    caughtBy: { simulation: true, seed: 46 },
  },
  {
    name: "no-repair-without-hint",
    rule: "HINT-4",
    breaks: "a change whose hint is lost is found by heartbeat, head or silence poll, even if no other hint follows",
    patches: [noHeartbeat, noHeadCheck, noSilencePoll],
    caughtBy: { simulation: true, seed: 34 },
  },
  {
    name: "unpublished-claim-forgotten",
    rule: "HINT-11",
    breaks: "gateways find changes that a watcher claimed and could not publish",
    patches: [
      {
        file: "services/watcher/src/claim/log-watcher.ts",
        find: 'await this.#bus.publish({ type: "heartbeat", epoch: lease.epoch, seq: lease.head });',
        replace: 'await this.#bus.publish({ type: "heartbeat", epoch: lease.epoch, seq: 0 });',
      },
      noHeadCheck,
      noSilencePoll,
    ],
    caughtBy: { simulation: true, seed: 34 },
  },
  {
    name: "hint-without-its-rows",
    rule: "HINT-11",
    breaks: "a hint never advances a gateway past rows that it does not have",
    patches: [
      {
        file: "services/watcher/src/claim/log-watcher.ts",
        find: "if (rows.length !== count || rows.at(-1)?.sync_seq !== claim.last) {",
        replace: "if (rows.length > count) {",
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: "late-commits-never-claimed",
    rule: "G1",
    breaks: "a transaction that was open longer than the window of bounded claims is claimed when it commits",
    patches: [
      {
        file: "services/watcher/src/claim/log-watcher.ts",
        find: 'const window = this.#clock.now() >= this.#unboundedAt ? "all" : "recent";',
        replace: 'const window = "recent" as "all" | "recent";',
      },
    ],
    caughtBy: { simulation: true, seed: 20 },
  },
  {
    name: "read-before-registered",
    rule: "SUB-3",
    breaks: "a change between the read of SUBSCRIBE and its registration is delivered to the socket",
    patches: [
      {
        file: "services/gateway/src/sync/subscriptions/subscription-manager.ts",
        find: "      readable = await this.#ports.rights.read(connection.user, entityCode, query);",
        replace:
          "      this.#unindex(connection, fresh);\n      readable = await this.#ports.rights.read(connection.user, entityCode, query);\n      for (const one of fresh) this.#ports.index.add(one.kind, one.entityCode, one.entityId, connection);",
      },
    ],
    caughtBy: { test: "services/gateway/src/sync/subscriptions/subscription-manager.test.ts" },
  },
  {
    name: "subscribed-without-versions",
    rule: "SUB-1",
    breaks: "SUBSCRIBED lists the rows whose versions differ from those of the client",
    patches: [
      {
        file: "services/gateway/src/sync/subscriptions/subscription-manager.ts",
        find: "versions.get(id) !== version && !gone.has(id)",
        replace: "versions.get(id) === -1 && !gone.has(id)",
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: "signal-lost-during-fetch",
    rule: "G1",
    breaks: "a notification that arrives during a fetch is not lost to an older response",
    patches: [
      {
        file: "packages/client/src/refetch/need-map.ts",
        find: 'return requiredBefore ? "lagging" : "required since";',
        replace: "// forgotten",
      },
    ],
    caughtBy: { simulation: true, seed: 31 },
  },
  {
    name: "cursor-survives-reload",
    rule: "G1",
    breaks: "a reload loses unprocessed notifications, so the client must not resume with a cursor behind them",
    patches: [
      {
        file: "packages/client/src/platform/steady-clock.ts",
        find: "  return {\n    now:",
        replace: "  return {\n    ...({ device: clock } as object),\n    now:",
      },
      {
        file: "packages/client/src/connection/session-keeper.ts",
        find: "export class SessionKeeper {",
        replace: `const survivors = new WeakMap<object, Session>();
const deviceOf = (clock: Clock): object => (clock as unknown as { device: object }).device;
export class SessionKeeper {`,
      },
      {
        file: "packages/client/src/connection/session-keeper.ts",
        find: "    const session = this.#session;\n    if (!session?.recorded",
        replace:
          "    const session = (this.#session ??= survivors.get(deviceOf(this.#clock)));\n    if (!session?.recorded",
      },
      {
        file: "packages/client/src/connection/session-keeper.ts",
        find: "this.#session = { ...this.#session, cursor };",
        replace: "survivors.set(deviceOf(this.#clock), (this.#session = { ...this.#session, cursor }));",
      },
      {
        file: "packages/client/src/subscriptions/subscriber.ts",
        find: '      if (subscription.phase === "asked") subscription.phase = "wanted";\n      if (subscription.phase === "held") held += 1;',
        replace: '      if (subscription.phase !== "refused") subscription.phase = "held";',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: "dropped-days-not-noticed",
    rule: "RES-5",
    breaks: "a client whose cursor is older than the log is reset",
    patches: [
      {
        file: "services/gateway/src/sync/feed/replay-reader.ts",
        find: "target.after + 1 < head.minSeq || end.seq - target.after > maxCatchUpRows",
        replace: "end.seq - target.after > maxCatchUpRows",
      },
      {
        file: "services/gateway/src/sync/feed/replay-reader.ts",
        find: "if (rows.length === 0 || !rows.every(({ sync_seq }, index) => sync_seq === after + 1 + index))",
        replace: "if (rows.length === 0) break;\n      if (rows.length < 0)",
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: "lost-rows-trusted",
    rule: "SUB-7",
    breaks: "subscription rows lost in a crash are detected when the client resumes, if not earlier",
    patches: [
      {
        file: "packages/client/src/subscriptions/subscriber.ts",
        find: "if (count < held) {",
        replace: "if (count < 0) {",
      },
    ],
    caughtBy: { simulation: true, seed: 60 },
  },
];
