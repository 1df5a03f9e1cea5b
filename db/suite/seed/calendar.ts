/** Today's date in the demo data. Every date is an offset from it, so that all runs produce the same data. */
const BASE_DATE = "2026-11-01";

const DAY_MS = 86_400_000;
const BASE_MS = Date.parse(`${BASE_DATE}T00:00:00Z`);

/** Returns the day `offset` days after the base date, as YYYY-MM-DD. */
export function day(offset: number): string {
  return new Date(BASE_MS + Math.floor(offset) * DAY_MS).toISOString().slice(0, 10);
}

/** Returns a time in UTC on the day `offset` days after the base date, as an ISO timestamp. */
export function moment(offset: number, hour = 9, minute = 0): string {
  return new Date(BASE_MS + Math.floor(offset) * DAY_MS + (hour * 60 + minute) * 60_000).toISOString();
}

/** Returns the month of the day `offset` days after the base date, for example "October 2026". */
export function monthName(offset: number): string {
  return new Date(BASE_MS + Math.floor(offset) * DAY_MS).toLocaleDateString("en-GB", {
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });
}

/** Moves an offset on a weekend to the next working day, because demo meetings and time entries are on working days. */
export function workday(offset: number): number {
  const weekday = new Date(BASE_MS + Math.floor(offset) * DAY_MS).getUTCDay();
  if (weekday === 0) return Math.floor(offset) + 1;
  if (weekday === 6) return Math.floor(offset) + 2;
  return Math.floor(offset);
}
