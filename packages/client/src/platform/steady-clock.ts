import type { Clock } from "@heliograph/shared/clock";
import { browserClock } from "./browser-clock.ts";

/** Clocks tick with limited resolution and are corrected by a few milliseconds all the time; that is not a step back. */
const toleranceMs = 50;

/**
 * A clock whose wall time never steps back. The client keeps deadlines as wall time, because monotonic time may stand
 * still while a device sleeps. If the device's clock is set back by an hour, every deadline would otherwise be an hour
 * away: no reconnection, no PING, no refetch. Steps forward, such as sleep, are followed.
 */
export function steadyClock(clock: Clock = browserClock): Clock {
  let aheadMs = 0;
  let last = { now: clock.now(), wallNow: clock.wallNow() };
  return {
    now: () => clock.now(),
    setTimer: (callback, delayMs) => clock.setTimer(callback, delayMs),
    wallNow() {
      const now = clock.now();
      const expected = last.wallNow + (now - last.now);
      const setBackMs = expected - (clock.wallNow() + aheadMs);
      if (setBackMs > toleranceMs) aheadMs += setBackMs;
      last = { now, wallNow: clock.wallNow() + aheadMs };
      return last.wallNow;
    },
  };
}
