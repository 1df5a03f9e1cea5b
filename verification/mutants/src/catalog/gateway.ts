import type { Mutant } from "../mutant.ts";

const sync = "services/gateway/src/sync";
const errors = "services/gateway/src/rest/errors";
const simulation = { simulation: true } as const;

/** Mutants of the gateway: feed, subscriptions, rights, sessions and frames. */
export const gatewayMutants: readonly Mutant[] = [
  {
    name: "head-adopted-unread",
    rule: "HINT-8",
    breaks: "a gateway advances only to numbers of rows that it has read, never to a head that was read separately",
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
    breaks: "a gateway reads the head from the primary every five seconds, whatever the bus delivers",
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
    breaks: "changes published while the bus was disconnected are read from the log",
    patches: [{ file: `${sync}/feed/feed.ts`, find: '    this.#requestRepair("reconnect", 0);', replace: "" }],
    caughtBy: { test: `${sync}/feed/feed.test.ts` },
  },
  {
    name: "violation-shows-values",
    rule: "G5",
    breaks: "the error of a unique violation reveals nothing about the other row",
    patches: [
      {
        file: "services/gateway/src/rest/errors/constraint-text.ts",
        find: `with the same \${columns.join(", ")} already exists.\``,
        replace: `with the same \${columns.join(", ")} already exists: \${error.detail}\``,
      },
    ],
    caughtBy: { test: "services/gateway/src/rest/documents/write.pg.test.ts" },
  },
  {
    name: "raise-taken-for-its-state",
    rule: null,
    breaks: "a RAISE is a rule of the application, also with a state of the infrastructure",
    patches: [
      {
        file: `${errors}/sql-fault.ts`,
        find: 'if (origin === "raise") return { kind: "rule", origin, state: ownState, error: reported };',
        replace: "",
      },
    ],
    caughtBy: { test: `${errors}/sql-fault.test.ts` },
  },
  {
    name: "missing-partition-taken-for-a-check",
    rule: null,
    breaks: "a missing partition of the log is a lack of the infrastructure, which no device puts an edit aside for",
    patches: [{ file: `${errors}/sql-fault.ts`, find: "misses ? noPartition : ", replace: "" }],
    caughtBy: { test: `${errors}/sql-fault.test.ts` },
  },
  {
    name: "state-without-deliberate-kind",
    rule: null,
    breaks: "every state of PostgreSQL's appendix has a deliberate kind",
    patches: [
      {
        file: `${errors}/sql-states.ts`,
        find: '"53100": lack("The database has no disk space left.", 10),',
        replace: '"53100": rule,',
      },
    ],
    caughtBy: { test: `${errors}/sql-states.test.ts` },
  },
  {
    name: "deadlock-not-repeated",
    rule: null,
    breaks: "a transaction that ended in a deadlock is repeated",
    patches: [
      { file: `${errors}/retry-contention.ts`, find: "const maxAttempts = 3;", replace: "const maxAttempts = 1;" },
    ],
    caughtBy: { test: `${errors}/retry-contention.test.ts` },
  },
  {
    name: "raise-shows-redacted-column",
    rule: "G5",
    breaks: "the text of a RAISE shows no value of a redacted column",
    patches: [
      {
        file: `${errors}/raised-text.ts`,
        find: "return (text) => rows.some(({ source }) => standsIn(source, text));",
        replace: "return () => true;",
      },
    ],
    caughtBy: {
      test: `${errors}/sql-error.pg.test.ts`,
      name: "a RAISE shows no value of a redacted column, and fixed texts are shown",
    },
  },
  {
    name: "gap-in-the-log-accepted",
    rule: "HINT-9",
    breaks: "a page of the log with a gap counts as a new log epoch",
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
    name: "epoch-change-not-noticed",
    rule: "RES-10",
    breaks: "a head with another epoch resets all sockets",
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
    name: "deferred-signal-dropped",
    rule: "SUB-4",
    breaks: "a signal for a pending subscription is delivered after SUBSCRIBED",
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
    breaks: "a signal for a pending subscription waits until the right to read the row is known",
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
    breaks: "a socket gets no cursor while one of its messages is being handled",
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
    breaks: "a socket gets no cursor while it has pending signals",
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
    breaks: "sockets get no cursor while changes are waiting for their number",
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
    breaks: "the cursor in RESUMED does not cover signals that are sent after it",
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
    name: "deferred-signals-dropped-at-resume",
    rule: "RES-2",
    breaks: "signals that arrive while a connection is resumed are delivered after the missed changes",
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
    breaks: "a resumed connection is notified of the changes it missed",
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
    name: "ring-hides-a-gap",
    rule: "RES-2",
    breaks: "a feed segment that does not follow the previous one restarts the replay ring",
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
    name: "declared-dead-unnoticed",
    rule: "CLO-6",
    breaks: "a gateway whose row is missing at a heartbeat closes its sockets",
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
    name: "abandoned-transaction-keeps-locks",
    rule: "G6",
    breaks: "the transaction of an unreachable gateway releases the locks that a retry needs",
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
    name: "older-pending-signal-wins",
    rule: "INV-4",
    breaks: "an older version never replaces a newer one among pending signals",
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
    name: "no-reset-after-epoch-change",
    rule: "RES-10",
    breaks: "sockets are reset when the log epoch changes",
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
