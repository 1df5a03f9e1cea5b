import { type Clock, systemClock } from "@heliograph/shared/clock";

/** Delays up to this only gather events that come in bursts. Firing early does no harm. */
const gatherAtMostMs = 60;

/**
 * The system clock, whose short timers fire on time in hidden pages too. Browsers delay the timers of a hidden page by a
 * second and more, and a hidden page may hold the connection of a visible one.
 */
export const browserClock: Clock = {
  ...systemClock,
  setTimer(callback, delayMs) {
    if (delayMs <= gatherAtMostMs && typeof document !== "undefined" && document.hidden) return callSoon(callback);
    return systemClock.setTimer(callback, delayMs);
  },
};

/** Calls back with the next message event: browsers deliver messages to hidden pages without delay. */
function callSoon(callback: () => void): () => void {
  const channel = new MessageChannel();
  const close = () => channel.port1.close();
  channel.port1.onmessage = () => {
    close();
    callback();
  };
  channel.port2.postMessage(null);
  return close;
}
