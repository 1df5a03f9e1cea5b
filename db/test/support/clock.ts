import type pg from "pg";

/** The clock of one test database, which can be stepped. */
export interface DatabaseClock {
  /** Sets how far the clock is ahead, as an interval; negative: behind. */
  step(ahead: string): Promise<void>;
}

/**
 * Makes the clock of a test database adjustable. Replaces the functions that read it in the catalog of that database, so that
 * functions and triggers run unchanged. Column defaults keep the real clock: PostgreSQL stores them by identifier.
 */
export async function adjustableClock(pool: pg.Pool): Promise<DatabaseClock> {
  const replace = (name: string, volatility: string): string => `
    alter function pg_catalog.${name}() rename to real_${name};
    create function pg_catalog.${name}() returns timestamptz language sql ${volatility}
      as 'select pg_catalog.real_${name}() + (select ahead from public.test_clock)';`;
  await pool.query(`
    create table public.test_clock (ahead interval not null);
    insert into public.test_clock values ('0');
    grant select on public.test_clock to public;
    grant usage on schema public to public;
    ${replace("clock_timestamp", "volatile")}
    ${replace("statement_timestamp", "stable")}
    ${replace("now", "stable")}`);
  return { step: async (ahead) => void (await pool.query("update public.test_clock set ahead = $1", [ahead])) };
}
