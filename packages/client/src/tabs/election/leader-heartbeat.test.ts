import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import { heartbeatIntervalMs, LeaderHeartbeat, maxMissedHeartbeats } from "./leader-heartbeat.ts";
import { proofMs } from "./leadership-guard.ts";

function setUp(answer: () => number | undefined) {
  const clock = new FakeClock();
  const calls = { pings: 0, hung: 0 };
  const heartbeat = new LeaderHeartbeat({
    ping: () => {
      calls.pings += 1;
      const count = answer();
      if (count !== undefined) heartbeat.received(count);
    },
    onHung: () => (calls.hung += 1),
    clock,
  });
  return { clock, calls, heartbeat };
}

test("a leader whose timers run never counts as hung; one that answers without running timers does", async () => {
  let count = 0;
  let alive = true;
  const { clock, calls, heartbeat } = setUp(() => (alive ? ++count : count));
  heartbeat.start();
  await clock.advance(60_000);
  expect(calls.hung).toBe(0);
  alive = false; // frozen: it answers messages, but its timers do not run
  await clock.advance((maxMissedHeartbeats + 1) * heartbeatIntervalMs);
  expect(calls.hung).toBe(1);
  heartbeat.stop();
  expect(clock.timers).toBe(0);
});

test("a leader is silent before it counts as hung, which takes longer than a proof of leadership is valid", async () => {
  const { clock, calls, heartbeat } = setUp(() => undefined);
  heartbeat.start();
  await clock.advance(maxMissedHeartbeats * heartbeatIntervalMs - 1);
  expect({ silent: heartbeat.silent, hung: calls.hung }).toEqual({ silent: true, hung: 0 });
  await clock.advance(1);
  expect(calls.hung).toBe(1);
  expect(maxMissedHeartbeats * heartbeatIntervalMs).toBeGreaterThan(proofMs);
});
