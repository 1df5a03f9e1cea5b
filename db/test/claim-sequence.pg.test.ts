import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { createBoards, insertBoard } from "./support/boards.ts";
import { forgetLog, readLog } from "./support/log.ts";
import { openSession, untilBlocked } from "./support/session.ts";
import { claim, insertCards, lead } from "./support/watcher.ts";

test("a claim that waited for another one continues from its head", async () => {
  await using boards = await createBoards();
  const { pool, db } = boards;
  await forgetLog(pool);
  await insertCards(boards, 30);
  const me = await lead(pool);
  await using first = await openSession(db, "heliograph_watcher");
  await using second = await openSession(db, "heliograph_watcher");

  await first.query("begin");
  await claim(first, me, 10);
  const waiting = claim(second, me, 10); // a retry while the first call is still running
  await untilBlocked(second);
  await first.query("commit");
  expect(await waiting).toEqual({ first: 11, last: 20 });

  const numbered = (await readLog(pool, "board", "card"))
    .filter((row) => row.seq !== null)
    .map((row) => Number(row.seq));
  expect(numbered.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
});

test("a claim as one statement would use its snapshot from before the lock, which is why claim is a function", async () => {
  await using boards = await createBoards();
  const { pool, db } = boards;
  await forgetLog(pool);
  await insertCards(boards, 30);
  const me = await lead(pool);
  const oneStatement = `
    with state as (select head_seq from app.sync_state where leader_id = '${me}' for update),
    picked as (
      select l.created_ts, l.tableoid part, l.ctid tid, s.head_seq + row_number() over (order by l.created_ts, l.entity_version) seq
        from app.logging l, state s where l.sync_status = 'pending' order by l.created_ts, l.entity_version limit 10),
    marked as (
      update app.logging l set sync_status = 'sent', sync_seq = p.seq from picked p
       where l.created_ts = p.created_ts and l.tableoid = p.part and l.ctid = p.tid returning 1)
    update app.sync_state set head_seq = head_seq + (select count(*) from marked)`;
  await using first = await openSession(db);
  await using second = await openSession(db);
  await first.query("begin");
  await first.query(oneStatement);
  const waiting = second.query(oneStatement);
  await untilBlocked(second);
  await first.query("commit");
  await waiting;
  const numbered = (await readLog(pool, "board", "card"))
    .filter((row) => row.seq !== null)
    .map((row) => Number(row.seq));
  expect(numbered.sort((a, b) => a - b)).not.toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
});

test("a claim under another isolation level is rejected, because it would keep the snapshot from before the lock", async () => {
  await using boards = await createBoards();
  const me = await lead(boards.pool);
  await using session = await openSession(boards.db, "heliograph_watcher");
  await session.query("begin isolation level repeatable read");
  await expect(claim(session, me, 10)).rejects.toThrow("app.claim needs READ COMMITTED, not repeatable read");
});

test("a rollback leaves no gap, and a late commit is numbered after the commits that overtook it", async () => {
  await using boards = await createBoards();
  const { pool, db } = boards;
  await forgetLog(pool);
  const board = await insertBoard(pool, boards.north);
  const me = await lead(pool);
  await using late = await openSession(db);
  await late.query("begin");
  await late.query("insert into app.card (organization_id, board_id, title) values ($1, $2, 'late')", [
    boards.north.organizationId,
    board,
  ]);
  await using undone = await openSession(db);
  await undone.query("begin");
  await undone.query("insert into app.card (organization_id, board_id, title) values ($1, $2, 'undone')", [
    boards.north.organizationId,
    board,
  ]);
  await insertCards(boards, 5, board);

  expect(await claim(pool, me, 100)).toEqual({ first: 1, last: 6 }); // the board and five cards, without waiting for `late`
  await undone.query("rollback");
  await late.query("commit");
  expect(await claim(pool, me, 100)).toEqual({ first: 7, last: 7 });
  expect(await claim(pool, me, 100)).toBeUndefined();
  const { rows } = await pool.query<{ n: number; max: number }>(
    "select count(distinct sync_seq)::int n, max(sync_seq)::int max from app.logging",
  );
  expect(rows).toEqual([{ n: 7, max: 7 }]);
});

test("rows are numbered in the order of the writes, not of the starts of their transactions", async () => {
  await using boards = await createBoards();
  const { pool, db } = boards;
  await insertCards(boards, 1);
  await forgetLog(pool);
  await using early = await openSession(db);
  await early.query("begin");
  await early.query("select now()");
  await pool.query("update app.card set title = 'first'");
  await early.query("update app.card set title = 'second'");
  await early.query("commit");
  await claim(pool, await lead(pool), 10);
  const { rows } = await pool.query(
    "select entity_to_version ->> 'title' as title from app.logging_detail d join app.logging l using (id) order by sync_seq",
  );
  expect(rows).toEqual([{ title: "first" }, { title: "second" }]);
});

test("numbers follow the order of the writes, also within one statement", async () => {
  await using boards = await createBoards();
  const { pool } = boards;
  await forgetLog(pool);
  await insertCards(boards, 50);
  await pool.query("update app.card set title = title || '!'");
  const me = await lead(pool);
  await claim(pool, me, 30);
  await claim(pool, me, 1000);
  const log = await readLog(pool, "board", "card");
  expect(log.map((row) => Number(row.seq))).toEqual(Array.from({ length: 101 }, (_, i) => i + 1));
});

test("a claim fails if an operator requeues a row meanwhile, and its retry leaves no gap", async () => {
  await using boards = await createBoards();
  const { pool, db } = boards;
  await forgetLog(pool);
  await insertCards(boards, 10);
  const me = await lead(pool);
  await using operator = await openSession(db);
  await operator.query("begin");
  await operator.query(
    "update app.logging set sync_status = 'pending' where ctid = (select min(ctid) from app.logging)",
  );
  await using watcher = await openSession(db, "heliograph_watcher");
  const claiming = claim(watcher, me, 100);
  const outcome = expect(claiming).rejects.toMatchObject({ code: "40001" });
  await untilBlocked(watcher);
  await operator.query("commit");
  await outcome;
  expect(await claim(watcher, me, 100)).toEqual({ first: 1, last: 11 });
});

test("a bounded claim leaves older rows to an unbounded claim", async () => {
  await using boards = await createBoards();
  const { pool } = boards;
  await forgetLog(pool);
  await insertCards(boards, 3);
  const { rows } = await pool.query<{ now: string }>("select clock_timestamp()::text as now");
  await insertCards(boards, 2);
  const me = await lead(pool);
  expect(await claim(pool, me, 100, { from: rows[0]?.now ?? "" })).toEqual({ first: 1, last: 3 });
  expect(await claim(pool, me, 100)).toEqual({ first: 4, last: 7 });
});

test("rows of action VIEW are never claimed", async () => {
  await using boards = await createBoards();
  const { pool } = boards;
  await forgetLog(pool);
  await pool.query(
    `insert into app.logging (entity_code, entity_id, action, entity_version) values ('card', '${randomUUID()}', 0, 0)`,
  );
  const me = await lead(pool);
  expect(await claim(pool, me, 100)).toBeUndefined();
  // Nor together with other rows.
  await insertCards(boards, 1);
  await claim(pool, me, 100);
  const { rows } = await pool.query("select from app.logging where action = 0 and sync_seq is not null");
  expect(rows).toEqual([]);
});
