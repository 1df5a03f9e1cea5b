import type { Mutant } from "../mutant.ts";

const lives = "packages/server-kit/src/lives.ts";
/** Whatever comes is of the same row as what came before. */
const oneRow = {
  file: lives,
  find: "if (isRights(item)) return joinAt(",
  replace: "if (item) return joinAt(",
};

/** The watcher, its jobs, and what it shares with the gateways. */
export const watcherMutants: readonly Mutant[] = [
  {
    name: "min-seq-raised-after",
    breaks: "a day retires before it is detached, and is dropped last",
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
      name: "a day retires before it is detached, and is dropped last",
    },
  },
  {
    name: "detach-plainly",
    breaks: "an open transaction $what stops no writer behind the retention, which comes to its end with it",
    patches: [
      {
        file: "services/watcher/src/housekeeping/log-retention.ts",
        find: 'const how = state === "detaching" ? "finalize" : "concurrently";',
        replace: 'const how = state === "detaching" ? "finalize" : "";',
      },
    ],
    caughtBy: {
      test: "services/watcher/src/housekeeping/log-retention.pg.test.ts",
      name: "an open transaction $what stops no writer behind the retention, which comes to its end with it",
    },
  },
  {
    name: "detach-never-finished",
    breaks: "a watcher that died %s is finished by the next one",
    patches: [
      {
        file: "services/watcher/src/housekeeping/log-retention.ts",
        find: 'const how = state === "detaching" ? "finalize" : "concurrently";',
        replace: 'const how = "concurrently";',
      },
    ],
    caughtBy: {
      test: "services/watcher/src/housekeeping/log-retention.pg.test.ts",
      name: "a watcher that died %s is finished by the next one",
    },
  },
  {
    name: "session-stays-owner",
    breaks: "an open transaction $what stops no writer behind the retention, which comes to its end with it",
    patches: [
      {
        file: "services/watcher/src/housekeeping/log-retention.ts",
        find: '        await client.query("reset role");\n',
        replace: "",
      },
    ],
    caughtBy: {
      test: "services/watcher/src/housekeeping/log-retention.pg.test.ts",
      name: "an open transaction $what stops no writer behind the retention, which comes to its end with it",
      error: "permission denied for function drop_log_day",
    },
  },
  {
    name: "reap-at-once",
    breaks: "who has just become leader, or had a failure, gives nobody up",
    patches: [
      {
        file: "services/watcher/src/housekeeping/housekeeper.ts",
        find: "if (steadyMs() >= settleMs) await",
        replace: "if (steadyMs() >= 0) await",
      },
    ],
    caughtBy: {
      test: "services/watcher/src/housekeeping/housekeeper.test.ts",
      name: "who has just become leader, or had a failure, gives nobody up",
    },
  },
  {
    name: "coalesce-strongest-action",
    breaks: "a row that was deleted and created again is not told by the strongest of both actions",
    patches: [
      oneRow,
      { file: lives, find: "a: newest.a,", replace: 'a: Math.max(before.a, item.a) as HintItem["a"],' },
    ],
    caughtBy: {
      test: "packages/server-kit/src/coalesce.test.ts",
      name: "a row that was created again is another one, behind the deletion, and each has its own containers",
    },
  },
  {
    name: "coalesce-created-again",
    breaks: "a row that was created again under the id of a deleted one is another row",
    patches: [oneRow],
    caughtBy: {
      test: "packages/server-kit/src/coalesce.test.ts",
      name: "a row that was created again is another one, behind the deletion, and each has its own containers",
    },
  },
  {
    name: "coalesce-late-end",
    breaks: "what comes late neither undoes an end nor moves it to the next row",
    patches: [
      {
        file: lives,
        find: "const newest = item.v >= before.v ? item : before;",
        replace: "const newest = { ...item, v: Math.max(item.v, before.v) };",
      },
    ],
    caughtBy: {
      test: "packages/server-kit/src/coalesce.test.ts",
      name: "what comes late neither undoes an end nor moves it to the next row",
    },
  },
  {
    name: "coalesce-last-version",
    breaks: "keeps the highest version even when a late commit is sequenced after it",
    patches: [{ file: lives, find: "v: newest.v,", replace: "v: item.v," }],
    caughtBy: {
      test: "packages/server-kit/src/coalesce.test.ts",
      name: "keeps the highest version even when a late commit is sequenced after it",
    },
  },
  {
    name: "coalesce-last-containers",
    breaks: "unites the containers of all rows, so that a moved and then edited row reaches both places",
    patches: [{ file: lives, find: "k: [...new Set([...before.k, ...item.k])],", replace: "k: item.k," }],
    caughtBy: {
      test: "packages/server-kit/src/coalesce.test.ts",
      name: "unites the containers of all rows, so that a moved and then edited row reaches both places",
    },
  },
  {
    name: "coalesce-last-restricted",
    breaks: "once restricted or to be checked again, the item stays so",
    patches: [{ file: lives, find: "r: before.r || item.r,", replace: "r: item.r," }],
    caughtBy: {
      test: "packages/server-kit/src/coalesce.test.ts",
      name: "once restricted or to be checked again, the item stays so",
    },
  },
  {
    name: "coalesce-last-recheck",
    breaks: "once restricted or to be checked again, the item stays so",
    patches: [{ file: lives, find: "x: before.x || item.x,", replace: "x: item.x," }],
    caughtBy: {
      test: "packages/server-kit/src/coalesce.test.ts",
      name: "once restricted or to be checked again, the item stays so",
    },
  },
  {
    name: "coalesce-grants-merged",
    breaks: "a grant does not swallow a change of the same entity",
    patches: [
      {
        file: "packages/server-kit/src/coalesce.ts",
        find: 'isRights(item) ? "rights" : "change"',
        replace: '"change"',
      },
    ],
    caughtBy: {
      test: "packages/server-kit/src/coalesce.test.ts",
      name: "a grant does not swallow a change of the same entity",
    },
  },
  {
    name: "heartbeat-without-renewal",
    breaks: "a watcher that loses its lease at the renewal falls silent at once",
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
      name: "a watcher that loses its lease at the renewal falls silent at once",
    },
  },
  {
    name: "keeps-leading-without-lease",
    breaks: "a watcher that loses its lease at the renewal falls silent at once",
    patches: [
      {
        file: "services/watcher/src/claim/log-watcher.ts",
        find: '      this.#stopLeading("another watcher leads");\n',
        replace: "",
      },
    ],
    caughtBy: {
      test: "services/watcher/src/claim/log-watcher.test.ts",
      name: "a watcher that loses its lease at the renewal falls silent at once",
    },
  },
  {
    name: "refused-claim-leads-on",
    breaks: "a refused claim ends the leadership and asks for the lease again",
    patches: [
      {
        file: "services/watcher/src/claim/log-watcher.ts",
        find: '          this.#stopLeading("the lease is held by another watcher");\n',
        replace: "",
      },
    ],
    caughtBy: {
      test: "services/watcher/src/claim/log-watcher.test.ts",
      name: "a refused claim ends the leadership and asks for the lease again",
    },
  },
  {
    name: "hint-prev-wrong",
    breaks: "a claim becomes one hint whose prev is the head before it",
    patches: [
      {
        file: "services/watcher/src/claim/log-watcher.ts",
        find: "      prev: claim.first - 1,",
        replace: "      prev: claim.first,",
      },
    ],
    caughtBy: {
      test: "services/watcher/src/claim/log-watcher.test.ts",
      name: "a claim becomes one hint whose prev is the head before it",
    },
  },
  {
    name: "never-unbounded",
    breaks: "a full unbounded batch is followed by another one at once, expecting the new head: a backlog of old rows",
    patches: [
      {
        file: "services/watcher/src/claim/log-watcher.ts",
        find: 'const window = this.#now() >= this.#unboundedAt ? "all" : "recent";',
        replace: 'const window = "recent" as "all" | "recent";',
      },
    ],
    caughtBy: {
      test: "services/watcher/src/claim/log-watcher.test.ts",
      name: "a full unbounded batch is followed by another one at once, expecting the new head: a backlog of old rows",
    },
  },
  {
    name: "lease-not-handed-over",
    breaks: "stopping hands the lease over",
    patches: [
      {
        file: "services/watcher/src/claim/log-watcher.ts",
        find: "      await this.#database.resign();\n",
        replace: "",
      },
    ],
    caughtBy: { test: "services/watcher/src/claim/log-watcher.test.ts", name: "stopping hands the lease over" },
  },
  {
    name: "poke-during-claim-lost",
    breaks: "a poke during a claim shortens the pause after it",
    patches: [{ file: "services/watcher/src/claim/poll-pause.ts", find: "    this.#poked = true;\n", replace: "" }],
    caughtBy: {
      test: "services/watcher/src/claim/poll-pause.test.ts",
      name: "a poke during a claim shortens the pause after it",
    },
  },
  {
    name: "publish-waits-for-redis",
    breaks: "a Redis that takes everything and answers nothing does not hold the leader up",
    patches: [
      { file: "packages/server-kit/src/redis/redis.ts", find: "    socketTimeout: answerTimeoutMs,\n", replace: "" },
    ],
    caughtBy: {
      test: "services/watcher/src/claim/bus.redis.test.ts",
      name: "a Redis that takes everything and answers nothing does not hold the leader up",
    },
  },
  {
    name: "queue-trusted",
    breaks: "with a queue only a job that it has forgotten is due, and not again before its time",
    patches: [
      {
        file: "services/watcher/src/jobs/job-timers.ts",
        find: "return !withQueue || (record.succeededAgoMs ?? Number.POSITIVE_INFINITY) >= overdueMs(job);",
        replace: "return !withQueue;",
      },
    ],
    caughtBy: {
      test: "services/watcher/src/jobs/job-timers.test.ts",
      name: "with a queue only a job that it has forgotten is due, and not again before its time",
    },
  },
  {
    name: "jobs-run-by-everybody",
    breaks: "the leader alone runs what is due, beginning with what never ran",
    patches: [
      { file: "services/watcher/src/jobs/job-timers.ts", find: "    if (!this.#leading()) return;\n", replace: "" },
    ],
    caughtBy: {
      test: "services/watcher/src/jobs/job-timers.test.ts",
      name: "the leader alone runs what is due, beginning with what never ran",
    },
  },
  {
    name: "schedulers-not-written-again",
    breaks: "after Redis was emptied in the middle of a run the next writing of the schedulers brings the jobs back",
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
      name: "after Redis was emptied in the middle of a run the next writing of the schedulers brings the jobs back",
    },
  },
  {
    name: "end-waits-for-redis",
    breaks: "without Redis, or with one that has fallen silent, the end comes all the same",
    patches: [
      {
        file: "services/watcher/src/jobs/job-queue.ts",
        find: "await Promise.race([Promise.allSettled([worker.close(), queue.close()]), sleep(settings.closeMs)]);",
        replace: "await Promise.allSettled([worker.close(), queue.close()]);",
      },
    ],
    caughtBy: {
      test: "services/watcher/src/jobs/job-queue.redis.test.ts",
      name: "without Redis, or with one that has fallen silent, the end comes all the same",
    },
  },
  {
    name: "erasure-does-not-look-for-rows",
    breaks: "a person who asked to be erased leaves no trace in accounts and log, others keep theirs",
    patches: [
      {
        file: "services/watcher/src/jobs/erase-subjects.ts",
        find: 'for (const step of ["find_subject", "erase_subject"]) {',
        replace: 'for (const step of ["erase_subject"]) {',
      },
    ],
    caughtBy: {
      test: "services/watcher/src/jobs/job-catalog.pg.test.ts",
      name: "a person who asked to be erased leaves no trace in accounts and log, others keep theirs",
    },
  },
  {
    name: "head-from-lease-only",
    breaks: "a head that went back within a history is not believed: the claim expects the one that was seen",
    patches: [
      {
        file: "services/watcher/src/claim/log-watcher.ts",
        find: "this.#seen?.head ?? lease.head, window);",
        replace: "lease.head, window);",
      },
    ],
    caughtBy: {
      test: "services/watcher/src/claim/log-watcher.test.ts",
      name: "a head that went back within a history is not believed: the claim expects the one that was seen",
    },
  },
];
