import { expect, test } from "vitest";
import type { JourneyMetric } from "../plan/metrics.ts";
import type { Ports, SocketEvents } from "./ports.ts";
import { SyncClient } from "./sync-client.ts";

const protocol = {
  subprotocol: "v1",
  tokenPrefix: "bearer.",
  maxIdsPerMessage: 2,
  closeCodes: { restart: 1012, tooBig: 1009, tooSlow: 4008, noPong: 4408, badMessage: 4400, tooFast: 4429 },
};

/** A client whose server, clock and timers the test controls. */
function createHarness() {
  const sockets: { events: SocketEvents; sent: { type: string; id?: string; payload?: unknown }[]; url: string }[] = [];
  const recorded: (readonly [JourneyMetric, number])[] = [];
  const timers: (() => void)[] = [];
  const ports: Ports = {
    openSocket: ({ url }, events) => {
      const sent: { type: string }[] = [];
      sockets.push({ events, sent, url });
      return { send: (text) => void sent.push(JSON.parse(text)), close: (code) => events.onClose(code, "") };
    },
    request: async () => ({ status: 0, body: undefined }),
    wallNow: () => 0,
    setTimer: (callback, delayMs) => {
      // The test fires the delays before reconnects; timeouts of requests never fire.
      if (delayMs < 10_000) timers.push(callback);
      return () => undefined;
    },
    random: () => 0.5,
    record: (metric, value) => void recorded.push([metric, value]),
  };
  const client = new SyncClient({
    ports,
    protocol,
    targets: [
      { http: "", ws: "one" },
      { http: "", ws: "two" },
    ],
    index: 0,
    token: "t",
    entityCode: "task",
    sharedClock: true,
    reconnectUntil: () => 1000,
  });
  const receive = (message: object, at = -1): void => sockets.at(at)?.events.onText(JSON.stringify(message));
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
  const sum = (metric: JourneyMetric): number =>
    recorded.reduce((all, [name, value]) => (name === metric ? all + value : all), 0);
  return { client, sockets, timers, recorded, receive, settled, sum };
}

const welcome = (connectionId: string) => ({ type: "WELCOME", payload: { connectionId, cursor: `${connectionId}-0` } });
const signal = (entityId: string, version: number) => ({
  type: "INVALIDATE",
  payload: { entityCode: "task", changes: [{ entityId, action: "UPDATE", version }], timestamp: "" },
});

async function subscribed() {
  const at = createHarness();
  const connecting = at.client.connect();
  at.receive(welcome("c1"));
  expect(await connecting).toBe(true);
  const done = at.client.subscribe(["a", "b"]);
  const changed = ["a", "b"].map((entityId) => ({ entityId, version: 10 }));
  at.receive({ type: "SUBSCRIBED", id: "1", payload: { entityCode: "task", count: 2, changed, gone: [] } });
  return { ...at, done };
}

test("a signal directly behind SUBSCRIBED finds its row held", async () => {
  const { client, receive, sum, done } = await subscribed();
  // Before any code that awaits the answer has run.
  receive(signal("a", 20));
  expect(await done).toBe(true);
  expect([sum("rt_received"), sum("rt_foreign"), client.ledger.versionOf("a")]).toEqual([1, 0, 20]);
});

test("a lost socket resumes at the next target with the newest cursor, and replayed versions are no duplicates", async () => {
  const { client, sockets, timers, receive, settled, sum, done } = await subscribed();
  await done;
  receive({ type: "BOOKMARK", payload: { cursor: "k7" } });
  receive(signal("a", 20));
  sockets.at(0)?.events.onClose(1012, "");
  await settled();
  timers.shift()?.();
  await settled();
  expect(sockets.at(1)?.url).toBe("two");
  receive(welcome("c2"));
  await settled();
  const [resume] = sockets.at(1)?.sent ?? [];
  expect(resume).toMatchObject({ type: "RESUME", payload: { connectionId: "c1", cursor: "k7" } });
  receive({ type: "RESUMED", id: resume?.id, payload: { count: 2, cursor: "k7" } });
  receive(signal("a", 20));
  receive(signal("b", 30));
  await settled();
  expect([sum("rt_duplicates"), sum("rt_resume_ok"), sum("rt_resubscribed"), client.ledger.versionOf("b")]).toEqual([
    0, 1, 1, 30,
  ]);
  receive({ type: "BOOKMARK", payload: { cursor: "k9" } });
  receive(signal("b", 30));
  expect(sum("rt_duplicates")).toBe(1);
});

test("a connection that cannot be resumed subscribes again with the versions it holds", async () => {
  const { sockets, timers, receive, settled, sum, done } = await subscribed();
  await done;
  sockets.at(0)?.events.onClose(1006, "");
  await settled();
  timers.shift()?.();
  await settled();
  receive(welcome("c2"));
  await settled();
  receive({ type: "RESET", id: sockets.at(1)?.sent[0]?.id, payload: { reason: "session" } });
  await settled();
  const again = sockets.at(1)?.sent[1];
  expect(again).toMatchObject({ type: "SUBSCRIBE", payload: { entityIds: ["a", "b"], versions: [10, 10] } });
  const changed = [{ entityId: "a", version: 40 }];
  receive({ type: "SUBSCRIBED", id: again?.id, payload: { entityCode: "task", count: 2, changed, gone: [] } });
  await settled();
  expect([sum("rt_unexpected_close"), sum("rt_resume_ok"), sum("rt_resubscribed"), sum("rt_received")]).toEqual([
    1, 0, 1, 1,
  ]);
});

test("a client that closes while it reconnects does not count as a failed resume", async () => {
  const { client, sockets, timers, settled, recorded, done } = await subscribed();
  await done;
  sockets.at(0)?.events.onClose(1012, "");
  await settled();
  client.close();
  timers.shift()?.();
  await settled();
  expect(sockets.length).toBe(1);
  expect(recorded.filter(([metric]) => metric === "rt_resume_ok" || metric === "rt_resubscribed")).toEqual([]);
});
