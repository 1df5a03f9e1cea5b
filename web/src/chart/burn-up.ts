import type { Row } from "../catalog/catalog.ts";

/** The state of a set of tasks at the end of one day. */
export interface BurnUpPoint {
  /** Midnight UTC that begins the day, in milliseconds. */
  readonly day: number;
  /** Tasks that existed, without those that were cancelled since. */
  readonly scope: number;
  readonly done: number;
}

const DAY = 86_400_000;
/** Days over which the pace is measured: long enough that one holiday week does not halve it. */
const paceDays = 28;

function dayOf(value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.floor(at / DAY) * DAY;
}

/** Scope and finished tasks day by day until `now` (ms), first task to today. Empty when there are no tasks. */
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
    // Done without a time: a row from before the column was filled. It counts as finished when it was last touched.
    const done = task["status"] === "done" ? (dayOf(task["completed_ts"]) ?? dayOf(task["updated_ts"])) : undefined;
    // Never before it existed: an imported date would let the line of finished tasks cross the line of all.
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
  /** Tasks finished a week, over the last four weeks. */
  readonly weekly: number;
  /** When all are done at that pace, in milliseconds; undefined when nothing moves or nothing is left. */
  readonly doneBy: number | undefined;
}

/** When the rest is done if it goes on as in the last four weeks. */
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
