/** Microseconds since 1970. Comparable with versions when the database runs on this machine. */
export function microsecondsNow(): number {
  return (performance.timeOrigin + performance.now()) * 1000;
}
