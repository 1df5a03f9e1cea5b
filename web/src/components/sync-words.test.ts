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
