import type { Clock } from "@heliograph/shared/clock";
import { Timer } from "@heliograph/shared/timer";

/**
 * Lets one tab at a time send. `held()` turns false when the lock was stolen, which happens to a tab that was frozen.
 * Resolves when the work is done or the lock was stolen.
 */
export type FlushLock = (work: (held: () => boolean) => Promise<void>) => Promise<void>;

/**
 * A tab that waits this long for the lock steals it: the holder is frozen, or waits for an answer that never comes. If
 * both send the same operation, its idempotency key makes it act once.
 */
export const stealAfterMs = 10_000;

/** A Web Lock. The browser releases it when the tab that holds it ends, even by a crash. */
export function webFlushLock(name: string, locks: LockManager, clock: Clock): FlushLock {
  return async (work) => {
    let lost = false;
    let granted = false;
    const waiting = new AbortController();
    const stealTimer = new Timer(clock);
    const run = async () => {
      granted = true;
      stealTimer.clear();
      await work(() => !lost);
    };
    stealTimer.set(stealAfterMs, () => waiting.abort());
    try {
      await locks.request(name, { signal: waiting.signal }, run).catch((error: unknown) => {
        if (granted || !waiting.signal.aborted) throw error;
        return locks.request(name, { steal: true }, run);
      });
    } catch (error) {
      // The browser rejects with AbortError when the lock was stolen. `held` tells the work to stop.
      if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
      lost = true;
    } finally {
      stealTimer.clear();
    }
  };
}

/** A lock within this program, where there are no other tabs. */
export function localFlushLock(): FlushLock {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const own = last.then(() => work(() => true));
    last = own.catch(() => {});
    return own;
  };
}

/** @param sharedName name of the database that the tabs share; undefined when they share none */
export function flushLockFor(sharedName: string | undefined, clock: Clock): FlushLock {
  // Without https there are no Web Locks. Two tabs may then send the same operation, which still acts once.
  if (sharedName === undefined || typeof navigator === "undefined" || !navigator.locks) return localFlushLock();
  return webFlushLock(`heliograph-outbox-${sharedName}`, navigator.locks, clock);
}
