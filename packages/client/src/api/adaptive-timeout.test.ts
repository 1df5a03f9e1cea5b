import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import { AdaptiveTimeout, initialTimeoutMs, maxTimeoutAfterAnswerMs, maxTimeoutMs } from "./adaptive-timeout.ts";
import { minSuspectTimeoutMs, SuspectNetwork } from "./suspect-network.ts";

/** `read` sends a request that is answered after so long or times out; it returns the timeout that the request got. */
function setUp() {
  const clock = new FakeClock();
  const timedOut: number[] = [];
  const suspectNetwork = new SuspectNetwork((sentAt) => void timedOut.push(sentAt));
  const reads = new AdaptiveTimeout(clock, suspectNetwork);
  const read = async (answersAfterMs: number): Promise<number> => {
    let given = 0;
    const reading = reads
      .request(async (timeoutMs) => {
        given = timeoutMs;
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        clock.setTimer(
          () => (answersAfterMs <= timeoutMs ? resolve() : reject(new Error("late"))),
          Math.min(answersAfterMs, timeoutMs),
        );
        await promise;
      })
      .catch(() => undefined);
    await clock.advance(Math.min(answersAfterMs, maxTimeoutMs));
    await reading;
    return given;
  };
  return { read, clock, timedOut, suspectNetwork };
}

test("timeouts are short while connections are dead, and grow on a slow network", async () => {
  const { read } = setUp();
  const given: number[] = [];
  for (let n = 0; n < 10; n += 1) given.push(await read(9_000));
  // Four requests may have met dead connections. Four more were really slow. Then the timeout is long enough.
  expect(given).toEqual([
    ...Array(4).fill(initialTimeoutMs),
    ...Array(4).fill(2 * initialTimeoutMs),
    4 * initialTimeoutMs,
    maxTimeoutAfterAnswerMs,
  ]);
  // The answer took 9 s, so the next request gets the longest timeout that an answer can give, until one is quick.
  expect(await read(10)).toBe(maxTimeoutAfterAnswerMs);
  expect(await read(10)).toBe(initialTimeoutMs);
});

test("the timeout has an upper limit", async () => {
  const { read } = setUp();
  for (let n = 0; n < 20; n += 1) await read(1_000_000);
  expect(await read(1_000_000)).toBe(maxTimeoutMs);
});

test("a request that timed out is reported with the time it was sent; one that failed at once is not reported", async () => {
  const { read, clock, timedOut, suspectNetwork } = setUp();
  const sentAt = clock.wallNow();
  await read(9_000);
  await read(10);
  expect(timedOut).toEqual([sentAt]);
  const refused = new AdaptiveTimeout(clock, suspectNetwork);
  await expect(refused.request(() => Promise.reject(new Error("refused")))).rejects.toThrow("refused");
  expect(timedOut).toEqual([sentAt]);
});

// Fails when requests after a silent failure keep their usual timeout: each dead connection then costs seconds.
test("after a socket died silently, requests get short timeouts until one is answered or six timed out", async () => {
  const { read, suspectNetwork } = setUp();
  suspectNetwork.begin(20);
  expect([await read(9_000), await read(9_000), await read(10)]).toEqual([
    minSuspectTimeoutMs,
    minSuspectTimeoutMs,
    minSuspectTimeoutMs,
  ]);
  expect(await read(10)).toBe(initialTimeoutMs);
  // A network on which the WELCOME took 400 ms.
  suspectNetwork.begin(400);
  const given: number[] = [];
  for (let n = 0; n < 7; n += 1) given.push(await read(9_000));
  expect(given).toEqual([...Array(6).fill(1_600), initialTimeoutMs]);
  // Never longer than the usual timeout.
  suspectNetwork.begin(9_000);
  expect(await read(10)).toBe(initialTimeoutMs);
});
