import { expect, test } from "vitest";
import { createBoards, insertBoard, insertCard } from "./support/boards.ts";
import { action, countByAction, forgetLog, readLog } from "./support/log.ts";

test("COPY logs each row once", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const board = await insertBoard(pool, north);
  await pool.query(
    `copy app.card (organization_id, board_id, title) from program 'printf "${north.organizationId},${board},%s\\n" a b c' with (format csv)`,
  );
  expect(await countByAction(pool, "card")).toEqual([[action.create, 3]]);
});

test("INSERT … ON CONFLICT logs a create, an update or nothing for each row", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const board = await insertBoard(pool, north);
  const changed = await insertCard(pool, north, board, { title: "old" });
  const same = await insertCard(pool, north, board, { title: "same" });
  await forgetLog(pool);
  await pool.query(
    `insert into app.card (id, organization_id, board_id, title)
     values ($1, $3, $4, 'new'), ($2, $3, $4, 'same'), (gen_random_uuid(), $3, $4, 'made')
     on conflict (id) do update set title = excluded.title`,
    [changed, same, north.organizationId, board],
  );
  expect(await countByAction(pool, "card")).toEqual([
    [action.create, 1],
    [action.update, 1],
  ]);
  await pool.query(
    "insert into app.card (id, organization_id, board_id, title) values ($1, $2, $3, 'x') on conflict do nothing",
    [same, north.organizationId, board],
  );
  expect(await readLog(pool, "card")).toHaveLength(2);
});

test("MERGE logs the action on each row", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const board = await insertBoard(pool, north);
  const [updated, deleted, untouched] = [
    await insertCard(pool, north, board),
    await insertCard(pool, north, board),
    await insertCard(pool, north, board),
  ];
  await forgetLog(pool);
  await pool.query(
    `merge into app.card c
     using (values ($1::uuid, 'update'), ($2, 'delete'), ($3, 'leave'), (gen_random_uuid(), 'insert')) s (id, what) on c.id = s.id
     when matched and what = 'update' then update set title = 'merged'
     when matched and what = 'delete' then delete
     when not matched then insert (id, organization_id, board_id, title) values (s.id, $4, $5, 'merged')`,
    [updated, deleted, untouched, north.organizationId, board],
  );
  expect(await countByAction(pool, "card")).toEqual([
    [action.create, 1],
    [action.update, 1],
    [action.delete, 1],
  ]);
});

test("a cascade logs every row once, at any depth", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const board = await insertBoard(pool, north);
  await pool.query(
    `with parents as (
       insert into app.card (organization_id, board_id, title) select $1, $2, 'parent' from generate_series(1, 20) returning id)
     insert into app.card (organization_id, board_id, parent_card_id, title)
     select $1, $2, parents.id, 'child' from parents, generate_series(1, 10)`,
    [north.organizationId, board],
  );
  await forgetLog(pool);
  await pool.query("delete from app.board where id = $1", [board]);
  expect(await countByAction(pool, "board")).toEqual([[action.delete, 1]]);
  expect(await countByAction(pool, "card")).toEqual([[action.delete, 220]]);
  const ids = (await readLog(pool, "card")).map((row) => row.entityId);
  expect(new Set(ids).size).toBe(220);
});

test("ON DELETE SET NULL logs an update of each row that loses its reference", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const [home, seenOn] = [await insertBoard(pool, north), await insertBoard(pool, north)];
  const card = await insertCard(pool, north, home);
  await insertCard(pool, north, home);
  await pool.query("update app.card set seen_on_board_id = $1 where id = $2", [seenOn, card]);
  await forgetLog(pool);
  await pool.query("delete from app.board where id = $1", [seenOn]);
  const log = await readLog(pool, "card");
  expect(log).toHaveLength(1);
  expect(log[0]).toMatchObject({ entityId: card, action: action.update });
  expect(log[0]?.containerIds).toContain(`board/${seenOn}`);
});

test("two updates of a row in one transaction create two versions; a rolled back update creates none", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  await insertCard(pool, north, await insertBoard(pool, north));
  await forgetLog(pool);
  await pool.query(`
    begin;
    update app.card set title = 'first';
    savepoint s;
    update app.card set title = 'undone';
    rollback to savepoint s;
    update app.card set title = 'second';
    commit`);
  const [first, second, ...more] = await readLog(pool, "card");
  expect(more).toEqual([]);
  expect(second?.version).toBeGreaterThan(first?.version ?? 0n);
});

test("columns may be named like aliases and variables of the triggers", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  await insertCard(pool, north, await insertBoard(pool, north));
  await pool.query(
    `alter table app.card add column n int, add column o text, add column c int, add column "before" int, add column v_ts int`,
  );
  await pool.query("select app.enable_sync('app.card', 'card', containers => '{board_id}')");
  await pool.query(`update app.card set n = 1, o = 'o', c = 2, "before" = 3, v_ts = 4`);
  const { rows } = await pool.query<{ after: Record<string, unknown> }>(
    "select entity_to_version as after from app.logging_detail where action = 2",
  );
  expect(rows[0]?.after).toMatchObject({ n: 1, o: "o", c: 2, before: 3, v_ts: 4, title: "Card" });
});
