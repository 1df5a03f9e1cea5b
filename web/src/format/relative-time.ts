const format = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "long" });

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/**
 * Formats how long ago `then` was (both in ms since 1970). Within 45 seconds in either direction it is "just now": a
 * ticking seconds counter would distract, and the server's clock may be slightly ahead.
 */
export function relativeTime(then: number, now: number): string {
  const seconds = Math.round((then - now) / 1000);
  if (Math.abs(seconds) < 45) return "just now";
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit);
  }
  return format.format(Math.sign(seconds), "minute");
}
