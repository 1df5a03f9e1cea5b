import { expect, test } from "vitest";
import { FakeClock } from "../testing/fake-clock.ts";
import { firstPatienceMs, longestPatienceMs, patientReads } from "./patient-reads.ts";

/** Answers after so long, or gives up at the time-out, as the API client does. */
function setUp() {
  const clock = new FakeClock();
  const reads = patientReads(clock);
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
  return { read };
}

test("a dead connection is given up soon, and a slow network is waited for", async () => {
  const { read } = setUp();
  expect(await read(10)).toBe(firstPatienceMs);
  expect(await read(9_000)).toBe(firstPatienceMs);
  expect(await read(9_000)).toBe(2 * firstPatienceMs);
  expect(await read(9_000)).toBe(4 * firstPatienceMs);
  // It answered after 9 s: the next one may take as long.
  expect(await read(9_000)).toBe(longestPatienceMs);
  expect(await read(10)).toBe(longestPatienceMs);
  expect(await read(10)).toBe(firstPatienceMs);
});

test("patience has an end", async () => {
  const { read } = setUp();
  for (let n = 0; n < 6; n += 1) await read(1_000_000);
  expect(await read(1_000_000)).toBe(longestPatienceMs);
});
