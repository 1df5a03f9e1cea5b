/** "1 row", "2 rows". */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Local time of day with milliseconds. @param at milliseconds since 1970 */
export function formatTime(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  const ms = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

/** A duration in milliseconds, or in seconds from 10 s on; a dash for undefined. */
export function formatDuration(ms: number | undefined): string {
  if (ms === undefined) return "–";
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 1_000)} s`;
}
