import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { createBoards } from "./support/boards.ts";
import { forgetLog } from "./support/log.ts";
import { openSession, untilBlocked } from "./support/session.ts";
import { claim, insertCards, lead } from "./support/watcher.ts";

const notTheLeader = { code: "HG001", message: "not the leader" };

test("only the leader can claim, and only while its lease lasts", async () => {
  await using boards = await createBoards();
  const { pool } = boards;
  await insertCards(boards, 1);
  await expect(claim(pool, randomUUID(), 10)).rejects.toMatchObject(notTheLeader);
  const me = await lead(pool);
  await expect(claim(pool, randomUUID(), 10)).rejects.toMatchObject(notTheLeader);
  await pool.query("update app.sync_state set lease_until = clock_timestamp()");
  await expect(claim(pool, me, 10)).rejects.toMatchObject(notTheLeader);
});

test("a claim fails if the lease is taken away while it waits for the lock", async () => {
  await using boards = await createBoards();
  const { pool, db } = boards;
  await insertCards(boards, 1);
  const me = await lead(pool);
  await using holder = await openSession(db);
  await holder.query("begin");
  await holder.query("select from app.sync_state for update");
  await using watcher = await openSession(db);
  const claiming = expect(claim(watcher, me, 10)).rejects.toMatchObject(notTheLeader);
  await untilBlocked(watcher);
  await holder.query("update app.sync_state set lease_until = clock_timestamp()");
  await holder.query("commit");
  await claiming;
});

test("a claim fails if the lease expires while it waits for the lock", async () => {
  await using boards = await createBoards();
  const { pool, db } = boards;
  await insertCards(boards, 1);
  await using holder = await openSession(db);
  await using watcher = await openSession(db);
  const me = await lead(pool, "500 ms");
  await holder.query("begin");
  await holder.query("select from app.sync_state for update");
  const claiming = expect(claim(watcher, me, 10)).rejects.toMatchObject(notTheLeader);
  await untilBlocked(watcher);
  // The row does not change, so PostgreSQL does not recheck the condition of the waiting query.
  const expired = "select from app.sync_state where lease_until < clock_timestamp()";
  while ((await pool.query(expired)).rowCount === 0);
  await holder.query("commit");
  await claiming;
});

test("a claim renews the lease", async () => {
  await using boards = await createBoards();
  const { pool } = boards;
  await insertCards(boards, 1);
  const me = await lead(pool, "2 s");
  await claim(pool, me, 10);
  const { rowCount } = await pool.query(
    "select from app.sync_state where lease_until > clock_timestamp() + interval '2.5 s'",
  );
  expect(rowCount).toBe(1);
});

test("a claim without pending rows takes no lock and writes nothing, even for a watcher that is not the leader", async () => {
  await using boards = await createBoards();
  const { pool, db } = boards;
  await forgetLog(pool);
  await using session = await openSession(db);
  await session.query("begin");
  expect(await claim(session, randomUUID(), 10)).toBeUndefined();
  expect(await session.query("select pg_current_xact_id_if_assigned() as xid")).toEqual([{ xid: null }]);
  await session.query("commit");
});

test("a head below the expected one means lost numbers and starts a new log epoch", async () => {
  await using boards = await createBoards();
  const { pool } = boards;
  await insertCards(boards, 2);
  const me = await lead(pool);
  const epochOf = async (expected: number) =>
    (await pool.query<{ log_epoch: string }>("select log_epoch from app.claim($1, 1, $2)", [me, expected])).rows[0]
      ?.log_epoch;
  const first = await epochOf(0);
  expect(await epochOf(1)).toBe(first);
  const after = await epochOf(1000);
  expect(after).not.toBe(first);
  const { rows } = await pool.query<{ log_epoch: string }>("select log_epoch from app.sync_state");
  expect(rows[0]?.log_epoch).toBe(after);
});

test("a client that stops reading does not keep the lock: the result is one small row, and the call commits on its own", async () => {
  await using boards = await createBoards();
  const { pool, db } = boards;
  await forgetLog(pool);
  await pool.query("update app.sync_state set head_seq = 0");
  await insertCards(boards, 1);
  await pool.query(
    `insert into app.card (organization_id, board_id, title) select organization_id, id, 'many' from app.board, generate_series(1, 20000)`,
  );
  const me = await lead(pool);
  await using frozen = await openSession(db, "heliograph_watcher");
  (frozen.client as unknown as { connection: { stream: { pause(): void } } }).connection.stream.pause();
  const answer = claim(frozen, me, 20_000);
  answer.catch(() => {}); // the connection is closed before the result is read
  const done = "select from app.sync_state where head_seq = 20000";
  while ((await pool.query(done)).rowCount === 0);
  await pool.query("select from app.sync_state for update nowait");
  expect(await claim(pool, me, 10)).toEqual({ first: 20_001, last: 20_002 });
});

test("the plan of a claim does not depend on the statistics of the log: it uses the index and no JIT", async () => {
  await using boards = await createBoards();
  const { rows } = await boards.pool.query<{ proconfig: string[] }>(
    "select proconfig from pg_proc where oid = 'app.claim(uuid, int, bigint, timestamptz)'::regprocedure",
  );
  expect(rows[0]?.proconfig).toEqual(
    expect.arrayContaining([
      "enable_hashjoin=off",
      "enable_mergejoin=off",
      "enable_seqscan=off",
      "enable_bitmapscan=off",
      "jit=off",
    ]),
  );
});
