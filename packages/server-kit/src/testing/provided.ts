/** What the test run's global set-up hands to every test file through vitest's `inject`. */
declare module "vitest" {
  export interface ProvidedContext {
    /** Superuser URL of the maintenance database on the PostgreSQL of this run. The templates lie beside it. */
    postgresUrl: string;
    /** The Redis of this run, or null where this machine has none and none could be installed. */
    redisUrl: string | null;
    /** The Chromium of this machine, or null. */
    chromiumPath: string | null;
  }
}

export {};
