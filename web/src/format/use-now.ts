import { useSyncExternalStore } from "react";

const periodMs = 20_000;
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  now = Date.now();
  timer ??= setInterval(() => {
    now = Date.now();
    for (const notify of listeners) notify();
  }, periodMs);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The wall time in ms since 1970, updated every 20 seconds by one timer for all relative times on the page. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
