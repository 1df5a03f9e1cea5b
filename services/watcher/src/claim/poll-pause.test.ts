import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import { PollPause } from "./poll-pause.ts";

/** Starts a pause of 1 s, at least 5 ms long, and reports whether it has ended. */
function startPause(pollPause: PollPause) {
  const pause = { ended: false };
  void pollPause.wait(1000, 5, new AbortController().signal).then(() => {
    pause.ended = true;
  });
  return pause;
}

test("[HINT-14] a poke during a claim shortens the pause after it", async () => {
  const clock = new FakeClock();
  const pollPause = new PollPause(clock);
  pollPause.poke();
  const pause = startPause(pollPause);
  await clock.advance(4);
  expect(pause.ended).toBe(false);
  await clock.advance(1);
  expect(pause.ended).toBe(true);
});

test("[HINT-14] a poke ends the running pause and does not affect the next one", async () => {
  const clock = new FakeClock();
  const pollPause = new PollPause(clock);
  const first = startPause(pollPause);
  await clock.advance(50);
  pollPause.poke();
  await clock.advance(0);
  expect(first.ended).toBe(true);
  const second = startPause(pollPause);
  await clock.advance(999);
  expect(second.ended).toBe(false);
  await clock.advance(1);
  expect(second.ended).toBe(true);
  expect(clock.timers).toBe(0);
});
