import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import { proofMs } from "./fence.ts";
import { missedPings, Pulse, pulseMs } from "./pulse.ts";

function createPulse(answer: () => number | undefined) {
  const clock = new FakeClock();
  const told = { pings: 0, silences: 0 };
  const pulse = new Pulse({
    ping: () => {
      told.pings += 1;
      const count = answer();
      if (count !== undefined) pulse.heard(count);
    },
    onSilence: () => (told.silences += 1),
    clock,
  });
  return { clock, told, pulse };
}

test("a leader whose timers run is never suspected, one that only answers is", async () => {
  let count = 0;
  let alive = true;
  const { clock, told, pulse } = createPulse(() => (alive ? ++count : count));
  pulse.start();
  await clock.advance(60_000);
  expect(told.silences).toBe(0);
  alive = false; // frozen: messages are answered, timers stand still
  await clock.advance((missedPings + 1) * pulseMs);
  expect(told.silences).toBe(1);
  pulse.stop();
  expect(clock.timers).toBe(0);
});

test("silence is doubtful before it is an end, and takes longer than a proof of leading counts", async () => {
  const { clock, told, pulse } = createPulse(() => undefined);
  pulse.start();
  await clock.advance(missedPings * pulseMs - 1);
  expect({ silent: pulse.silent, silences: told.silences }).toEqual({ silent: true, silences: 0 });
  await clock.advance(1);
  expect(told.silences).toBe(1);
  expect(missedPings * pulseMs).toBeGreaterThan(proofMs);
});
