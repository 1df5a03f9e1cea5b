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

test.each(Object.entries(states))("the label of %s is %s", (state, label) => {
  expect(syncText({ state: state as SyncState["state"] }, 0).label).toBe(label);
});

test("a planned retry counts down in whole seconds and never below one", () => {
  expect(syncText({ state: "connecting", retryAt: 10_000 }, 5_500).label).toBe("Reconnecting in 5 s");
  expect(syncText({ state: "connecting", retryAt: 10_000 }, 9_999).label).toBe("Reconnecting in 1 s");
  expect(syncText({ state: "connecting", retryAt: 10_000 }, 10_000).label).toBe("Reconnecting…");
});

test("the label of a delay says up to when changes are shown, with the date if that is not today", () => {
  const then = new Date(2026, 2, 3, 10, 42).getTime();
  const label = (now: number) => syncText({ state: "delayed", since: then }, now).label;
  expect(label(then + 60_000)).toMatch(/^Delayed: showing changes up to 10[:.]42/);
  expect(label(then + 86_400_000)).toMatch(/^Delayed: showing changes up to .*2026.*10[:.]42/);
});

const overriddenByStuck = ["connected", "catching-up", "delayed", "connecting", "disabled"] as const;

test.each(overriddenByStuck)("a stuck client takes precedence over %s", (state) => {
  const text = syncText({ state, stuck: true, retryAt: 10_000 }, 5_000);
  expect(text).toMatchObject({ tone: "warn", label: "Not responding" });
  expect(text.detail).toMatch(/half a minute.*Retrying automatically\./);
});

test("the detail of a stuck client also names the underlying state", () => {
  const then = new Date(2026, 2, 3, 10, 42).getTime();
  expect(syncText({ state: "delayed", since: then, stuck: true }, then).detail).toMatch(/behind.*10[:.]42/);
  expect(syncText({ state: "disabled", stuck: true }, 0).detail).toContain("switched off");
});

test.each(["offline", "needs-auth", "disconnected"] as const)(
  "%s explains itself and is not reported as stuck",
  (state) => {
    expect(syncText({ state, stuck: true }, 0).label).toBe(states[state]);
  },
);
