import { setImmediate } from "node:timers/promises";
import type { BusMessage, HintItem } from "@heliograph/protocol";
import type { LogRow } from "@heliograph/server-kit";
import { expect, test } from "vitest";
import { Feed, farBehind, headCheckMs, pageSize, silenceMs } from "./feed.ts";
import { FakeClock, settled } from "./testing/fake-clock.ts";

const row = (seq: number): LogRow => ({
  sync_seq: seq,
  entity_code: "task",
  entity_id: `row-${seq}`,
  action: 2,
  entity_version: seq,
  container_ids: [],
  restricted: false,
  recheck: false,
  created_ms: 0,
});

/** A feed over a log in memory. */
function scene({ bus = true, head = 10 }: { bus?: boolean; head?: number } = {}) {
  const clock = new FakeClock();
  const log = Array.from({ length: head }, (_, at) => row(at + 1));
  const state = { epoch: "one", head, failing: false, heads: 0, pages: 0, cannotApply: false };
  const applied: string[] = [];
  const histories: string[] = [];
  const repairs: string[] = [];
  /** Runs while a page is on its way. */
  let duringPage: (() => void) | undefined;
  const feed = new Feed({
    async readHead() {
      state.heads += 1;
      await setImmediate();
      if (state.failing) throw new Error("away");
      return { epoch: state.epoch, seq: state.head };
    },
    async readLog(after, limit) {
      state.pages += 1;
      const page = log.filter(({ sync_seq }) => sync_seq > after).slice(0, limit);
      await setImmediate();
      duringPage?.();
      duringPage = undefined;
      if (state.failing) throw new Error("away");
      return page;
    },
    apply: (items) => {
      if (state.cannotApply) throw new Error("a fault in the fan-out");
      applied.push(...items.map(({ e }) => e));
    },
    anotherHistory: (reason) => void histories.push(reason),
    clock,
    random: () => 1,
    bus,
    pollIntervalMs: 250,
    observe: {
      moved: () => undefined,
      repaired: (reason) => void repairs.push(reason),
      failed: () => undefined,
    },
  });
  const claim = (count: number): void => {
    for (let more = 0; more < count; more += 1) {
      state.head += 1;
      log.push(row(state.head));
    }
  };
  const hint = (prev: number, seq: number, epoch = "one"): BusMessage => ({
    type: "hint",
    epoch,
    prev,
    seq,
    items: Array.from({ length: seq - prev }, (_, at) => itemOf(prev + at + 1)),
  });
  const stop = new AbortController();
  const start = async (): Promise<void> => {
    await feed.start();
    if (bus) feed.onConnected();
    void feed.run(stop.signal);
    await settled();
    await settled();
    state.heads = 0;
    state.pages = 0;
    repairs.length = 0;
  };
  return {
    clock,
    log,
    state,
    applied,
    histories,
    repairs,
    feed,
    claim,
    hint,
    start,
    duringPage: (run: () => void) => {
      duringPage = run;
    },
    [Symbol.dispose]: () => stop.abort(),
  };
}

const itemOf = (seq: number): HintItem => ({
  c: "task",
  e: `row-${seq}`,
  a: 2,
  v: seq,
  k: [],
  r: false,
  x: false,
  t: 0,
});
const names = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => `row-${from + at}`);

test("starts at the head and applies hints that follow on, without reading the log", async () => {
  using site = scene();
  await site.start();
  site.claim(3);
  site.feed.onMessage(site.hint(10, 12));
  site.feed.onMessage(site.hint(12, 13));
  expect(site.applied).toEqual(names(11, 13));
  expect(site.feed.position).toEqual({ epoch: "one", seq: 13 });
  await site.clock.advance(100);
  expect(site.state.pages).toBe(0);
});

test("old, doubled and overlapping hints are applied once", async () => {
  using site = scene();
  await site.start();
  site.claim(4);
  site.feed.onMessage(site.hint(10, 12));
  site.feed.onMessage(site.hint(10, 12));
  site.feed.onMessage(site.hint(8, 11));
  // Covers 11 to 14: partly known, so only the rest is taken, from the log.
  site.feed.onMessage(site.hint(10, 14));
  await site.clock.advance(100);
  expect(site.applied).toEqual(names(11, 14));
});

test("a gap is read from the log", async () => {
  using site = scene();
  await site.start();
  site.claim(5);
  site.feed.onMessage(site.hint(13, 15));
  await site.clock.advance(100);
  expect(site.applied).toEqual(names(11, 15));
  expect(site.repairs).toEqual(["gap"]);
});

test("a heartbeat ahead finds what no hint told", async () => {
  using site = scene();
  await site.start();
  site.claim(2);
  site.feed.onMessage({ type: "heartbeat", epoch: "one", seq: 12 });
  await site.clock.advance(100);
  expect(site.applied).toEqual(names(11, 12));
  expect(site.repairs).toEqual(["heartbeat"]);
});

test("a reconnect reads the log: what was published meanwhile is lost", async () => {
  using site = scene();
  await site.start();
  site.feed.onDisconnected();
  await settled();
  site.claim(2);
  site.feed.onConnected();
  await site.clock.advance(1);
  expect(site.applied).toEqual(names(11, 12));
});

test("while the bus is down the log is polled", async () => {
  using site = scene();
  await site.start();
  site.feed.onDisconnected();
  await site.clock.advance(250);
  site.claim(1);
  await site.clock.advance(250);
  expect(site.applied).toEqual(names(11, 11));
});

test("three seconds of silence are not believed", async () => {
  using site = scene();
  await site.start();
  site.claim(1);
  await site.clock.advance(silenceMs - 1);
  expect(site.applied).toEqual([]);
  await site.clock.advance(50);
  expect(site.applied).toEqual(names(11, 11));
  expect(site.repairs).toEqual(["silence"]);
});

test("without a bus the log is polled", async () => {
  using site = scene({ bus: false });
  await site.start();
  site.claim(3);
  await site.clock.advance(251);
  expect(site.applied).toEqual(names(11, 13));
});

// Fails when the head is not read by itself: heartbeats of a leader that stands still keep the silence away, and say
// nothing of what another leader has sequenced.
test("the head is read from the writer every five seconds, whatever the bus says", async () => {
  using site = scene();
  await site.start();
  site.claim(2);
  for (let passed = 0; passed < headCheckMs; passed += 1000) {
    site.feed.onMessage({ type: "heartbeat", epoch: "one", seq: 10 });
    await site.clock.advance(1000);
  }
  await site.clock.advance(10);
  expect(site.applied).toEqual(names(11, 12));
  expect(site.repairs).toEqual(["head"]);
});

// Fails when the position is set from the head that was read: rows that become readable between the two would be
// skipped, and a page that fails would lose all of them.
test("the position moves only to rows that were read, never to a head", async () => {
  using site = scene();
  await site.start();
  site.claim(3);
  const [last] = site.log.splice(-1);
  site.feed.onMessage({ type: "heartbeat", epoch: "one", seq: 12 });
  site.state.head = 13;
  await site.clock.advance(20);
  expect(site.feed.position?.seq).toBe(12);
  if (last) site.log.push(last);
  site.feed.onMessage({ type: "heartbeat", epoch: "one", seq: 13 });
  await site.clock.advance(20);
  expect(site.applied).toEqual(names(11, 13));
});

test("a read that fails is repeated until it works", async () => {
  using site = scene();
  await site.start();
  site.claim(2);
  site.state.failing = true;
  site.feed.onMessage(site.hint(11, 12));
  await site.clock.advance(3000);
  expect(site.applied).toEqual([]);
  expect(site.feed.position?.seq).toBe(10);
  site.state.failing = false;
  await site.clock.advance(3000);
  expect(site.applied).toEqual(names(11, 12));
  expect(site.histories).toEqual([]);
});

test("more than a page is read page by page", async () => {
  using site = scene();
  await site.start();
  site.claim(pageSize * 2 + 7);
  site.feed.onMessage({ type: "heartbeat", epoch: "one", seq: site.state.head });
  await site.clock.advance(100);
  expect(site.applied).toHaveLength(pageSize * 2 + 7);
  expect(new Set(site.applied).size).toBe(site.applied.length);
  expect(site.state.pages).toBe(3);
});

test("hints that come during a read are neither applied twice nor cause another read", async () => {
  using site = scene();
  await site.start();
  site.claim(3);
  site.duringPage(() => {
    site.claim(2);
    site.feed.onMessage(site.hint(13, 15));
  });
  site.feed.onMessage(site.hint(11, 13));
  await site.clock.advance(100);
  expect(site.applied).toEqual(names(11, 15));
  expect(site.state.pages).toBe(1);
});

test("a hint that follows on is applied although a read is under way", async () => {
  using site = scene();
  await site.start();
  site.claim(2);
  site.duringPage(() => site.feed.onMessage(site.hint(10, 12)));
  site.feed.onMessage({ type: "heartbeat", epoch: "one", seq: 11 });
  await site.clock.advance(100);
  expect(site.applied).toEqual(names(11, 12));
});

test("another epoch is another history, and only the database says so", async () => {
  using site = scene();
  await site.start();
  site.feed.onMessage(site.hint(10, 11, "forged"));
  await site.clock.advance(10);
  expect(site.histories).toEqual([]);
  expect(site.applied).toEqual([]);
  site.state.epoch = "two";
  site.state.head = 4;
  site.feed.onMessage(site.hint(3, 4, "two"));
  await site.clock.advance(10);
  expect(site.histories).toHaveLength(1);
  expect(site.feed.position).toEqual({ epoch: "two", seq: 4 });
});

test("a head below the position is another history", async () => {
  using site = scene();
  await site.start();
  site.state.head = 3;
  site.log.length = 3;
  await site.clock.advance(headCheckMs + 100);
  expect(site.histories).toHaveLength(1);
  expect(site.feed.position?.seq).toBe(3);
});

test("a page with a hole is another history", async () => {
  using site = scene();
  await site.start();
  site.claim(4);
  site.log.splice(11, 1);
  site.feed.onMessage({ type: "heartbeat", epoch: "one", seq: 14 });
  await site.clock.advance(10);
  expect(site.applied).toEqual([]);
  expect(site.histories).toHaveLength(1);
  expect(site.feed.position?.seq).toBe(14);
});

test("rows that were dropped from the log are another history, not an endless search", async () => {
  using site = scene();
  await site.start();
  site.claim(4);
  site.log.splice(10, 4);
  site.feed.onMessage({ type: "heartbeat", epoch: "one", seq: 14 });
  await site.clock.advance(100);
  expect(site.histories).toHaveLength(1);
  expect(site.state.pages).toBeLessThan(4);
});

test("a message that announces numbers nobody gave out changes nothing", async () => {
  using site = scene();
  await site.start();
  site.feed.onMessage({ type: "heartbeat", epoch: "one", seq: 1_000_000 });
  await site.clock.advance(100);
  expect(site.histories).toEqual([]);
  expect(site.feed.position?.seq).toBe(10);
  expect(site.state.pages).toBe(1);
});

test("far behind, sockets compare versions instead of the pod reading everything", async () => {
  using site = scene();
  await site.start();
  site.claim(farBehind + pageSize + 1);
  site.feed.onMessage({ type: "heartbeat", epoch: "one", seq: site.state.head });
  await site.clock.advance(100);
  expect(site.histories).toHaveLength(1);
  expect(site.feed.position?.seq).toBe(site.state.head);
});

// Fails when the error just passes: out of a hint it would end the process, out of a page the changes would be lost.
test("a batch that cannot be applied makes the sockets begin afresh, and the feed goes on behind it", async () => {
  using site = scene();
  await site.start();
  site.state.cannotApply = true;
  site.claim(2);
  site.feed.onMessage(site.hint(10, 11));
  expect(site.histories).toHaveLength(1);
  site.feed.onMessage({ type: "heartbeat", epoch: "one", seq: 12 });
  await site.clock.advance(100);
  expect(site.histories).toHaveLength(2);
  site.state.cannotApply = false;
  site.claim(1);
  site.feed.onMessage(site.hint(12, 13));
  expect(site.applied).toEqual(names(13, 13));
});
