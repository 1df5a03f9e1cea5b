/**
 * Default limit of waits in tests, milliseconds. Everything waited for takes milliseconds when it works, but two cores are shared
 * with other test processes, and a shorter limit would fail on a slow machine. A quarter of the time limit of a `.pg` test, as
 * for `expect.poll`, so that a failure names the wait. Promised times are asserted separately.
 */
export const waitLimitMs = 30_000;
