import { expect, test } from "vitest";
import { createBoards, insertBoard, insertCard } from "./support/boards.ts";
import { forgetLog, readLog, versionOf } from "./support/log.ts";

test("resync after a load without triggers gives every row a new version and starts a new log epoch", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const card = await insertCard(pool, north, await insertBoard(pool, north));
  const before = await versionOf(pool, card);
  await pool.query(
    "begin; set local session_replication_role = replica; update app.card set title = 'restored'; commit",
  );
  expect(await versionOf(pool, card)).toBe(before);
  await forgetLog(pool);
  const epoch = async () => (await pool.query<{ e: string }>("select log_epoch e from app.sync_state")).rows[0]?.e;
  const oldEpoch = await epoch();

  const { rows } = await pool.query<{ n: number }>("select app.resync('card')::int n");
  expect(rows).toEqual([{ n: 1 }]);
  expect(await versionOf(pool, card)).toBeGreaterThan(before);
  expect(await epoch()).not.toBe(oldEpoch);
  expect(await readLog(pool, "card")).toEqual([]);
});

test("resync does not run the table's own triggers and restores the state of all triggers", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  await insertCard(pool, north, await insertBoard(pool, north), { title: "kept" });
  await pool.query(`
    create function app.f() returns trigger language plpgsql as 'begin new.title := ''changed''; return new; end';
    create trigger a_off before update on app.card for each row execute function app.f();
    create trigger b_always before update on app.card for each row execute function app.f();
    alter table app.card disable trigger a_off, enable always trigger b_always;`);
  const states = "select tgname, tgenabled from pg_trigger where tgrelid = 'app.card'::regclass order by tgname";
  const before = (await pool.query(states)).rows;
  await pool.query("select app.resync('card')");
  expect((await pool.query(states)).rows).toEqual(before);
  expect((await pool.query("select title from app.card")).rows).toEqual([{ title: "kept" }]);
});

test("an unknown type is rejected with a remedy", async () => {
  await using boards = await createBoards();
  await expect(boards.pool.query("select app.resync('nothing')")).rejects.toMatchObject({
    message: 'no live type "nothing"',
    hint: expect.stringContaining("app.entity_type"),
  });
});
