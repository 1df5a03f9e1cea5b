import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import { firstPatienceMs, longestPatienceMs, patientRequests, usualPatienceMs } from "./adaptive-timeout.ts";
import { leastSuspicionMs, Suspicion } from "./suspect-network.ts";

/** Answers after so long, or gives up at the time-out, as the API client does. */
function setUp() {
  const clock = new FakeClock();
  const givenUp: number[] = [];
  const suspicion = new Suspicion((askedAt) => void givenUp.push(askedAt));
  const reads = patientRequests(clock, suspicion);
  const read = async (answersAfterMs: number): Promise<number> => {
    let given = 0;
    const reading = reads(async (timeoutMs) => {
      given = timeoutMs;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      clock.setTimer(
        () => (answersAfterMs <= timeoutMs ? resolve() : reject(new Error("late"))),
        Math.min(answersAfterMs, timeoutMs),
      );
      await promise;
    }).catch(() => undefined);
    await clock.advance(Math.min(answersAfterMs, longestPatienceMs));
    await reading;
    return given;
  };
  return { read, clock, givenUp, suspicion };
}

test("dead connections are given up soon, and a slow network is waited for", async () => {
  const { read } = setUp();
  const given: number[] = [];
  for (let n = 0; n < 10; n += 1) given.push(await read(9_000));
  // Four may have met dead connections; four more were really slow; then there is time enough.
  expect(given).toEqual([
    ...Array(4).fill(firstPatienceMs),
    ...Array(4).fill(2 * firstPatienceMs),
    4 * firstPatienceMs,
    usualPatienceMs,
  ]);
  // It answered after 9 s: the next one gets as much as a slow answer can earn, until one is quick again.
  expect(await read(10)).toBe(usualPatienceMs);
  expect(await read(10)).toBe(firstPatienceMs);
});

test("patience has an end", async () => {
  const { read } = setUp();
  for (let n = 0; n < 20; n += 1) await read(1_000_000);
  expect(await read(1_000_000)).toBe(longestPatienceMs);
});

test("a request that has had its time is told with the moment it was sent, one that failed at once is not", async () => {
  const { read, clock, givenUp, suspicion } = setUp();
  const askedAt = clock.wallNow();
  await read(9_000);
  await read(10);
  expect(givenUp).toEqual([askedAt]);
  const refused = patientRequests(clock, suspicion);
  await expect(refused(() => Promise.reject(new Error("refused")))).rejects.toThrow("refused");
  expect(givenUp).toEqual([askedAt]);
});

// Fails when what died with the socket is waited for as if nothing had happened: each connection costs seconds.
test("after a socket died without a word requests get little time, until one is answered or too many are given up", async () => {
  const { read, suspicion } = setUp();
  suspicion.begin(20);
  expect([await read(9_000), await read(9_000), await read(10)]).toEqual([
    leastSuspicionMs,
    leastSuspicionMs,
    leastSuspicionMs,
  ]);
  expect(await read(10)).toBe(firstPatienceMs);
  // A network on which a welcome takes 400 ms.
  suspicion.begin(400);
  const given: number[] = [];
  for (let n = 0; n < 7; n += 1) given.push(await read(9_000));
  expect(given).toEqual([...Array(6).fill(1_600), firstPatienceMs]);
  // Never more than otherwise.
  suspicion.begin(9_000);
  expect(await read(10)).toBe(firstPatienceMs);
});
