import type { UpMessage } from "@heliograph/protocol";
import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import { answerTimeoutMs, PendingRequests } from "./pending-requests.ts";

function setUp() {
  const clock = new FakeClock();
  const sent: string[] = [];
  const returned: string[] = [];
  const setup = { connected: true, retries: 0 };
  const requests = new PendingRequests<{ readonly name: string }>({
    idPrefix: "t",
    send: (message) => {
      if (setup.connected) sent.push(message.id ?? "");
      return setup.connected;
    },
    onReturned: ({ name }) => returned.push(name),
    onRetry: () => (setup.retries += 1),
    retryDelayMs: (failures) => failures * 1_000,
    clock,
  });
  const send = (name: string) => requests.send({ name }, (id): UpMessage => ({ type: "PING", id }));
  const error = (id: string, code: "unavailable" | "unknown_entity") =>
    requests.failed({ type: "ERROR", id, payload: { code, message: "m" } });
  return { clock, sent, returned, setup, requests, send, error };
}

test("an answer returns the content of its request once, and of no other", () => {
  const { clock, requests, send } = setUp();
  expect([send("a"), send("b")]).toEqual([true, true]);
  expect(requests.answered("t2")).toEqual({ name: "b" });
  expect(requests.answered("t2")).toBeUndefined();
  expect(requests.answered(undefined)).toBeUndefined();
  expect(requests.size).toBe(1);
  requests.answered("t1");
  expect(clock.timers).toBe(0);
});

test("each request times out on its own", async () => {
  const { clock, returned, setup, send } = setUp();
  send("a");
  await clock.advance(4_000);
  send("b");
  await clock.advance(answerTimeoutMs - 4_000);
  expect([returned, setup.retries]).toEqual([["a"], 1]);
  await clock.advance(4_000);
  expect([returned, setup.retries]).toEqual([["a", "b"], 2]);
  expect(clock.timers).toBe(0);
});

test("a failure that may pass is retried after a growing backoff, which a success ends", async () => {
  const { clock, returned, setup, requests, send, error } = setUp();
  send("a");
  expect(error("t1", "unavailable")).toEqual({ content: { name: "a" }, retried: true });
  expect([returned, requests.backingOff]).toEqual([["a"], true]);
  await clock.advance(1_000);
  expect([setup.retries, requests.backingOff]).toEqual([1, false]);
  send("a");
  error("t2", "unavailable");
  await clock.advance(1_999);
  expect(setup.retries).toBe(1);
  await clock.advance(1);
  expect(setup.retries).toBe(2);
  send("a");
  requests.answered("t3");
  send("b");
  error("t4", "unavailable");
  await clock.advance(1_000);
  expect(setup.retries).toBe(3);
});

test("requests that fail together are one failed attempt with one retry", async () => {
  const { clock, returned, setup, send, error } = setUp();
  for (const name of ["a", "b", "c"]) send(name);
  error("t1", "unavailable");
  await clock.advance(400);
  error("t2", "unavailable");
  error("t3", "unavailable");
  await clock.advance(600);
  expect([returned, setup.retries]).toEqual([["a", "b", "c"], 1]);
  send("a");
  error("t4", "unavailable");
  await clock.advance(1_999);
  expect(setup.retries).toBe(1);
  await clock.advance(1);
  expect([setup.retries, clock.timers]).toEqual([2, 0]);
});

test("a permanent failure is not retried", async () => {
  const { clock, returned, setup, send, error } = setUp();
  send("a");
  expect(error("t1", "unknown_entity")).toEqual({ content: { name: "a" }, retried: false });
  expect(error("t1", "unknown_entity")).toBeUndefined();
  await clock.advance(60_000);
  expect([returned, setup.retries]).toEqual([[], 0]);
});

test("a lost connection returns everything, and nothing is pending without one", () => {
  const { clock, returned, setup, requests, send } = setUp();
  send("a");
  send("b");
  setup.connected = false;
  requests.disconnected();
  expect(returned).toEqual(["a", "b"]);
  expect(send("c")).toBe(false);
  expect([requests.size, clock.timers]).toEqual([0, 0]);
});
