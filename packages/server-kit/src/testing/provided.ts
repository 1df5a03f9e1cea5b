/** Values that the global set-up of a test run provides to every test file through vitest's `inject`. */
declare module "vitest" {
  export interface ProvidedContext {
    /** Superuser URL of the maintenance database on the PostgreSQL of this run, which also has the template databases. */
    postgresUrl: string;
    /** URL of the Redis of this run; null if the machine has none and none could be installed. */
    redisUrl: string | null;
    /** Path of a Chromium on this machine, or null. */
    chromiumPath: string | null;
    /** Whether every case must run, also those of which `npm test` runs a seeded selection. */
    everyCase: boolean;
  }
}

export {};
