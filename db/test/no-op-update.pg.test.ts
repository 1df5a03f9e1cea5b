import { expect, test } from "vitest";
import { createBoards, insertBoard, insertCard } from "./support/boards.ts";
import { forgetLog, readLog, versionOf } from "./support/log.ts";

test("an update without changes neither increases the version nor is logged", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const id = await insertCard(pool, north, await insertBoard(pool, north));
  await pool.query(`update app.card set points = 1.5, extra = '{"a": 1}'`);
  await forgetLog(pool);
  const version = await versionOf(pool, id);
  await pool.query(`update app.card set title = title, points = 1.5, extra = '{"a": 1}', sync_version = 5`);
  expect(await versionOf(pool, id)).toBe(version);
  expect(await readLog(pool, "card")).toEqual([]);
  const { rowCount } = await pool.query("select from app.logging_detail");
  expect(rowCount).toBe(0);
});

test("values that are equal but displayed differently count as a change", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  await insertCard(pool, north, await insertBoard(pool, north));
  await pool.query("update app.card set points = 1.0");
  await forgetLog(pool);
  await pool.query("update app.card set points = 1.00");
  expect(await readLog(pool, "card")).toHaveLength(1);
});

test("a column without an equality operator can be compared", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  await insertCard(pool, north, await insertBoard(pool, north));
  await pool.query("alter table app.card add column plain json");
  await pool.query(`update app.card set plain = '{"a": 1}'`);
  await forgetLog(pool);
  await pool.query(`update app.card set plain = '{"a": 1}'`);
  expect(await readLog(pool, "card")).toEqual([]);
  await pool.query(`update app.card set plain = '{"a": 2}'`);
  expect(await readLog(pool, "card")).toHaveLength(1);
});

test("changes by the table's own BEFORE triggers count", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  await insertCard(pool, north, await insertBoard(pool, north));
  await pool.query(`
    create function app.add_point() returns trigger language plpgsql as 'begin new.points := coalesce(new.points, 0) + 1; return new; end';
    create trigger zz_add_point before update on app.card for each row execute function app.add_point();`);
  await forgetLog(pool);
  await pool.query("update app.card set title = title");
  expect(await readLog(pool, "card")).toHaveLength(1);
});

test("an update of a thousand rows logs only the changed ones", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const board = await insertBoard(pool, north);
  await pool.query(
    "insert into app.card (organization_id, board_id, title) select $1, $2, 'card ' || n % 4 from generate_series(1, 1000) n",
    [north.organizationId, board],
  );
  await forgetLog(pool);
  await pool.query("update app.card set title = 'card 0'");
  expect(await readLog(pool, "card")).toHaveLength(750);
});
