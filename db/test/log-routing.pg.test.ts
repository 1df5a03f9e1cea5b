import { expect, test } from "vitest";
import { createBoards, insertBoard, insertCard } from "./support/boards.ts";
import { action, forgetLog, readLog } from "./support/log.ts";

test("a row that moves is logged with its containers before and after", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const [from, to] = [await insertBoard(pool, north), await insertBoard(pool, north)];
  const tenant = `tenant/${north.organizationId}`;
  const [before, after] = [`board/${from}`, `board/${to}`];
  const card = await insertCard(pool, north, from);
  await pool.query("update app.card set title = 'stays'");
  await pool.query("update app.card set board_id = $1", [to]);
  await pool.query("delete from app.card where id = $1", [card]);

  const log = await readLog(pool, "card");
  expect(log.map((row) => [row.action, [...row.containerIds].sort()])).toEqual([
    [action.create, [before, tenant]],
    [action.update, [before, tenant]],
    [action.update, [before, tenant, after, tenant].sort()],
    [action.delete, [after, tenant]],
  ]);
});

test("a change of tenant or is_private requires a recheck; moving a row does not, because the same users can read it", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const [first, second] = [await insertBoard(pool, north), await insertBoard(pool, north)];
  await insertCard(pool, north, first);
  await forgetLog(pool);
  await pool.query("update app.card set title = 'other'");
  await pool.query("update app.card set board_id = $1", [second]);
  await pool.query("update app.card set is_private = true");
  await pool.query("update app.board set organization_id = $1 where id = $2", [boards.south.organizationId, first]);
  expect((await readLog(pool, "card", "board")).map((row) => row.recheck)).toEqual([false, false, true, true]);
});

test("moving a row of a table with its own policies requires a recheck, because they may depend on the container", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const [first, second] = [await insertBoard(pool, north), await insertBoard(pool, north)];
  await insertCard(pool, north, first);
  await pool.query("create policy mine on app.card for select to heliograph_app using (title like 'mine%')");
  await pool.query("select app.enable_sync('app.card', 'card', containers => '{board_id}')");
  await forgetLog(pool);
  await pool.query("update app.card set board_id = $1", [second]);
  expect((await readLog(pool, "card")).map((row) => row.recheck)).toEqual([true]);
});

test("a change of a column listed in rights requires a recheck", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  await insertCard(pool, north, await insertBoard(pool, north));
  await pool.query("select app.enable_sync('app.card', 'card', containers => '{board_id}', rights => '{extra}')");
  await forgetLog(pool);
  await pool.query(`update app.card set extra = '{"readers": []}'`);
  await pool.query("update app.card set title = 'other'");
  expect((await readLog(pool, "card")).map((row) => row.recheck)).toEqual([true, false]);
});

test("restricted means that the row is or was private", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const board = await insertBoard(pool, north);
  await insertCard(pool, north, board);
  await pool.query("update app.card set is_private = true");
  await pool.query("update app.card set title = 'still private'");
  await pool.query("update app.card set is_private = false");
  await pool.query("update app.card set title = 'open again'");
  await pool.query("update app.card set is_private = true");
  await pool.query("delete from app.card");
  expect((await readLog(pool, "card")).map((row) => row.restricted)).toEqual([
    false,
    true,
    true,
    true,
    false,
    true,
    true,
  ]);
});

test("every row of a table with its own policies counts as restricted, unless the table is declared public", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  await pool.query(`
    create table app.secret_note (id uuid primary key default gen_random_uuid(), organization_id uuid not null, body text);
    alter table app.secret_note enable row level security;
    create policy mine on app.secret_note to heliograph_app using (body like 'mine%');
    select app.enable_sync('app.secret_note', 'secret_note');`);
  await pool.query("insert into app.secret_note (organization_id, body) values ($1, 'a')", [north.organizationId]);
  await pool.query("select app.enable_sync('app.secret_note', 'secret_note', public => true)");
  await pool.query("update app.secret_note set body = 'b'");
  expect((await readLog(pool, "secret_note")).map((row) => row.restricted)).toEqual([true, false]);
});
