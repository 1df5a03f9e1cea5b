import type { UpMessage } from "@heliograph/protocol";
import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import type { HeldVersion } from "../store/entity-store.ts";
import { testId } from "../testing/ids.ts";
import { answerTimeoutMs } from "./pending-requests.ts";
import type { GoneRow } from "./subscribe-batch.ts";
import { defaultLimits, type Limits } from "./subscribe-batch.ts";
import { Subscriber } from "./subscriber.ts";
import { lingerMs } from "./subscription-set.ts";

type Subscribe = Extract<UpMessage, { type: "SUBSCRIBE" }>;

function setUp(held: Record<string, HeldVersion> = {}) {
  const clock = new FakeClock();
  const sent: UpMessage[] = [];
  const gone: GoneRow[] = [];
  const changed: string[] = [];
  const within: string[] = [];
  const warnings: string[] = [];
  let connected = true;
  const subscriber = new Subscriber({
    send: (message) => connected && sent.push(message) > 0,
    readVersions: async (_type, ids) => new Map(ids.flatMap((id) => (held[id] ? [[id, held[id]] as const] : []))),
    onChanged: (_type, changes) => changed.push(...changes.map(({ entityId }) => entityId)),
    onGone: (_type, rows) => gone.push(...rows),
    onContainersSubscribed: (_type, ids) => within.push(...ids),
    onPhase: () => {},
    onProgress: () => {},
    clock,
    random: () => 0.5,
    logger: { info: () => {}, warn: (line) => warnings.push(line) },
  });
  return {
    clock,
    sent,
    gone,
    changed,
    within,
    warnings,
    subscriber,
    connect: (limits: Limits = defaultLimits) => subscriber.connected(limits),
    lose: () => {
      connected = false;
      subscriber.disconnected();
      connected = true;
    },
    asked: () => sent.filter((message): message is Subscribe => message.type === "SUBSCRIBE"),
    /** Answers the latest SUBSCRIBE. */
    answer: (payload: { changed?: { entityId: string; version: number }[]; gone?: string[] } = {}) => {
      const last = sent.findLast((message): message is Subscribe => message.type === "SUBSCRIBE");
      if (!last?.id) throw new Error("nothing was asked");
      const { entityCode } = last.payload;
      subscriber.answered({
        type: "SUBSCRIBED",
        id: last.id,
        payload: { entityCode, count: 1, changed: [], gone: [], ...payload },
      });
    },
  };
}

const target = (n: number) => ({ entityCode: "task", entityId: testId(n), container: false });
const container = (n: number) => ({ entityCode: "task", entityId: testId(n), container: true });

test("targets acquired in one burst travel in one message, with the versions held", async () => {
  const { subscriber, connect, clock, asked } = setUp({
    [testId(1)]: { version: 7, gone: false },
    [testId(2)]: { version: 9, gone: true },
  });
  connect();
  subscriber.acquire([target(1)]);
  subscriber.acquire([target(2), target(3)]);
  subscriber.acquire([target(1)]);
  await clock.advance(10);
  expect(asked().map(({ payload }) => payload)).toEqual([
    { entityCode: "task", entityIds: [testId(1), testId(2), testId(3)], versions: [7, 0, 0] },
  ]);
});

test("no message names more than 1 000 ids or exceeds 64 KiB", async () => {
  const { subscriber, connect, clock, asked } = setUp();
  connect();
  subscriber.acquire(Array.from({ length: 2_500 }, (_, n) => target(n)));
  await clock.advance(100);
  expect(asked().map(({ payload }) => payload.entityIds?.length)).toEqual([1_000, 1_000, 500]);
  for (const message of asked()) {
    const versions = message.payload.versions?.map(() => Number.MAX_SAFE_INTEGER);
    expect(JSON.stringify({ ...message, payload: { ...message.payload, versions } }).length).toBeLessThan(65_536);
  }
});

test("smaller limits of a server are kept", async () => {
  const { subscriber, connect, clock, asked } = setUp();
  connect({ maxMessageBytes: 1_632, maxIdsPerMessage: 1_000, maxSubscriptions: 30 });
  subscriber.acquire(Array.from({ length: 40 }, (_, n) => target(n)));
  await clock.advance(100);
  expect(asked().map(({ payload }) => payload.entityIds?.length)).toEqual([20, 10]);
  expect(subscriber.overLimit).toBe(10);
});

test("targets over the limit are subscribed when others are released", async () => {
  const { subscriber, connect, clock, asked } = setUp();
  connect({ ...defaultLimits, maxSubscriptions: 1 });
  subscriber.acquire([target(1), target(2)]);
  await clock.advance(10);
  expect(asked()).toHaveLength(1);
  subscriber.release([target(1)]);
  await clock.advance(lingerMs + 10);
  expect(asked()[1]?.payload.entityIds).toEqual([testId(2)]);
  expect(subscriber.overLimit).toBe(0);
});

test("a subscription ends a moment after its last view releases it", async () => {
  const { subscriber, connect, clock, sent, answer } = setUp();
  connect();
  subscriber.acquire([target(1)]);
  subscriber.acquire([target(1)]);
  await clock.advance(10);
  answer();
  subscriber.release([target(1)]);
  await clock.advance(2 * lingerMs);
  expect(subscriber.phase(target(1))).toBe("held");
  subscriber.release([target(1)]);
  await clock.advance(lingerMs - 1);
  subscriber.acquire([target(1)]); // the next page shows the same row
  await clock.advance(lingerMs);
  expect(sent).toHaveLength(1);
  subscriber.release([target(1)]);
  await clock.advance(lingerMs + 10);
  expect(sent[1]).toMatchObject({ type: "UNSUBSCRIBE", payload: { entityCode: "task", entityIds: [testId(1)] } });
  subscriber.unsubscribed({ type: "UNSUBSCRIBED", id: sent[1]?.id ?? "", payload: { count: 1 } });
  expect(clock.timers).toBe(0);
});

test("an unanswered UNSUBSCRIBE is repeated, unless a view wants the row again", async () => {
  const { subscriber, connect, clock, sent, answer } = setUp();
  connect();
  subscriber.acquire([target(1), target(2)]);
  await clock.advance(10);
  answer();
  subscriber.release([target(1), target(2)]);
  await clock.advance(lingerMs + 10);
  subscriber.acquire([target(2)]);
  await clock.advance(answerTimeoutMs);
  const repeated = sent.filter(({ type }) => type === "UNSUBSCRIBE").at(-1);
  expect(repeated?.payload).toEqual({ entityCode: "task", entityIds: [testId(1)] });
  expect(repeated?.id).not.toBe(sent[1]?.id);
});

test("an unanswered SUBSCRIBE is repeated under a new id, and a late answer to the first is ignored", async () => {
  const { subscriber, connect, clock, asked, changed } = setUp();
  connect();
  subscriber.acquire([target(1)]);
  await clock.advance(answerTimeoutMs + 20);
  const [first, second] = asked();
  expect(second?.payload).toEqual(first?.payload);
  expect(second?.id).not.toBe(first?.id);
  const late = { entityCode: "task", count: 1, changed: [{ entityId: testId(1), version: 1 }], gone: [] };
  subscriber.answered({ type: "SUBSCRIBED", id: first?.id ?? "", payload: late });
  expect(subscriber.phase(target(1))).toBe("asked");
  expect(changed).toEqual([]);
});

test("after a reconnect everything is subscribed again, also refused targets", async () => {
  const { subscriber, connect, lose, clock, asked, answer, gone } = setUp({ [testId(2)]: { version: 5, gone: false } });
  connect();
  subscriber.acquire([target(1), target(2)]);
  await clock.advance(10);
  answer({ gone: [testId(2)] });
  expect(gone).toEqual([{ entityId: testId(2), seen: 5 }]);
  expect([subscriber.phase(target(1)), subscriber.phase(target(2))]).toEqual(["held", "refused"]);
  lose();
  expect(subscriber.phase(target(1))).toBe("wanted");
  connect();
  await clock.advance(10);
  expect(asked()[1]?.payload.entityIds).toEqual([testId(1), testId(2)]);
});

test("containers are subscribed first and reported when they are held", async () => {
  const { subscriber, connect, clock, asked, answer, within } = setUp();
  connect();
  subscriber.acquire([target(1), container(2)]);
  await clock.advance(10);
  expect(asked()[0]?.payload).toEqual({ entityCode: "task", within: [testId(2)] });
  answer();
  expect(within).toEqual([]); // that was the answer for the row
  const first = asked()[0]?.id ?? "";
  subscriber.answered({
    type: "SUBSCRIBED",
    id: first,
    payload: { entityCode: "task", count: 1, changed: [], gone: [] },
  });
  expect(within).toEqual([testId(2)]);
});

test("a temporary error is retried after a delay, a permanent one is not", async () => {
  const { subscriber, connect, clock, asked, warnings } = setUp();
  connect();
  subscriber.acquire([target(1)]);
  await clock.advance(10);
  const fail = (code: "unavailable" | "unknown_entity") =>
    subscriber.failed({ type: "ERROR", id: asked().at(-1)?.id ?? "", payload: { code, message: "why" } });
  fail("unavailable");
  expect(asked()).toHaveLength(1);
  await clock.advance(1_000);
  expect(asked()).toHaveLength(2);
  fail("unknown_entity");
  await clock.advance(60_000);
  expect(asked()).toHaveLength(2);
  expect(subscriber.phase(target(1))).toBe("failed");
  expect(warnings).toHaveLength(2);
});

test("stop leaves no timer", async () => {
  const { subscriber, connect, clock } = setUp();
  connect();
  subscriber.acquire([target(1), target(2)]);
  await clock.advance(10);
  subscriber.release([target(1)]);
  subscriber.stop();
  subscriber.release([target(2)]);
  expect(clock.timers).toBe(0);
});
