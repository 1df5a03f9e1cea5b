import type { BusMessage } from "@heliograph/protocol";
import { createLogger, createMetricsRegistry, type LogRow } from "@heliograph/server-kit";
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
function setUp(script: {
  lead: () => Lease | undefined;
  claim: (head: number) => Claim | undefined;
  read?: (after: number) => LogRow[];
  now?: () => number;
}) {
  const published: BusMessage[] = [];
  const calls: string[] = [];
  const stop = new AbortController();
  const waiting: { condition: () => boolean; resolve: () => void }[] = [];
  const look = (): void => {
    for (const entry of waiting) if (entry.condition()) entry.resolve();
  };
  const database: LogDatabase = {
    lead: async () => {
      calls.push("lead");
      look();
      return script.lead();
    },
    resign: async () => {
      calls.push("resign");
    },
    claim: async (_limit, head, window) => {
      calls.push(`claim ${window} ${head}`);
      look();
      return script.claim(head);
    },
    read: async (after, limit) =>
      script.read?.(after) ?? Array.from({ length: limit }, (_, index) => row(after + 1 + index)),
    ensurePartitions: async () => 0,
  };
  const bus: Bus = {
    publish: async (message) => {
      published.push(message);
      look();
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
    ...(script.now && { now: script.now }),
  });
  const running = watcher.run(stop.signal);
  return {
    published,
    calls,
    watcher,
    until: (condition: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        waiting.push({ condition, resolve });
        look();
      }),
    finish: async (): Promise<void> => {
      stop.abort();
      await running;
    },
  };
}

test("a claim becomes one hint whose prev is the head before it", async () => {
  let claims = 0;
  const rig = setUp({
    lead: () => ({ head: 5, epoch }),
    claim: () => (claims++ === 0 ? { first: 6, last: 7, epoch } : undefined),
  });
  await rig.until(() => rig.published.some((message) => message.type === "hint"));
  await rig.finish();
  expect(rig.published.find((message) => message.type === "hint")).toMatchObject({ prev: 5, seq: 7, epoch });
});

test("a heartbeat follows a renewal only: a watcher that lost the lease names no head", async () => {
  const rig = setUp({ lead: () => undefined, claim: () => undefined });
  await rig.until(() => rig.calls.filter((call) => call === "lead").length >= 2);
  await rig.finish();
  expect(rig.published).toEqual([]);
  expect(rig.calls).not.toContain("resign");
});

// Fails when the head is told whatever the database says: the next leader's numbers would look like a step back.
test("a watcher that loses its lease at the renewal falls silent at once", async () => {
  let now = 0;
  let leads = 0;
  const rig = setUp({
    now: () => now,
    lead: () => (++leads === 1 ? { head: 7, epoch } : undefined),
    claim: () => {
      now += 500;
      return undefined;
    },
  });
  await rig.until(() => leads >= 3);
  await rig.finish();
  expect(rig.published).toEqual([{ type: "heartbeat", epoch, seq: 7 }]);
  expect(rig.watcher.leading).toBe(false);
  expect(rig.calls).not.toContain("resign");
});

// Fails when the head that the lease row names is believed: a promoted standby that never got the last numbers would give
// them to other rows, and gateways that have seen the first ones would ignore the second.
test("a head that went back within a history is not believed: the claim expects the one that was seen", async () => {
  let now = 0;
  const answers: (Lease | undefined)[] = [{ head: 9, epoch }, undefined, { head: 4, epoch }];
  const rig = setUp({
    now: () => now,
    lead: () => (answers.length > 1 ? answers.shift() : answers[0]),
    claim: () => {
      now += 1000;
      return undefined;
    },
  });
  await rig.until(() => rig.calls.filter((call) => call.startsWith("claim")).length >= 3);
  answers[0] = { head: 2, epoch: "e2" };
  await rig.until(() => rig.calls.at(-1) === "claim all 2");
  await rig.finish();
  const expected = rig.calls.filter((call) => call.startsWith("claim")).map((call) => call.split(" ").at(-1));
  expect([...new Set(expected)]).toEqual(["9", "2"]);
});

test("a full unbounded batch is followed by another one at once, expecting the new head: a backlog of old rows", async () => {
  let head = 0;
  const rig = setUp({
    lead: () => ({ head: 0, epoch }),
    claim: () => {
      if (head >= 4) return undefined;
      head += 2;
      return { first: head - 1, last: head, epoch };
    },
  });
  await rig.until(() => rig.published.filter((message) => message.type === "hint").length === 2);
  await rig.finish();
  expect(rig.calls.filter((call) => call.startsWith("claim"))).toContain("claim all 2");
});

test("a refused claim ends the leadership and asks for the lease again", async () => {
  let refused = false;
  const rig = setUp({
    lead: () => ({ head: 1, epoch }),
    claim: () => {
      if (refused) return undefined;
      refused = true;
      throw new NotLeadingError("lost");
    },
  });
  await rig.until(() => rig.calls.filter((call) => call === "lead").length >= 2 && rig.watcher.leading);
  await rig.finish();
  expect(rig.published.every((message) => message.type === "heartbeat")).toBe(true);
  // At once, not at its next renewal: until then it would claim in vain.
  expect(rig.calls.slice(0, 3)).toEqual(["lead", "claim all 1", "lead"]);
});

test("a hint that could not be told is named by the next heartbeat: the head moves before the rows are read", async () => {
  let leads = 0;
  let claims = 0;
  const rig = setUp({
    lead: () => ({ head: leads++ === 0 ? 1 : 3, epoch }),
    claim: () => (claims++ === 0 ? { first: 2, last: 3, epoch } : undefined),
    read: () => {
      throw new Error("connection lost between the claim and the read");
    },
  });
  await rig.until(() => rig.published.some((message) => message.type === "heartbeat" && message.seq === 3));
  await rig.finish();
  expect(rig.published.filter((message) => message.type === "hint")).toEqual([]);
});

test("stopping hands the lease over", async () => {
  const rig = setUp({ lead: () => ({ head: 1, epoch }), claim: () => undefined });
  await rig.until(() => rig.watcher.leading);
  await rig.finish();
  expect(rig.calls.at(-1)).toBe("resign");
});

// Fails when an outage is not noticed here: the first look afterwards finds nothing but old heartbeats.
test("leadership counts as steady only since the last failure, and not across a standstill", async () => {
  let now = 0;
  let failing = false;
  let claims = 0;
  const rig = setUp({
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
    await rig.until(() => claims >= before + 3);
  };
  await rounds();
  for (now += 5000; rig.watcher.steadyMs < 5000; ) await rounds();
  expect(rig.watcher.steadyMs).toBe(5000);
  failing = true;
  await rounds();
  expect(rig.watcher.steadyMs).toBe(0);
  failing = false;
  await rounds();
  now += 6000;
  await rounds();
  expect(rig.watcher.steadyMs).toBe(6000);
  now += 60_000;
  await rounds();
  expect(rig.watcher.steadyMs).toBe(0);
  await rig.finish();
});
