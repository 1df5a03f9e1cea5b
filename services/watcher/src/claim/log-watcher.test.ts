import type { FeedMessage } from "@heliograph/server-kit";
import { createLogger, createMetricsRegistry, type LogRow } from "@heliograph/server-kit";
import { systemClock } from "@heliograph/shared/clock";
import { expect, test } from "vitest";
import { createWatcherMetrics } from "../metrics.ts";
import type { Bus } from "./bus.ts";
import { type Claim, type Lease, type LogDatabase, NotLeadingError } from "./log-database.ts";
import { LogWatcher } from "./log-watcher.ts";
import { PollPause } from "./poll-pause.ts";

const epoch = "e1";

const row = (seq: number, change: Partial<LogRow> = {}): LogRow => ({
  sync_seq: seq,
  entity_code: "task",
  entity_id: `id-${seq}`,
  action: 2,
  entity_version: seq,
  container_ids: [],
  restricted: false,
  recheck: false,
  created_ms: 0,
  ...change,
});

/** A watcher on a scripted database; `until` resolves when the published messages satisfy the condition. */
function startWatcher(script: {
  lead: () => Lease | undefined;
  claim: (head: number) => Claim | undefined;
  read?: (after: number) => LogRow[];
  now?: () => number;
}) {
  const published: FeedMessage[] = [];
  const calls: string[] = [];
  const stop = new AbortController();
  const waiting: { condition: () => boolean; resolve: () => void }[] = [];
  const resolveWaiting = (): void => {
    for (const entry of waiting) if (entry.condition()) entry.resolve();
  };
  const database: LogDatabase = {
    lead: async () => {
      calls.push("lead");
      resolveWaiting();
      return script.lead();
    },
    resign: async () => {
      calls.push("resign");
    },
    claim: async (_limit, head, window) => {
      calls.push(`claim ${window} ${head}`);
      resolveWaiting();
      return script.claim(head);
    },
    read: async (after, limit) =>
      script.read?.(after) ?? Array.from({ length: limit }, (_, index) => row(after + 1 + index)),
    ensurePartitions: async () => 0,
    countRowsWithoutDay: async () => 0,
  };
  const bus: Bus = {
    publish: async (message) => {
      published.push(message);
      resolveWaiting();
      return true;
    },
    close: async () => undefined,
  };
  const watcher = new LogWatcher({
    database,
    bus,
    pollPause: new PollPause(),
    settings: { POLL_BUSY_MS: 1, POLL_INTERVAL_MS: 1, CLAIM_BATCH: 2 },
    metrics: createWatcherMetrics(createMetricsRegistry("test")),
    logger: createLogger("test", "silent"),
    ...(script.now && { clock: { ...systemClock, now: script.now } }),
  });
  const running = watcher.run(stop.signal);
  return {
    published,
    calls,
    watcher,
    until: (condition: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        waiting.push({ condition, resolve });
        resolveWaiting();
      }),
    finish: async (): Promise<void> => {
      stop.abort();
      await running;
    },
  };
}

test("[HINT-1] a claim publishes one hint whose prev is the head before it", async () => {
  let claims = 0;
  const run = startWatcher({
    lead: () => ({ head: 5, epoch }),
    claim: () => (claims++ === 0 ? { first: 6, last: 7, epoch } : undefined),
  });
  await run.until(() => run.published.some((message) => message.type === "hint"));
  await run.finish();
  expect(run.published.find((message) => message.type === "hint")).toMatchObject({ prev: 5, seq: 7, epoch });
});

test("[HINT-5] a watcher sends no heartbeat without the lease", async () => {
  const run = startWatcher({ lead: () => undefined, claim: () => undefined });
  await run.until(() => run.calls.filter((call) => call === "lead").length >= 2);
  await run.finish();
  expect(run.published).toEqual([]);
  expect(run.calls).not.toContain("resign");
});

// Fails when the heartbeat is sent regardless of the renewal: the next leader's head would look like a step back.
test("[HINT-5] a watcher that loses its lease at a renewal publishes nothing more", async () => {
  let now = 0;
  let leads = 0;
  const run = startWatcher({
    now: () => now,
    lead: () => (++leads === 1 ? { head: 7, epoch } : undefined),
    claim: () => {
      now += 500;
      return undefined;
    },
  });
  await run.until(() => leads >= 3);
  await run.finish();
  expect(run.published).toEqual([{ type: "heartbeat", epoch, seq: 7 }]);
  expect(run.watcher.leading).toBe(false);
  expect(run.calls).not.toContain("resign");
});

// Fails when the claim trusts the head of the lease row: a promoted standby that never received the last numbers would give
// them to other rows, and gateways that already applied the first ones would ignore the second.
test("[HINT-9] when the head goes back within an epoch, the claim still expects the highest head seen", async () => {
  let now = 0;
  const answers: (Lease | undefined)[] = [{ head: 9, epoch }, undefined, { head: 4, epoch }];
  const run = startWatcher({
    now: () => now,
    lead: () => (answers.length > 1 ? answers.shift() : answers[0]),
    claim: () => {
      now += 1000;
      return undefined;
    },
  });
  await run.until(() => run.calls.filter((call) => call.startsWith("claim")).length >= 3);
  answers[0] = { head: 2, epoch: "e2" };
  await run.until(() => run.calls.at(-1) === "claim all 2");
  await run.finish();
  const expected = run.calls.filter((call) => call.startsWith("claim")).map((call) => call.split(" ").at(-1));
  expect([...new Set(expected)]).toEqual(["9", "2"]);
});

test("a full unbounded batch is followed at once by another that expects the new head", async () => {
  let head = 0;
  const run = startWatcher({
    lead: () => ({ head: 0, epoch }),
    claim: () => {
      if (head >= 4) return undefined;
      head += 2;
      return { first: head - 1, last: head, epoch };
    },
  });
  await run.until(() => run.published.filter((message) => message.type === "hint").length === 2);
  await run.finish();
  expect(run.calls.filter((call) => call.startsWith("claim"))).toContain("claim all 2");
});

test("a refused claim ends the leadership and requests the lease again", async () => {
  let refused = false;
  const run = startWatcher({
    lead: () => ({ head: 1, epoch }),
    claim: () => {
      if (refused) return undefined;
      refused = true;
      throw new NotLeadingError("lost");
    },
  });
  await run.until(() => run.calls.filter((call) => call === "lead").length >= 2 && run.watcher.leading);
  await run.finish();
  expect(run.published.every((message) => message.type === "heartbeat")).toBe(true);
  // At once, not at the next renewal: until then every claim would be refused.
  expect(run.calls.slice(0, 3)).toEqual(["lead", "claim all 1", "lead"]);
});

test("[HINT-11] when a claimed hint cannot be published, the next heartbeat carries its head", async () => {
  let leads = 0;
  let claims = 0;
  const run = startWatcher({
    lead: () => ({ head: leads++ === 0 ? 1 : 3, epoch }),
    claim: () => (claims++ === 0 ? { first: 2, last: 3, epoch } : undefined),
    read: () => {
      throw new Error("connection lost between the claim and the read");
    },
  });
  await run.until(() => run.published.some((message) => message.type === "heartbeat" && message.seq === 3));
  await run.finish();
  expect(run.published.filter((message) => message.type === "hint")).toEqual([]);
});

// Fails when the hint is published regardless: gateways would advance past rows that they never received.
test("[HINT-11] no hint is published when a claimed row is missing from the read", async () => {
  let claims = 0;
  const run = startWatcher({
    lead: () => ({ head: 5, epoch }),
    claim: () => (claims++ === 0 ? { first: 6, last: 7, epoch } : undefined),
    read: () => [row(7)],
  });
  await run.until(() => claims >= 2);
  await run.finish();
  expect(run.published.filter((message) => message.type === "hint")).toEqual([]);
});

test("stopping releases the lease", async () => {
  const run = startWatcher({ lead: () => ({ head: 1, epoch }), claim: () => undefined });
  await run.until(() => run.watcher.leading);
  await run.finish();
  expect(run.calls.at(-1)).toBe("resign");
});

// Fails when an outage goes unnoticed: the first housekeeping round afterwards would find only old heartbeats.
test("leadership counts as steady since the last failure or standstill", async () => {
  let now = 0;
  let failing = false;
  let claims = 0;
  const run = startWatcher({
    now: () => now,
    lead: () => ({ head: 1, epoch }),
    claim: () => {
      claims += 1;
      if (failing) throw new Error("away");
      return undefined;
    },
  });
  const rounds = async (): Promise<void> => {
    const before = claims;
    await run.until(() => claims >= before + 3);
  };
  await rounds();
  for (now += 5000; run.watcher.steadyMs < 5000; ) await rounds();
  expect(run.watcher.steadyMs).toBe(5000);
  failing = true;
  await rounds();
  expect(run.watcher.steadyMs).toBe(0);
  failing = false;
  await rounds();
  now += 6000;
  await rounds();
  expect(run.watcher.steadyMs).toBe(6000);
  now += 60_000;
  await rounds();
  expect(run.watcher.steadyMs).toBe(0);
  await run.finish();
});
