import { settle } from "@heliograph/shared/testing/settle";
import { expect, test } from "vitest";
import { createFeedHarness, names } from "../testing/feed-harness.ts";
import { headCheckMs, logPageSize, maxCatchUpRows, silenceMs } from "./feed.ts";

test("[HINT-1] starts at the head and applies hints that follow on, without reading the log", async () => {
  using site = createFeedHarness();
  await site.start();
  site.claim(3);
  site.feed.onMessage(site.hint(10, 12));
  site.feed.onMessage(site.hint(12, 13));
  expect(site.applied).toEqual(names(11, 13));
  expect(site.feed.position).toEqual({ epoch: "one", seq: 13 });
  await site.clock.advance(100);
  expect(site.state.pages).toBe(0);
});

test("[HINT-2] old, duplicate and overlapping hints are applied once", async () => {
  using site = createFeedHarness();
  await site.start();
  site.claim(4);
  site.feed.onMessage(site.hint(10, 12));
  site.feed.onMessage(site.hint(10, 12));
  site.feed.onMessage(site.hint(8, 11));
  // Covers 11 to 14: partly known, so only the rest is read, from the log.
  site.feed.onMessage(site.hint(10, 14));
  await site.clock.advance(100);
  expect(site.applied).toEqual(names(11, 14));
});

test("[HINT-3] a gap is read from the log", async () => {
  using site = createFeedHarness();
  await site.start();
  site.claim(5);
  site.feed.onMessage(site.hint(13, 15));
  await site.clock.advance(100);
  expect(site.applied).toEqual(names(11, 15));
  expect(site.repairs).toEqual(["gap"]);
});

test("[HINT-4] a heartbeat ahead of the position repairs lost hints", async () => {
  using site = createFeedHarness();
  await site.start();
  site.claim(2);
  site.feed.onMessage({ type: "heartbeat", epoch: "one", seq: 12 });
  await site.clock.advance(100);
  expect(site.applied).toEqual(names(11, 12));
  expect(site.repairs).toEqual(["heartbeat"]);
});

test("[HINT-3] a reconnect reads the log, because messages in the meantime are lost", async () => {
  using site = createFeedHarness();
  await site.start();
  site.feed.onDisconnected();
  await settle();
  site.claim(2);
  site.feed.onConnected();
  await site.clock.advance(1);
  expect(site.applied).toEqual(names(11, 12));
});

test("[HINT-6] while the bus is down the log is polled", async () => {
  using site = createFeedHarness();
  await site.start();
  site.feed.onDisconnected();
  await site.clock.advance(250);
  site.claim(1);
  await site.clock.advance(250);
  expect(site.applied).toEqual(names(11, 11));
});

test("[HINT-6] after three seconds of silence the log is read", async () => {
  using site = createFeedHarness();
  await site.start();
  site.claim(1);
  await site.clock.advance(silenceMs - 1);
  expect(site.applied).toEqual([]);
  await site.clock.advance(50);
  expect(site.applied).toEqual(names(11, 11));
  expect(site.repairs).toEqual(["silence"]);
});

test("[HINT-6] without a bus the log is polled", async () => {
  using site = createFeedHarness({ bus: false });
  await site.start();
  site.claim(3);
  await site.clock.advance(251);
  expect(site.applied).toEqual(names(11, 13));
});

// Fails when the head is not checked on its own: heartbeats of a stale leader prevent the silence check and name
// nothing that another leader has sequenced.
test("[HINT-7] the head is read from the writer every five seconds, whatever the bus delivers", async () => {
  using site = createFeedHarness();
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
test("[HINT-8] the position moves only to rows that were read, never to a head", async () => {
  using site = createFeedHarness();
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
  using site = createFeedHarness();
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
  using site = createFeedHarness();
  await site.start();
  site.claim(logPageSize * 2 + 7);
  site.feed.onMessage({ type: "heartbeat", epoch: "one", seq: site.state.head });
  await site.clock.advance(100);
  expect(site.applied).toHaveLength(logPageSize * 2 + 7);
  expect(new Set(site.applied).size).toBe(site.applied.length);
  expect(site.state.pages).toBe(3);
});

test("hints that arrive during a read are neither applied twice nor cause another read", async () => {
  using site = createFeedHarness();
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

test("a hint that continues the position is applied during a read", async () => {
  using site = createFeedHarness();
  await site.start();
  site.claim(2);
  site.duringPage(() => site.feed.onMessage(site.hint(10, 12)));
  site.feed.onMessage({ type: "heartbeat", epoch: "one", seq: 11 });
  await site.clock.advance(100);
  expect(site.applied).toEqual(names(11, 12));
});

test("[HINT-9] a new epoch resets the sockets, and only the database decides it", async () => {
  using site = createFeedHarness();
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

test("[HINT-9] a head below the position resets the sockets", async () => {
  using site = createFeedHarness();
  await site.start();
  site.state.head = 3;
  site.log.length = 3;
  await site.clock.advance(headCheckMs + 100);
  expect(site.histories).toHaveLength(1);
  expect(site.feed.position?.seq).toBe(3);
});

test("[HINT-9] a page with a gap resets the sockets", async () => {
  using site = createFeedHarness();
  await site.start();
  site.claim(4);
  site.log.splice(11, 1);
  site.feed.onMessage({ type: "heartbeat", epoch: "one", seq: 14 });
  await site.clock.advance(10);
  expect(site.applied).toEqual([]);
  expect(site.histories).toHaveLength(1);
  expect(site.feed.position?.seq).toBe(14);
});

test("rows that were dropped from the log reset the sockets and cause no endless search", async () => {
  using site = createFeedHarness();
  await site.start();
  site.claim(4);
  site.log.splice(10, 4);
  site.feed.onMessage({ type: "heartbeat", epoch: "one", seq: 14 });
  await site.clock.advance(100);
  expect(site.histories).toHaveLength(1);
  expect(site.state.pages).toBeLessThan(4);
});

test("a message with unassigned numbers changes nothing", async () => {
  using site = createFeedHarness();
  await site.start();
  site.feed.onMessage({ type: "heartbeat", epoch: "one", seq: 1_000_000 });
  await site.clock.advance(100);
  expect(site.histories).toEqual([]);
  expect(site.feed.position?.seq).toBe(10);
  expect(site.state.pages).toBe(1);
});

test("when the feed is far behind, sockets are reset instead of the gateway reading everything", async () => {
  using site = createFeedHarness();
  await site.start();
  site.claim(maxCatchUpRows + logPageSize + 1);
  site.feed.onMessage({ type: "heartbeat", epoch: "one", seq: site.state.head });
  await site.clock.advance(100);
  expect(site.histories).toHaveLength(1);
  expect(site.feed.position?.seq).toBe(site.state.head);
});

test("catchUpTo resolves immediately at the position, and after a read of the log beyond it", async () => {
  using site = createFeedHarness();
  await site.start();
  expect(await site.feed.catchUpTo({ epoch: "one", seq: 10 })).toBe("reached");
  expect(site.state.heads).toBe(0);
  site.claim(5);
  const asked = Promise.all(Array.from({ length: 50 }, () => site.feed.catchUpTo({ epoch: "one", seq: 14 })));
  await site.clock.advance(100);
  expect(new Set(await asked)).toEqual(new Set(["reached"]));
  expect(site.feed.position?.seq).toBe(15);
  expect(site.state.heads).toBeLessThanOrEqual(2);
});

test("catchUpTo refuses a cursor ahead of the database", async () => {
  using site = createFeedHarness();
  await site.start();
  const refused = Promise.all([
    site.feed.catchUpTo({ epoch: "one", seq: 11 }),
    site.feed.catchUpTo({ epoch: "two", seq: 3 }),
  ]);
  await site.clock.advance(100);
  expect(await refused).toEqual(["cursor_ahead", "other_history"]);
});

// Fails when the gateway's own epoch decides: a client of a gateway that has noticed the new epoch would be refused.
test("catchUpTo adopts a new epoch first that this gateway has not noticed yet", async () => {
  using site = createFeedHarness();
  await site.start();
  site.state.epoch = "two";
  const reached = site.feed.catchUpTo({ epoch: "two", seq: 9 });
  await site.clock.advance(100);
  expect(await reached).toBe("reached");
  expect(site.histories).toHaveLength(1);
});

test("catchUpTo fails when the database stays away", async () => {
  using site = createFeedHarness();
  await site.start();
  site.claim(1);
  const outcome = site.feed.catchUpTo({ epoch: "one", seq: 11 }).catch((error: Error) => error.message);
  site.duringPage(() => {
    site.state.failing = true;
  });
  await site.clock.advance(11_000);
  expect(await outcome).toMatch(/in time/);
});

// Fails when the error is not caught: from a hint it would end the process, from a page the changes would be lost.
test("a batch that cannot be applied resets the sockets, and the feed continues behind it", async () => {
  using site = createFeedHarness();
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
