import { randomUUID } from "node:crypto";
import { type Boards, insertBoard } from "./boards.ts";

interface Queryable {
  query(sql: string, values?: unknown[]): Promise<unknown>;
}

interface Claimed {
  readonly first_seq: string;
  readonly last_seq: string;
  readonly log_epoch: string;
}

// A pool returns a result; a test session returns the rows.
const rowsOf = <R>(answer: unknown): R[] => (Array.isArray(answer) ? answer : (answer as { rows: R[] }).rows);

/**
 * Takes the lease for a new watcher and returns the watcher's id.
 * @throws when another watcher holds the lease
 */
export async function lead(db: Queryable, ttl = "1 hour"): Promise<string> {
  const me = randomUUID();
  const rows = rowsOf(await db.query("select * from app.lead($1, $2)", [me, ttl]));
  if (rows.length === 0) throw new Error("another watcher is the leader");
  return me;
}

/** Claims up to `n` rows and returns their sequence numbers; undefined if nothing is pending. */
export async function claim(
  db: Queryable,
  me: string,
  n: number,
  options: { expectedHead?: number; from?: string } = {},
): Promise<{ first: number; last: number } | undefined> {
  const answer = await db.query("select * from app.claim($1, $2, $3, $4)", [
    me,
    n,
    options.expectedHead ?? 0,
    options.from ?? "-infinity",
  ]);
  const row = rowsOf<Claimed>(answer)[0];
  return row && { first: Number(row.first_seq), last: Number(row.last_seq) };
}

/** Inserts cards, each in its own statement, on a new board unless one is given. */
export async function insertCards({ pool, north }: Boards, n: number, board?: string): Promise<void> {
  const boardId = board ?? (await insertBoard(pool, north));
  for (let i = 0; i < n; i++) {
    await pool.query("insert into app.card (organization_id, board_id, title) values ($1, $2, $3)", [
      north.organizationId,
      boardId,
      `card ${i}`,
    ]);
  }
}
