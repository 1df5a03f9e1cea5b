import { expect, test } from "vitest";
import { type SyncState, syncWords } from "./sync-words.ts";

const states: Record<SyncState["state"], string> = {
  connected: "Live",
  "catching-up": "Catching up…",
  delayed: "Delayed",
  connecting: "Connecting…",
  disconnected: "Disconnected",
  offline: "Offline",
  "needs-auth": "Sign in again",
  disabled: "Sync is switched off",
};

test.each(Object.entries(states))("%s is called %s", (state, label) => {
  expect(syncWords({ state: state as SyncState["state"] }, 0).label).toBe(label);
});

test("a planned retry counts down in whole seconds and never below one", () => {
  expect(syncWords({ state: "connecting", retryAt: 10_000 }, 5_500).label).toBe("Reconnecting in 5 s");
  expect(syncWords({ state: "connecting", retryAt: 10_000 }, 9_999).label).toBe("Reconnecting in 1 s");
  expect(syncWords({ state: "connecting", retryAt: 10_000 }, 10_000).label).toBe("Reconnecting…");
});

test("a delay says up to when changes are shown, with the day if that is not today", () => {
  const then = new Date(2026, 2, 3, 10, 42).getTime();
  const words = (now: number) => syncWords({ state: "delayed", since: then }, now).label;
  expect(words(then + 60_000)).toMatch(/^Delayed: showing changes up to 10[:.]42/);
  expect(words(then + 86_400_000)).toMatch(/^Delayed: showing changes up to .*2026.*10[:.]42/);
});

test("a connection that brings nothing is not called live", () => {
  expect(syncWords({ state: "connected", stuck: true }, 0)).toMatchObject({
    tone: "warn",
    label: "Not getting through",
  });
});
