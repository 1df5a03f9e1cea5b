import type { Schedule } from "../schedule/action.ts";
import { simulate } from "./simulate.ts";

/** Removes actions and clients that are not needed to break the same promise: halves first, single actions last. */
export function shrink(schedule: Schedule, promise: string): Schedule {
  const breaks = (candidate: Schedule): boolean => {
    try {
      return simulate(candidate).violations.some((violation) => violation.promise === promise);
    } catch {
      return false;
    }
  };
  let best = schedule;
  for (let size = Math.ceil(schedule.actions.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.actions.length; ) {
      const candidate = { ...best, actions: best.actions.filter((_, index) => index < at || index >= at + size) };
      if (breaks(candidate)) best = candidate;
      else at += size;
    }
    if (size === 1) break;
  }
  for (let at = 0; at < best.clients.length && best.clients.length > 1; ) {
    const candidate = { ...best, clients: best.clients.filter((_, index) => index !== at) };
    if (breaks(candidate)) best = candidate;
    else at += 1;
  }
  return best;
}
