import { expect, test, vi } from "vitest";
import { PollPause } from "./poll-pause.ts";

test("a poke during a claim shortens the pause after it", async () => {
  vi.useFakeTimers();
  try {
    const pollPause = new PollPause();
    pollPause.poke();
    let ended = false;
    const waiting = pollPause.wait(1000, 5, new AbortController().signal).then(() => {
      ended = true;
    });
    await vi.advanceTimersByTimeAsync(4);
    expect(ended).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(ended).toBe(true);
    await waiting;
  } finally {
    vi.useRealTimers();
  }
});

test("a poke ends a running pause, and an old one does not end the next", async () => {
  vi.useFakeTimers();
  try {
    const pollPause = new PollPause();
    const signal = new AbortController().signal;
    const first = pollPause.wait(1000, 5, signal);
    await vi.advanceTimersByTimeAsync(50);
    pollPause.poke();
    await first;
    let ended = false;
    void pollPause.wait(1000, 5, signal).then(() => {
      ended = true;
    });
    await vi.advanceTimersByTimeAsync(999);
    expect(ended).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(ended).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
