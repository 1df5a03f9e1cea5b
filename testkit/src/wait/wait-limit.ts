/**
 * Longest wait for something that takes milliseconds when it works, in milliseconds: two cores are shared with other test
 * processes, and a wait that ends early would call a slow machine a bug. Promised times are asserted apart from it.
 */
export const waitLimitMs = 15_000;
