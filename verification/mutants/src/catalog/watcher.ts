import type { Mutant } from "../mutant.ts";

const coalesce = "packages/server-kit/src/feed/coalesce.ts";
/** Treats every change as one of the same incarnation. */
const oneRow = {
  file: coalesce,
  find: "if (isRightsChange(change)) return mergeAt(",
  replace: "if (change) return mergeAt(",
};

/** Mutants of the watcher, its jobs, and the code it shares with the gateways. */
export const watcherMutants: readonly Mutant[] = [
  {
    name: "retention-trusts-the-clock",
    rule: "G1",
    breaks: "a clock nine days ahead drops nothing, neither at once nor for a watcher that starts then",
    patches: [
      {
        file: "services/watcher/src/housekeeping/clock-check.ts",
        find: "Math.abs(offsetMs - this.#offsetMs) > toleranceMs",
        replace: "Number.isNaN(toleranceMs)",
      },
    ],
    caughtBy: { test: "services/watcher/src/housekeeping/clock-check.test.ts" },
  },
  {
    name: "retention-without-later-changes",
    rule: "G1",
    breaks: "a clock nine days ahead drops nothing, neither at once nor for a watcher that starts then",
    patches: [
      {
        file: "db/core/functions/005_partitions.sql",
        find: "and (d.state <> 'attached' or exists (",
        replace: "and (true or exists (",
      },
    ],
    caughtBy: {
      test: "services/watcher/src/housekeeping/log-retention.pg.test.ts",
      name: "a clock nine days ahead drops nothing, neither at once nor for a watcher that starts then",
    },
    database: "template",
  },
  {
    name: "min-seq-raised-after",
    rule: "RES-5",
    breaks: "a day is retired before it is detached, and dropped last",
    patches: [
      {
        file: "services/watcher/src/housekeeping/log-retention.ts",
        find: '      if (day.state === "attached" && half === "logging") await database.retire(day.day);\n      if (day.state !== "detached") await database.detach(day);',
        replace:
          '      if (day.state !== "detached") await database.detach(day);\n      if (day.state === "attached" && half === "logging") await database.retire(day.day);',
      },
    ],
    caughtBy: {
      test: "services/watcher/src/housekeeping/log-retention.test.ts",
      name: "a day is retired before it is detached, and dropped last",
    },
  },
  {
    name: "detach-plainly",
    rule: "G6",
    breaks: "an open transaction does not block writers during retention, which completes after it",
    patches: [
      {
        file: "services/watcher/src/housekeeping/log-retention.ts",
        find: 'const how = state === "detaching" ? "finalize" : "concurrently";',
        replace: 'const how = state === "detaching" ? "finalize" : "";',
      },
    ],
    caughtBy: {
      test: "services/watcher/src/housekeeping/log-retention.pg.test.ts",
      name: "an open transaction $what blocks no writer during retention, which completes after it",
    },
  },
  {
    name: "detach-never-finished",
    rule: null,
    breaks: "the next watcher completes an interrupted removal",
    patches: [
      {
        file: "services/watcher/src/housekeeping/log-retention.ts",
        find: 'const how = state === "detaching" ? "finalize" : "concurrently";',
        replace: 'const how = "concurrently";',
      },
    ],
    caughtBy: {
      test: "services/watcher/src/housekeeping/log-retention.pg.test.ts",
      name: "the next watcher completes a removal that was interrupted %s",
    },
  },
  {
    name: "session-stays-owner",
    rule: null,
    breaks: "an open transaction does not block writers during retention, which completes after it",
    patches: [
      {
        file: "services/watcher/src/housekeeping/log-retention.ts",
        find: '        await client.query("reset role");\n',
        replace: "",
      },
    ],
    caughtBy: {
      test: "services/watcher/src/housekeeping/log-retention.pg.test.ts",
      name: "an open transaction $what blocks no writer during retention, which completes after it",
      error: "permission denied for function drop_log_day",
    },
  },
  {
    name: "reap-at-once",
    rule: "CLO-6",
    breaks: "a new leader, or one that had a failure, declares no gateway dead",
    patches: [
      {
        file: "services/watcher/src/housekeeping/housekeeper.ts",
        find: "if (steadyMs() >= settleMs) await",
        replace: "if (steadyMs() >= 0) await",
      },
    ],
    caughtBy: {
      test: "services/watcher/src/housekeeping/housekeeper.test.ts",
      name: "a new leader, or one that had a failure, declares no gateway dead",
    },
  },
  {
    name: "coalesce-strongest-action",
    rule: "HINT-12",
    breaks: "coalescing does not reduce a deletion and a new creation to the stronger of both actions",
    patches: [
      oneRow,
      {
        file: coalesce,
        find: "action: newest.action,",
        replace: 'action: Math.max(before.action, change.action) as LogChange["action"],',
      },
    ],
    caughtBy: {
      test: "packages/server-kit/src/feed/coalesce.test.ts",
      name: "a row created again under the same id is a separate change after the deletion, with its own containers",
    },
  },
  {
    name: "coalesce-created-again",
    rule: "HINT-12",
    breaks: "a row created again under the id of a deleted one is a new incarnation",
    patches: [oneRow],
    caughtBy: {
      test: "packages/server-kit/src/feed/coalesce.test.ts",
      name: "a row created again under the same id is a separate change after the deletion, with its own containers",
    },
  },
  {
    name: "coalesce-late-deletion",
    rule: "HINT-12",
    breaks: "a late commit neither undoes a deletion nor moves it to the next incarnation",
    patches: [
      {
        file: coalesce,
        find: "const newest = change.version >= before.version ? change : before;",
        replace: "const newest = { ...change, version: Math.max(change.version, before.version) };",
      },
    ],
    caughtBy: {
      test: "packages/server-kit/src/feed/coalesce.test.ts",
      name: "a late change neither reverts a deletion nor moves it to the next incarnation",
    },
  },
  {
    name: "coalesce-last-version",
    rule: "HINT-12",
    breaks: "coalescing keeps the highest version even when a late commit is sequenced after it",
    patches: [{ file: coalesce, find: "version: newest.version,", replace: "version: change.version," }],
    caughtBy: {
      test: "packages/server-kit/src/feed/coalesce.test.ts",
      name: "keeps the highest version even when a late commit is sequenced after it",
    },
  },
  {
    name: "coalesce-last-containers",
    rule: "INV-3",
    breaks: "coalescing unites the containers of all changes, so that a row moved and then edited is notified in both",
    patches: [
      {
        file: coalesce,
        find: "containerIds: [...new Set([...before.containerIds, ...change.containerIds])],",
        replace: "containerIds: change.containerIds,",
      },
    ],
    caughtBy: {
      test: "packages/server-kit/src/feed/coalesce.test.ts",
      name: "unites the containers of all log rows, so that a row that is moved and then edited reaches both containers",
    },
  },
  {
    name: "coalesce-last-restricted",
    rule: "INV-6",
    breaks: "a coalesced change is restricted or rechecked if one of its changes is",
    patches: [
      {
        file: coalesce,
        find: "restricted: before.restricted || change.restricted,",
        replace: "restricted: change.restricted,",
      },
    ],
    caughtBy: {
      test: "packages/server-kit/src/feed/coalesce.test.ts",
      name: "a change stays restricted and marked for a recheck once it is",
    },
  },
  {
    name: "coalesce-last-recheck",
    rule: "INV-8",
    breaks: "a coalesced change is restricted or rechecked if one of its changes is",
    patches: [
      { file: coalesce, find: "recheck: before.recheck || change.recheck,", replace: "recheck: change.recheck," },
    ],
    caughtBy: {
      test: "packages/server-kit/src/feed/coalesce.test.ts",
      name: "a change stays restricted and marked for a recheck once it is",
    },
  },
  {
    name: "coalesce-grants-merged",
    rule: "HINT-13",
    breaks: "a grant is not merged with a change of the same entity",
    patches: [
      {
        file: "packages/server-kit/src/feed/coalesce.ts",
        find: 'isRightsChange(change) ? "rights" : "change"',
        replace: '"change"',
      },
    ],
    caughtBy: {
      test: "packages/server-kit/src/feed/coalesce.test.ts",
      name: "a grant is not merged with a change of the same entity",
    },
  },
  {
    name: "heartbeat-without-renewal",
    rule: "HINT-5",
    breaks: "a watcher that loses its lease at a renewal publishes nothing more",
    patches: [
      {
        file: "services/watcher/src/claim/log-watcher.ts",
        find: '    if (!lease) {\n      this.#stopLeading("another watcher leads");',
        replace:
          '    if (!lease) {\n      if (this.#lease) await this.#bus.publish({ type: "heartbeat", epoch: this.#lease.epoch, seq: this.#lease.head });\n      this.#stopLeading("another watcher leads");',
      },
    ],
    caughtBy: {
      test: "services/watcher/src/claim/log-watcher.test.ts",
      name: "a watcher that loses its lease at a renewal publishes nothing more",
    },
  },
  {
    name: "keeps-leading-without-lease",
    rule: "HINT-5",
    breaks: "a watcher that loses its lease at a renewal publishes nothing more",
    patches: [
      {
        file: "services/watcher/src/claim/log-watcher.ts",
        find: '      this.#stopLeading("another watcher leads");\n',
        replace: "",
      },
    ],
    caughtBy: {
      test: "services/watcher/src/claim/log-watcher.test.ts",
      name: "a watcher that loses its lease at a renewal publishes nothing more",
    },
  },
  {
    name: "refused-claim-keeps-leading",
    rule: "HINT-5",
    breaks: "a refused claim ends the leadership and requests the lease again",
    patches: [
      {
        file: "services/watcher/src/claim/log-watcher.ts",
        find: '          this.#stopLeading("the lease is held by another watcher");\n',
        replace: "",
      },
    ],
    caughtBy: {
      test: "services/watcher/src/claim/log-watcher.test.ts",
      name: "a refused claim ends the leadership and requests the lease again",
    },
  },
  {
    name: "hint-prev-wrong",
    rule: "HINT-1",
    breaks: "a claim publishes one hint whose prev is the head before it",
    patches: [
      {
        file: "services/watcher/src/claim/log-watcher.ts",
        find: "      prev: claim.first - 1,",
        replace: "      prev: claim.first,",
      },
    ],
    caughtBy: {
      test: "services/watcher/src/claim/log-watcher.test.ts",
      name: "a claim publishes one hint whose prev is the head before it",
    },
  },
  {
    name: "never-unbounded",
    rule: "G6",
    breaks: "a full unbounded batch is followed at once by another that expects the new head",
    patches: [
      {
        file: "services/watcher/src/claim/log-watcher.ts",
        find: 'const window = this.#clock.now() >= this.#unboundedAt ? "all" : "recent";',
        replace: 'const window = "recent" as "all" | "recent";',
      },
    ],
    caughtBy: {
      test: "services/watcher/src/claim/log-watcher.test.ts",
      name: "a full unbounded batch is followed at once by another that expects the new head",
    },
  },
  {
    name: "lease-not-released",
    rule: "G6",
    breaks: "stopping releases the lease",
    patches: [
      {
        file: "services/watcher/src/claim/log-watcher.ts",
        find: "      await this.#database.resign();\n",
        replace: "",
      },
    ],
    caughtBy: { test: "services/watcher/src/claim/log-watcher.test.ts", name: "stopping releases the lease" },
  },
  {
    name: "poke-during-claim-lost",
    rule: "HINT-14",
    breaks: "a poke during a claim shortens the pause after it",
    patches: [{ file: "services/watcher/src/claim/poll-pause.ts", find: "    this.#poked = true;\n", replace: "" }],
    caughtBy: {
      test: "services/watcher/src/claim/poll-pause.test.ts",
      name: "a poke during a claim shortens the pause after it",
    },
  },
  {
    name: "publish-waits-for-redis",
    rule: "HINT-11",
    breaks: "an unresponsive Redis does not block the leader",
    patches: [
      { file: "packages/server-kit/src/redis/redis.ts", find: "    socketTimeout: answerTimeoutMs,\n", replace: "" },
    ],
    caughtBy: {
      test: "services/watcher/src/claim/bus.redis.test.ts",
      name: "an unresponsive Redis does not block the leader",
    },
  },
  {
    name: "overdue-jobs-left-to-the-queue",
    rule: "G5",
    breaks: "with a queue only an overdue job is due, and not again before its interval",
    patches: [
      {
        file: "services/watcher/src/jobs/job-timers.ts",
        find: "return !withQueue || (status.succeededAgoMs ?? Number.POSITIVE_INFINITY) >= overdueMs(job);",
        replace: "return !withQueue;",
      },
    ],
    caughtBy: {
      test: "services/watcher/src/jobs/job-timers.test.ts",
      name: "with a queue only an overdue job is due, and not again before its interval",
    },
  },
  {
    name: "jobs-run-without-lease",
    rule: null,
    breaks: "only the leader runs due jobs, including jobs that never ran",
    patches: [
      { file: "services/watcher/src/jobs/job-timers.ts", find: "    if (!this.#leading()) return;\n", replace: "" },
    ],
    caughtBy: {
      test: "services/watcher/src/jobs/job-timers.test.ts",
      name: "only the leader runs due jobs, including jobs that never ran",
    },
  },
  {
    name: "schedulers-not-rewritten",
    rule: null,
    breaks: "rewriting the schedulers restores the jobs after Redis was emptied during a run",
    patches: [
      {
        file: "services/watcher/src/jobs/job-queue.ts",
        find: "    for (const job of jobs) await queue.upsertJobScheduler(job.name, { every: job.everyMs }, { name: job.name });",
        replace:
          "    for (const job of jobs)\n      if ((await queue.getJobSchedulers()).length < jobs.length && !written.has(job.name))\n        await queue.upsertJobScheduler(job.name, { every: job.everyMs }, { name: written.add(job.name) && job.name });",
      },
    ],
    caughtBy: {
      test: "services/watcher/src/jobs/job-queue.redis.test.ts",
      name: "rewriting the schedulers restores the jobs after Redis was emptied during a run",
    },
  },
  {
    name: "close-waits-for-redis",
    rule: null,
    breaks: "closing takes bounded time without Redis and with a silent Redis",
    patches: [
      {
        file: "services/watcher/src/jobs/job-queue.ts",
        find: "await Promise.race([Promise.allSettled([worker.close(), queue.close()]), sleep(settings.closeMs)]);",
        replace: "await Promise.allSettled([worker.close(), queue.close()]);",
      },
    ],
    caughtBy: {
      test: "services/watcher/src/jobs/job-queue.redis.test.ts",
      name: "closing takes bounded time without Redis and with a silent Redis",
    },
  },
  {
    name: "erasure-without-find-subject",
    rule: null,
    breaks: "erasure removes a person from accounts and log and keeps the data of others",
    patches: [
      {
        file: "services/watcher/src/jobs/erase-subjects.ts",
        find: 'for (const step of ["find_subject", "erase_subject"]) {',
        replace: 'for (const step of ["erase_subject"]) {',
      },
    ],
    caughtBy: {
      test: "services/watcher/src/jobs/job-catalog.pg.test.ts",
      name: "erasure removes a person from accounts and log and keeps the data of others",
    },
  },
  {
    name: "head-from-lease-only",
    rule: "HINT-9",
    breaks: "when the head goes back within an epoch, the claim still expects the highest head seen",
    patches: [
      {
        file: "services/watcher/src/claim/log-watcher.ts",
        find: "this.#highestHead?.head ?? lease.head, window);",
        replace: "lease.head, window);",
      },
    ],
    caughtBy: {
      test: "services/watcher/src/claim/log-watcher.test.ts",
      name: "when the head goes back within an epoch, the claim still expects the highest head seen",
    },
  },
];
