import { expect, test } from "vitest";
import { type SyncState, syncText } from "./sync-text.ts";

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
  expect(syncText({ state: state as SyncState["state"] }, 0).label).toBe(label);
});

test("a planned retry counts down in whole seconds and never below one", () => {
  expect(syncText({ state: "connecting", retryAt: 10_000 }, 5_500).label).toBe("Reconnecting in 5 s");
  expect(syncText({ state: "connecting", retryAt: 10_000 }, 9_999).label).toBe("Reconnecting in 1 s");
  expect(syncText({ state: "connecting", retryAt: 10_000 }, 10_000).label).toBe("Reconnecting…");
});

test("a delay says up to when changes are shown, with the day if that is not today", () => {
  const then = new Date(2026, 2, 3, 10, 42).getTime();
  const words = (now: number) => syncText({ state: "delayed", since: then }, now).label;
  expect(words(then + 60_000)).toMatch(/^Delayed: showing changes up to 10[:.]42/);
  expect(words(then + 86_400_000)).toMatch(/^Delayed: showing changes up to .*2026.*10[:.]42/);
});

const saidStuck = ["connected", "catching-up", "delayed", "connecting", "disabled"] as const;

test.each(saidStuck)("%s, and nothing gets through: that is said first", (state) => {
  const words = syncText({ state, stuck: true, retryAt: 10_000 }, 5_000);
  expect(words).toMatchObject({ tone: "warn", label: "Not getting through" });
  expect(words.detail).toMatch(/half a minute.*tried again by itself/);
});

test("what else is wrong is not lost beside it", () => {
  const then = new Date(2026, 2, 3, 10, 42).getTime();
  expect(syncText({ state: "delayed", since: then, stuck: true }, then).detail).toMatch(/behind.*10[:.]42/);
  expect(syncText({ state: "disabled", stuck: true }, 0).detail).toContain("switched off");
});

test.each(["offline", "needs-auth", "disconnected"] as const)("%s says itself why nothing gets through", (state) => {
  expect(syncText({ state, stuck: true }, 0).label).toBe(states[state]);
});
