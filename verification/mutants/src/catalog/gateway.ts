import type { Mutant } from "../mutant.ts";

const sync = "services/gateway/src/sync";
const simulation = { simulation: true } as const;

/** The gateway: its feed, subscriptions, rights, sessions and frames. */
export const gatewayMutants: readonly Mutant[] = [
  {
    name: "head-adopted-unread",
    rule: "HINT-8",
    breaks: "a pod moves only to numbers of rows that it has read, not to a head read apart",
    patches: [
      {
        file: `${sync}/feed/feed.ts`,
        find: 'else if (head.seq > position.seq) this.#requestRepair("head", head.seq);',
        replace: "else if (head.seq > position.seq) this.#position = { epoch: head.epoch, seq: head.seq };",
      },
    ],
    caughtBy: simulation,
  },
  {
    name: "head-not-read",
    rule: "HINT-7",
    breaks: "the head is read from the writer every five seconds, whatever the bus delivers",
    patches: [
      {
        file: `${sync}/feed/feed.ts`,
        find: 'else if (head.seq > position.seq) this.#requestRepair("head", head.seq);',
        replace: "",
      },
    ],
    caughtBy: { test: `${sync}/feed/feed.test.ts` },
  },
  {
    name: "reconnect-not-repaired",
    rule: "HINT-3",
    breaks: "what was published while the bus was away is read from the log",
    patches: [{ file: `${sync}/feed/feed.ts`, find: '    this.#requestRepair("reconnect", 0);', replace: "" }],
    caughtBy: { test: `${sync}/feed/feed.test.ts` },
  },
  {
    name: "violation-shows-values",
    rule: "G5",
    breaks: "a write that breaks a unique key learns nothing of the other row",
    patches: [
      {
        file: "services/gateway/src/rest/errors/explain-violation.ts",
        find: `with the same \${columns.join(", ")} already exists.\``,
        replace: `with the same \${columns.join(", ")} already exists: \${(cause as { detail?: string }).detail}\``,
      },
    ],
    caughtBy: { test: "services/gateway/src/rest/documents/write.pg.test.ts" },
  },
  {
    name: "hole-in-the-log-accepted",
    rule: "HINT-9",
    breaks: "a page of the log with a hole is another history",
    patches: [
      {
        file: `${sync}/feed/feed.ts`,
        find: "if (!rows.every((row, at) => row.sync_seq === after + 1 + at)) {",
        replace: "if (rows.length < 0) {",
      },
    ],
    caughtBy: { test: `${sync}/feed/feed.test.ts` },
  },
  {
    name: "other-epoch-not-noticed",
    rule: "RES-10",
    breaks: "a head of another epoch makes all sockets begin afresh",
    patches: [
      {
        file: `${sync}/feed/feed.ts`,
        find: 'if (head.epoch !== position.epoch) this.#adopt(head, "other_history", "the log epoch changed");\n    // Compared',
        replace:
          "if (head.epoch !== position.epoch) this.#position = { epoch: head.epoch, seq: head.seq };\n    // Compared",
      },
    ],
    caughtBy: { test: `${sync}/feed/feed.test.ts` },
  },
  {
    name: "kept-signal-dropped",
    rule: "SUB-4",
    breaks: "a signal that hits a pending subscription is delivered after SUBSCRIBED",
    patches: [
      {
        file: `${sync}/connection/connection.ts`,
        find: "      deferSignal(this.pending, signal);",
        replace: "      void deferSignal;",
      },
    ],
    caughtBy: { test: `${sync}/subscriptions/subscription-manager.test.ts` },
  },
  {
    name: "pending-id-delivered",
    rule: "SUB-4",
    breaks: "a signal that hits a pending subscription waits until it is known whether the row may be read",
    patches: [
      {
        file: `${sync}/connection/connection.ts`,
        find: "      deferSignal(this.pending, signal);",
        replace: "      this.signals.put(signal, this.#ports.clock.now());",
      },
    ],
    caughtBy: { test: `${sync}/subscriptions/subscription-manager.test.ts` },
  },
  {
    name: "bookmark-during-subscribe",
    rule: "BMK-4",
    breaks: "no cursor is given out while a message of the socket is in work",
    patches: [
      {
        file: `${sync}/delivery/bookmarks.ts`,
        find: "if (connection.busy || connection.signals.size > 0 || waits(connection)) return;",
        replace: "if (connection.signals.size > 0 || waits(connection)) return;",
      },
    ],
    caughtBy: { test: `${sync}/delivery/bookmarks.test.ts` },
  },
  {
    name: "bookmark-before-signals",
    rule: "BMK-2",
    breaks: "no cursor is given out while a signal of the socket waits",
    patches: [
      {
        file: `${sync}/delivery/bookmarks.ts`,
        find: "if (connection.busy || connection.signals.size > 0 || waits(connection)) return;",
        replace: "if (connection.busy) return;",
      },
    ],
    caughtBy: { test: `${sync}/delivery/bookmarks.test.ts` },
  },
  {
    name: "bookmark-while-delayed",
    rule: "BMK-7",
    breaks: "no cursor is given out while changes wait for their number",
    patches: [
      {
        file: `${sync}/delivery/bookmarks.ts`,
        find: "if (!delay.upToDate || connection.mustReset) return;",
        replace: "if (connection.mustReset) return;",
      },
    ],
    caughtBy: { test: `${sync}/delivery/bookmarks.test.ts` },
  },
  {
    name: "cursor-in-invalidate",
    rule: "BMK-1",
    breaks: "only WELCOME, RESUMED and BOOKMARK carry a cursor",
    patches: [
      {
        file: `${sync}/connection/frame-cache.ts`,
        find: `"changes":[\${list}],"timestamp"`,
        replace: `"changes":[\${list}],"cursor":"one","timestamp"`,
      },
    ],
    caughtBy: { test: `${sync}/delivery/fan-out.test.ts` },
  },
  {
    name: "resumed-ahead-of-replay",
    rule: "BMK-5",
    breaks: "RESUMED does not vouch for signals that follow it",
    patches: [
      {
        file: `${sync}/sessions/resumer.ts`,
        find: "const position = nothingFollows ? (feed.position ?? cursor) : cursor;",
        replace: "const position = feed.position ?? (nothingFollows ? cursor : cursor);",
      },
    ],
    caughtBy: { test: `${sync}/sessions/resumer.test.ts` },
  },
  {
    name: "kept-signals-dropped-at-resume",
    rule: "RES-2",
    breaks: "signals that come while a connection is taken over are told after what was missed",
    patches: [
      {
        file: `${sync}/sessions/resumer.ts`,
        find: "[...missed, ...deferred.flatMap(({ signal }) => (signal ? [signal.change] : []))]",
        replace: "[...missed]",
      },
    ],
    caughtBy: { test: `${sync}/sessions/resumer.test.ts` },
  },
  {
    name: "missed-changes-not-replayed",
    rule: "RES-2",
    breaks: "a connection that is resumed is told what it missed",
    patches: [
      {
        file: `${sync}/sessions/resumer.ts`,
        find: "[...missed, ...deferred.flatMap(({ signal }) => (signal ? [signal.change] : []))]",
        replace: "deferred.flatMap(({ signal }) => (signal ? [signal.change] : []))",
      },
    ],
    caughtBy: { simulation: true, seed: 27 },
  },
  {
    name: "ring-hides-a-hole",
    rule: "RES-2",
    breaks: "a stretch that does not follow on begins a new ring",
    patches: [
      {
        file: `${sync}/feed/replay-ring.ts`,
        find: "if (this.#end?.epoch !== segment.epoch || this.#end.seq !== segment.after)",
        replace: "if (this.#end?.epoch !== segment.epoch)",
      },
    ],
    caughtBy: { test: `${sync}/feed/replay-ring.test.ts` },
  },
  {
    name: "given-up-unnoticed",
    rule: "CLO-6",
    breaks: "a pod whose heartbeat finds no row sends its sockets away",
    patches: [
      {
        file: `${sync}/sessions/gateway-row.ts`,
        find: "if (rowCount !== 0) return;",
        replace: "if (rowCount !== -1) return;",
      },
    ],
    caughtBy: { test: `${sync}/sessions/gateway-row.test.ts` },
  },
  {
    name: "left-transaction-keeps-locks",
    rule: "G6",
    breaks: "a transaction whose gateway is not heard any more lets go of the locks that its repetition needs",
    patches: [
      {
        file: "services/gateway/src/db/user-transaction.ts",
        find: "String(longestPauseMs)",
        replace: 'String(longestPauseMs && "0")',
      },
    ],
    caughtBy: {
      test: "services/gateway/src/db/user-transaction.pg.test.ts",
      name: "an abandoned transaction releases its locks",
    },
  },
  {
    name: "older-signal-wins",
    rule: "INV-4",
    breaks: "an older version never replaces a newer one among the signals that wait",
    patches: [
      {
        file: `${sync}/connection/signal-queue.ts`,
        find: "if (before !== undefined && before !== gone && before.version > signal.version) return;",
        replace: "",
      },
    ],
    caughtBy: { test: `${sync}/connection/signal-queue.test.ts` },
  },
  {
    name: "no-other-history-reset",
    rule: "RES-10",
    breaks: "sockets begin afresh when the log turns out to be another one",
    patches: [
      {
        file: `${sync}/socket/connection-manager.ts`,
        find: "if (connection.mustReset) this.#ports.subscriptions.reset(connection, reason);",
        replace: "connection.mustReset = false;",
      },
    ],
    caughtBy: { simulation: true, seed: 51 },
  },
];
