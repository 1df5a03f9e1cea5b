/** Milliseconds since 1970 at which every simulation begins. */
export const epochMs = 1_800_000_000_000;
