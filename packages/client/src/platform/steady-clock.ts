import { type Clock, systemClock } from "./clock.ts";

/** Clocks tick with limited resolution and are corrected by a few milliseconds all the time; that is no setting back. */
const toleranceMs = 50;

/**
 * The time of day without its steps back. Deadlines are kept as times of day, because those go on while a device sleeps;
 * when somebody sets the device's clock back by an hour, every one of them would be an hour away: no reconnection, no
 * ping, no list read again. Steps forward, such as sleep, are followed.
 */
export function steadyClock(clock: Clock = systemClock): Clock {
  let aheadMs = 0;
  let last = { now: clock.now(), monotonic: clock.monotonic() };
  return {
    monotonic: () => clock.monotonic(),
    setTimer: (callback, delayMs) => clock.setTimer(callback, delayMs),
    now() {
      const monotonic = clock.monotonic();
      const passed = last.now + (monotonic - last.monotonic);
      const setBackMs = passed - (clock.now() + aheadMs);
      if (setBackMs > toleranceMs) aheadMs += setBackMs;
      last = { now: clock.now() + aheadMs, monotonic };
      return last.now;
    },
  };
}
