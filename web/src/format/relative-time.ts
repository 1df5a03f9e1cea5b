const words = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "long" });

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/**
 * How long ago `then` was (both in milliseconds). Under 45 seconds, and for a server clock a little ahead of this
 * one, it is "just now": seconds that tick would draw the eye to nothing.
 */
export function relativeTime(then: number, now: number): string {
  const seconds = Math.round((then - now) / 1000);
  if (Math.abs(seconds) < 45) return "just now";
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return words.format(Math.round(seconds / size), unit);
  }
  return words.format(Math.sign(seconds), "minute");
}
