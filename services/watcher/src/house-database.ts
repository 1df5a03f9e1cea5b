import type { Pool } from "pg";

/** What the leader deletes because nobody else does. Each call is one statement and answers how many rows it took. */
export type HouseDatabase = {
  /** Gives dead gateways up; deletes the sessions whose grace is over, with their subscriptions. */
  reap(): Promise<number>;
  expireGrants(): Promise<number>;
  deleteOrphans(): Promise<number>;
  expireMutations(): Promise<number>;
};

/** The port on PostgreSQL. `sessionGraceMs`: how long the session of a dead gateway may still be resumed. */
export function createHouseDatabase({ pool, sessionGraceMs }: { pool: Pool; sessionGraceMs: number }): HouseDatabase {
  const count = async (text: string, values: readonly unknown[] = []): Promise<number> => {
    const { rows } = await pool.query<{ count: number }>(text, [...values]);
    return rows[0]?.count ?? 0;
  };
  return {
    reap: () =>
      count(
        "select gateways + sessions + subscriptions as count from app.reap_sessions(grace => make_interval(secs => $1))",
        [sessionGraceMs / 1000],
      ),
    expireGrants: () => count("select app.expire_grants() as count"),
    deleteOrphans: () => count("select app.delete_orphan_subscriptions() as count"),
    expireMutations: () => count("select app.expire_mutations() as count"),
  };
}
