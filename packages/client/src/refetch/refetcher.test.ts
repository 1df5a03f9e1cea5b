import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import { createMemoryStore } from "../store/memory-store.ts";
import { testId } from "../testing/ids.ts";
import { type ManyAnswer, Refetcher } from "./refetcher.ts";

type Call = { readonly ids: readonly string[]; readonly signal: AbortSignal };

/** `down`: every request fails. `dead`: no request is answered. */
function setUp() {
  const clock = new FakeClock();
  const calls: Call[] = [];
  const network = { state: "up" as "up" | "down" | "dead" };
  const refetcher = new Refetcher({
    getMany: (_type, ids, signal) => {
      calls.push({ ids, signal });
      if (network.state === "down") return Promise.reject(new Error("down"));
      if (network.state === "up")
        return Promise.resolve({ items: ids.map((id) => ({ $id: id, $version: 9 })), gone: [] });
      const { promise, reject } = Promise.withResolvers<ManyAnswer>();
      signal.addEventListener("abort", () => reject(signal.reason));
      return promise;
    },
    store: createMemoryStore(),
    isWanted: () => true,
    onRead: () => {},
    onAdmitted: () => {},
    onFailed: () => {},
    onNeeds: () => {},
    onOverflow: () => {},
    clock,
    random: () => 0.99,
    logger: { info: () => {}, warn: () => {} },
  });
  const signal = (n: number) => refetcher.require("task", [{ entityId: testId(n), version: 9 }]);
  refetcher.start();
  return { refetcher, clock, calls, network, signal };
}

/** Fails requests of row 1 until its retry delay is several seconds long. */
async function intoBackoff({ network, signal, clock, calls }: ReturnType<typeof setUp>): Promise<void> {
  network.state = "down";
  signal(1);
  while (calls.length < 5) await clock.advance(100);
  network.state = "up";
  calls.length = 0;
}

test("a row in backoff does not delay the fetch of another row", async () => {
  const setup = setUp();
  await intoBackoff(setup);
  setup.signal(2);
  await setup.clock.advance(100);
  expect(setup.calls.map(({ ids }) => ids)).toEqual([[testId(2)]]);
  await setup.clock.advance(30_000);
  expect(setup.refetcher.pending).toBe(0);
});

test("retryNow ends the backoff of a row", async () => {
  const setup = setUp();
  await intoBackoff(setup);
  setup.refetcher.retryNow();
  await setup.clock.advance(0);
  expect(setup.calls.map(({ ids }) => ids)).toEqual([[testId(1)]]);
});

test("a lost connection aborts requests, which are repeated at once and again on the new connection", async () => {
  const { refetcher, clock, calls, network, signal } = setUp();
  network.state = "dead";
  signal(1);
  await clock.advance(100);
  refetcher.disconnected();
  await clock.advance(0);
  expect(calls.map((call) => call.signal.aborted)).toEqual([true, false]);
  network.state = "up";
  refetcher.retryNow();
  await clock.advance(0);
  expect(calls.map((call) => call.signal.aborted)).toEqual([true, true, false]);
  expect(refetcher.pending).toBe(0);
});

test("retryNow without a lost connection does not abort requests", async () => {
  const { refetcher, clock, calls, network, signal } = setUp();
  network.state = "dead";
  signal(1);
  await clock.advance(100);
  refetcher.retryNow();
  await clock.advance(0);
  expect(calls.map((call) => call.signal.aborted)).toEqual([false]);
});
