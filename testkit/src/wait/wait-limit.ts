/**
 * Default limit of waits in tests, milliseconds. Everything waited for takes milliseconds when it works, but two cores are shared
 * with other test processes, and a shorter limit would fail on a slow machine. Promised times are asserted separately.
 */
export const waitLimitMs = 15_000;
