const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/**
 * Formats a calendar day `YYYY-MM-DD` in the user's locale. Parsed and formatted as UTC: parsed as UTC and formatted as
 * local time, it would be the day before for users west of Greenwich.
 */
export function formatDay(value: string): string {
  const date = new Date(`${value}T00:00:00Z`);
  return Number.isNaN(date.getTime()) ? value : day.format(date);
}

/** Formats a moment (ISO string) in the user's locale and time zone. */
export function formatMoment(value: string): string {
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? value : moment.format(date);
}

/** Today as `YYYY-MM-DD` in the user's time zone, comparable with a date column. */
export function today(now = new Date()): string {
  const shifted = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 10);
}
