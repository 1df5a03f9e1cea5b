/** How much there is, and how much of it is changed and held. */
export interface Scale {
  /** In each of the two organizations. */
  readonly projects: number;
  readonly tasksPerProject: number;
  readonly secretsPerProject: number;
  readonly documents: number;
  /** What one client holds by id. */
  readonly tasksHeld: number;
  readonly documentsHeld: number;
  /** Every so many-th client also shows whole projects, and how many. */
  readonly listEvery: number;
  readonly listsShown: number;
  readonly sqlWriters: number;
  /** Writers whose transactions stay open for up to 3 s. */
  readonly longWriters: number;
  /** Longest pause of a writer between two transactions, milliseconds. */
  readonly sqlPauseMs: number;
  readonly restPauseMs: number;
  /** The same of each client that writes through the queue of its device. */
  readonly diaryPauseMs: number;
  /** How often all tasks of a project are changed at once, relative to ten for a rename. */
  readonly bulkWeight: number;
  /** Writing before the fault and after its end, milliseconds. */
  readonly aroundMs: number;
}

/** Few rows that everybody holds, so that every change hits somebody. */
export const usualScale: Scale = {
  projects: 4,
  tasksPerProject: 20,
  secretsPerProject: 2,
  documents: 20,
  tasksHeld: 15,
  documentsHeld: 5,
  listEvery: 2,
  listsShown: 2,
  sqlWriters: 3,
  longWriters: 2,
  sqlPauseMs: 80,
  restPauseMs: 300,
  diaryPauseMs: 2_000,
  bulkWeight: 1,
  aroundMs: 250,
};

/**
 * Hundreds of clients on one machine. Each row is held by a few of them, and most changes come in bulk: what a client reads
 * again costs more than what is written, and a machine that is merely saturated shows nothing about faults.
 */
export const oracleScale: Scale = {
  projects: 24,
  tasksPerProject: 40,
  secretsPerProject: 2,
  documents: 60,
  tasksHeld: 20,
  documentsHeld: 5,
  listEvery: 20,
  listsShown: 1,
  sqlWriters: 3,
  longWriters: 2,
  sqlPauseMs: 200,
  restPauseMs: 2_000,
  diaryPauseMs: 30_000,
  bulkWeight: 14,
  aroundMs: 3_000,
};
