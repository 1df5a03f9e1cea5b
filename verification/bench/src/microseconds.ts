/** Microseconds since 1970 on the clock that versions are made of, when the database runs on this machine. */
export function microsecondsNow(): number {
  return (performance.timeOrigin + performance.now()) * 1000;
}
