import { randomUUID } from "node:crypto";
import { SeededRandom } from "@heliograph/shared/seeded-random";
import { expect, test } from "vitest";
import { type Boards, createBoards, insertBoard } from "./support/boards.ts";
import { forgetLog, readLog } from "./support/log.ts";
import { openSession } from "./support/session.ts";
import { claim } from "./support/watcher.ts";

const SEED = 20_261_123;
const WRITERS = 4;
const WATCHERS = 3;
const TRANSACTIONS = 40;

/** Runs transactions of one to three writes on a few rows. Some are rolled back; some stay open while others commit. */
async function write(boards: Boards, cards: readonly string[], next: () => number): Promise<void> {
  await using session = await openSession(boards.db);
  for (let i = 0; i < TRANSACTIONS; i++) {
    await session.query("begin");
    // One row per transaction: locking rows in different orders would cause deadlocks in this test, not in the log.
    const card = cards[Math.floor(next() * cards.length)];
    for (let n = Math.ceil(next() * 3); n > 0; n--) {
      await session.query("update app.card set title = $2 where id = $1", [card, `${next()}`]);
    }
    await session.query(next() < 0.3 ? "rollback" : "commit");
  }
}

/**
 * Takes the lease whenever possible, claims, and often loses the lease again. Ends when the writers have ended and nothing
 * is pending.
 * @returns number of claims rejected because the lease was lost
 */
async function watch(boards: Boards, next: () => number, isDone: () => boolean): Promise<number> {
  await using session = await openSession(boards.db, "heliograph_watcher");
  const me = randomUUID();
  let refused = 0;
  for (;;) {
    const finishing = isDone();
    // Very short while the writers run, so that many claims come too late; afterwards long enough to finish on any machine.
    await session.query("select app.lead($1, $2::interval)", [me, finishing ? "5 s" : "20 ms"]);
    try {
      const claimed = await claim(session, me, Math.ceil(next() * 20));
      if (claimed === undefined && finishing) return refused;
      if (next() < 0.3) await session.query("select app.resign($1)", [me]);
    } catch (error) {
      if ((error as { code?: string }).code !== "HG001") throw error;
      refused++;
    }
  }
}

/**
 * Reads pages by sequence number, like a gateway.
 * @throws on the first gap or repetition
 * @returns the last number
 */
async function read(boards: Boards, isDone: () => boolean): Promise<number> {
  await using session = await openSession(boards.db, "heliograph_gateway");
  let last = 0;
  for (;;) {
    const finishing = isDone();
    const rows = await session.query<{ seq: number }>(
      "select sync_seq::int as seq from app.logging where sync_seq > $1 order by sync_seq limit 50",
      [last],
    );
    for (const { seq } of rows) {
      if (seq !== last + 1) throw new Error(`seed ${SEED}: ${seq} follows ${last}`);
      last = seq;
    }
    if (rows.length === 0 && finishing) return last;
  }
}

test("watchers that compete for the lease assign every number once and in order", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const board = await insertBoard(pool, north);
  const { rows } = await pool.query<{ id: string }>(
    "insert into app.card (organization_id, board_id, title) select $1, $2, 'card' from generate_series(1, 12) returning id",
    [north.organizationId, board],
  );
  await forgetLog(pool);
  const state = { written: false, claimed: false };
  const cards = rows.map(({ id }) => id);

  const writers = Array.from({ length: WRITERS }, (_, i) => write(boards, cards, new SeededRandom(SEED + i).next));
  const watchers = Array.from({ length: WATCHERS }, (_, i) =>
    watch(boards, new SeededRandom(SEED - 1 - i).next, () => state.written),
  );
  const reader = read(boards, () => state.claimed);
  await Promise.all(writers);
  state.written = true;
  await Promise.all(watchers);
  state.claimed = true;
  const last = await reader;

  const log = await readLog(pool, "card");
  expect(log.length).toBeGreaterThan(WRITERS * TRANSACTIONS * 0.5);
  expect(last).toBe(log.length);
  const { rows: head } = await pool.query<{ head: number }>("select head_seq::int as head from app.sync_state");
  expect(head).toEqual([{ head: last }]);
  for (const card of cards) {
    const versions = log.filter((row) => row.entityId === card).sort((a, b) => Number((a.seq ?? 0n) - (b.seq ?? 0n)));
    expect(versions.map((row) => row.version)).toEqual(
      versions.map((row) => row.version).sort((a, b) => Number(a - b)),
    );
  }
});
