/** How many rows exist, and how many of them are changed and held. */
export interface Scale {
  /** In each of the two organizations. */
  readonly projects: number;
  readonly tasksPerProject: number;
  readonly secretsPerProject: number;
  readonly documents: number;
  /** Rows that one client subscribes to by id. */
  readonly tasksHeld: number;
  readonly documentsHeld: number;
  /** Every n-th client also lists whole projects; `listsShown` is their number. */
  readonly listEvery: number;
  readonly listsShown: number;
  readonly sqlWriters: number;
  /** Writers whose transactions stay open for up to 3 s. */
  readonly longWriters: number;
  /** Longest pause of a SQL writer between two transactions, milliseconds. */
  readonly sqlPauseMs: number;
  readonly restPauseMs: number;
  /** Longest pause between two writes through the outbox of a client, milliseconds. */
  readonly outboxPauseMs: number;
  /** Weight of changing all tasks of a project at once; a rename has weight 10. */
  readonly bulkWeight: number;
  /** How long writers run before the fault and after its end, milliseconds. */
  readonly writingMs: number;
}

/** Few rows, held by many clients, so that every change concerns some client. */
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
  outboxPauseMs: 2_000,
  bulkWeight: 1,
  writingMs: 250,
};

/**
 * Hundreds of clients on one machine. Each row is held by few of them and most changes come in bulk: refetches cost more than
 * writes, and a saturated machine shows nothing about faults.
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
  outboxPauseMs: 30_000,
  bulkWeight: 14,
  writingMs: 3_000,
};
