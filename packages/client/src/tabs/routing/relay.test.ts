import type { DownMessage } from "@heliograph/protocol";
import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { settle } from "@heliograph/shared/testing/settle";
import { expect, test } from "vitest";
import { type Phase, type Target, targetKey } from "../../subscriptions/subscription-set.ts";
import { testId } from "../../testing/ids.ts";
import { maxQueuedMs } from "./leader-message-queue.ts";
import { Relay } from "./relay.ts";

const limits = { maxMessageBytes: 65_536, maxIdsPerMessage: 1_000, maxSubscriptions: 10_000 };
const [a, b, container] = [testId(1), testId(2), testId(900)];

/** A leader whose subscriptions, needs and stored versions the test sets. */
function createLeader() {
  const clock = new FakeClock();
  const posted: { link: string; message: DownMessage }[] = [];
  const phases = new Map<string, Phase>();
  const needs = new Map<string, number>();
  const held = new Map<string, { version: number; gone: boolean }>();
  const relay = new Relay({
    subscriptions: {
      acquire: (targets) => {
        for (const target of targets) if (!phases.has(targetKey(target))) phases.set(targetKey(target), "wanted");
      },
      release: (targets) => {
        for (const target of targets) phases.delete(targetKey(target));
      },
      phase: (target) => phases.get(targetKey(target)),
    },
    neededVersion: (key) => needs.get(key),
    readVersions: async () => held,
    post: (link, message) => posted.push({ link, message }),
    clock,
  });
  const become = async (target: Target, phase: Phase) => {
    phases.set(targetKey(target), phase);
    relay.phaseChanged([target]);
    await settle();
  };
  const read = async (key: string) => {
    needs.delete(key);
    relay.needsChanged([key]);
    await settle();
  };
  const last = () => posted.at(-1)?.message;
  return { relay, clock, posted, phases, needs, held, become, read, last };
}

const row = (id: string): Target => ({ entityCode: "task", entityId: id, container: false });
const invalidate = (...ids: string[]): Extract<DownMessage, { type: "INVALIDATE" }> => ({
  type: "INVALIDATE",
  payload: {
    entityCode: "task",
    changes: ids.map((entityId) => ({ entityId, action: "UPDATE", version: 7 })),
    timestamp: "",
  },
});

async function subscribed() {
  const leader = createLeader();
  leader.relay.open("l1");
  leader.relay.linked(limits);
  leader.held.set(a, { version: 5, gone: false });
  leader.relay.handle("l1", {
    type: "SUBSCRIBE",
    id: "s1",
    payload: { entityCode: "task", entityIds: [a], versions: [5] },
  });
  await leader.become(row(a), "held");
  return leader;
}

test("a follower gets WELCOME when the leader is connected, and SUBSCRIBED when the server has answered the leader", async () => {
  const { relay, posted, become, last } = createLeader();
  relay.open("l1");
  expect(posted).toEqual([]);
  relay.linked(limits);
  expect(last()).toMatchObject({ type: "WELCOME", payload: { limits } });
  const payload = { entityCode: "task", entityIds: [a, b], versions: [5, 0] };
  relay.handle("l1", { type: "SUBSCRIBE", id: "s1", payload });
  await become(row(a), "held");
  expect(last()?.type).toBe("WELCOME");
  await become(row(b), "refused");
  // The follower and the leader hold version 5, so row a has not changed. Row b was refused.
  expect(last()).toEqual({
    type: "SUBSCRIBED",
    id: "s1",
    payload: { entityCode: "task", count: 1, changed: [], gone: [b] },
  });
  await become(row(b), "held");
  expect(last()).toMatchObject({ type: "INVALIDATE", payload: { changes: [{ entityId: b, action: "CREATE" }] } });
});

test("[BMK-2] a signal is sent to followers when the leader has read the row, or after a second; no BOOKMARK overtakes it", async () => {
  const { relay, needs, posted, read, clock, last } = await subscribed();
  needs.set(`task:${a}`, 7);
  relay.notify(invalidate(a));
  expect(last()?.type).toBe("SUBSCRIBED");
  relay.bookmark(); // must not be sent before the queued signal
  expect(last()?.type).toBe("SUBSCRIBED");
  await read(`task:${a}`);
  expect(last()).toMatchObject({ type: "INVALIDATE", payload: { changes: [{ entityId: a, version: 7 }] } });
  relay.bookmark();
  expect(last()?.type).toBe("BOOKMARK");
  needs.set(`task:${a}`, 8);
  relay.notify(invalidate(a));
  const before = posted.length;
  await clock.advance(maxQueuedMs);
  expect(posted).toHaveLength(before + 1);
  expect(clock.timers).toBe(0);
});

test("a follower receives signals only of its rows and containers, and GONE at once", async () => {
  const { relay, needs, posted, become, last } = await subscribed();
  const before = posted.length;
  relay.notify(invalidate(b));
  expect(posted).toHaveLength(before);
  relay.handle("l1", { type: "SUBSCRIBE", id: "s2", payload: { entityCode: "task", within: [container] } });
  await become({ entityCode: "task", entityId: container, container: true }, "held");
  relay.notify(invalidate(b));
  expect(last()).toMatchObject({ type: "INVALIDATE", payload: { changes: [{ entityId: b }] } });
  needs.set(`task:${a}`, 9);
  relay.notify({ type: "GONE", payload: { entityCode: "task", entityIds: [a, b] } });
  expect(last()).toEqual({ type: "GONE", payload: { entityCode: "task", entityIds: [a] } });
});

test("a link that is closed, or ends with the leader's socket, releases its subscriptions", async () => {
  const { relay, phases, become, posted } = await subscribed();
  relay.open("l2");
  relay.handle("l2", { type: "SUBSCRIBE", id: "s1", payload: { entityCode: "task", entityIds: [b] } });
  await become(row(b), "held");
  relay.close("l2");
  expect([...phases.keys()]).toEqual([targetKey(row(a))]);
  expect(relay.unlinked()).toEqual(["l1"]);
  expect(phases.size).toBe(0);
  const before = posted.length;
  relay.handle("l1", { type: "PING" });
  relay.linked(limits);
  expect(posted).toHaveLength(before);
});

test("the leader answers RESUME, AUTH and UNSUBSCRIBE of a follower without the server", async () => {
  const { relay, last } = await subscribed();
  relay.handle("l1", { type: "RESUME", id: "r", payload: { connectionId: "c", cursor: "x" } });
  expect(last()).toEqual({ type: "RESET", payload: { reason: "session" } });
  relay.handle("l1", { type: "AUTH", id: "a1", payload: { token: "t" } });
  expect(last()).toMatchObject({ type: "REAUTH", id: "a1" });
  relay.handle("l1", { type: "UNSUBSCRIBE", id: "u1", payload: { entityCode: "task", entityIds: [a] } });
  expect(last()).toEqual({ type: "UNSUBSCRIBED", id: "u1", payload: { entityCode: "task", count: 1 } });
});
