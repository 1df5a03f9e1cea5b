import type { Row } from "../catalog/catalog.ts";

/** Task counts at the end of one day. */
export interface BurnUpPoint {
  /** Midnight UTC at the start of the day, in ms since 1970. */
  readonly day: number;
  /** Tasks that existed, without those cancelled since. */
  readonly scope: number;
  readonly done: number;
}

const DAY = 86_400_000;
/** Days over which the pace is measured. Long enough that one holiday week does not halve it. */
const paceDays = 28;

function dayOf(value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.floor(at / DAY) * DAY;
}

/** Counts all and finished tasks for each day from the first task to `now` (ms since 1970). Empty without tasks. */
export function burnUp(tasks: readonly Row[], now: number): readonly BurnUpPoint[] {
  const counted = tasks.filter((task) => task["status"] !== "cancelled");
  const today = Math.floor(now / DAY) * DAY;
  const added = new Map<number, number>();
  const finished = new Map<number, number>();
  const count = (map: Map<number, number>, day: number) => map.set(day, (map.get(day) ?? 0) + 1);
  let first = today;
  for (const task of counted) {
    const created = Math.min(dayOf(task["created_ts"]) ?? today, today);
    count(added, created);
    first = Math.min(first, created);
    // A done task without a completion time predates that column; it counts as finished when it was last changed.
    const done = task["status"] === "done" ? (dayOf(task["completed_ts"]) ?? dayOf(task["updated_ts"])) : undefined;
    // Never before its creation: an imported date would let the line of finished tasks cross the line of all tasks.
    if (done !== undefined) count(finished, Math.min(Math.max(done, created), today));
  }
  if (counted.length === 0) return [];
  const points: BurnUpPoint[] = [];
  let scope = 0;
  let done = 0;
  for (let day = first; day <= today; day += DAY) {
    scope += added.get(day) ?? 0;
    done += finished.get(day) ?? 0;
    points.push({ day, scope, done });
  }
  return points;
}

interface Forecast {
  readonly open: number;
  readonly done: number;
  /** Tasks finished per week, over the last four weeks. */
  readonly weekly: number;
  /** When all tasks are done at that pace, in ms since 1970; undefined if the pace is zero or nothing is left. */
  readonly doneBy: number | undefined;
}

/** Extrapolates when the remaining tasks are done at the pace of the last four weeks. */
export function forecast(points: readonly BurnUpPoint[]): Forecast {
  const last = points.at(-1);
  if (!last) return { open: 0, done: 0, weekly: 0, doneBy: undefined };
  const before = points.findLast(({ day }) => day <= last.day - paceDays * DAY);
  const days = Math.min(paceDays, Math.max(1, points.length - 1));
  const perDay = (last.done - (before?.done ?? 0)) / days;
  const open = last.scope - last.done;
  const doneBy = open > 0 && perDay > 0 ? last.day + Math.ceil(open / perDay) * DAY : undefined;
  return { open, done: last.done, weekly: perDay * 7, doneBy };
}
