import type { Clock } from "@heliograph/shared/clock";
import { Timer } from "@heliograph/shared/timer";

/**
 * Lets one tab at a time send. `held` tells whether it still may: a tab that was frozen for long loses its turn.
 * Resolves when the work is done, or when its turn was lost.
 */
export type FlushLock = (work: (held: () => boolean) => Promise<void>) => Promise<void>;

/**
 * A tab that waits this long for its turn takes it: the one that has it is frozen, or waits for an answer that does not
 * come. Should both send the same operation, its key makes it act once.
 */
export const stealAfterMs = 10_000;

/** The browser's own locks, which end with the tab that holds them, however it ends. */
export function webFlushLock(name: string, locks: LockManager, clock: Clock): FlushLock {
  return async (work) => {
    let lost = false;
    let granted = false;
    const waiting = new AbortController();
    const impatience = new Timer(clock);
    const run = async () => {
      granted = true;
      impatience.clear();
      await work(() => !lost);
    };
    impatience.set(stealAfterMs, () => waiting.abort());
    try {
      await locks.request(name, { signal: waiting.signal }, run).catch((error: unknown) => {
        if (granted || !waiting.signal.aborted) throw error;
        return locks.request(name, { steal: true }, run);
      });
    } catch (error) {
      // The browser's word for a turn that was taken away. The work notices it, and goes no further.
      if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
      lost = true;
    } finally {
      impatience.clear();
    }
  };
}

/** For programs without tabs. */
export function ownFlushLock(): FlushLock {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const own = last.then(() => work(() => true));
    last = own.catch(() => {});
    return own;
  };
}

/** @param sharedName what the tabs share; undefined: nothing */
export function flushLockFor(sharedName: string | undefined, clock: Clock): FlushLock {
  // Without https there are no locks; two tabs may then send the same operation, which acts once all the same.
  if (sharedName === undefined || typeof navigator === "undefined" || !navigator.locks) return ownFlushLock();
  return webFlushLock(`heliograph-outbox-${sharedName}`, navigator.locks, clock);
}
