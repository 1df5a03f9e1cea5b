/** Wall time at which every simulation starts, milliseconds since 1970. */
export const epochMs = 1_800_000_000_000;
