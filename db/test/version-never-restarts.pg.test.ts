import { expect, test } from "vitest";
import { createBoards, insertBoard, insertCard } from "./support/boards.ts";
import { action, readLog, versionOf } from "./support/log.ts";

test("a version is the time of the change in microseconds, whatever value the writer sends", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const board = await insertBoard(pool, north);
  const before = BigInt(Date.now() - 1000) * 1000n;
  const { rows } = await pool.query<{ id: string }>(
    "insert into app.card (organization_id, board_id, title, sync_version) values ($1, $2, 'a', 7) returning id",
    [north.organizationId, board],
  );
  const id = rows[0]?.id ?? "";
  const first = await versionOf(pool, id);
  expect(first).toBeGreaterThan(before);
  expect(first).toBeLessThan(BigInt(Date.now() + 1000) * 1000n);

  await pool.query("update app.card set title = 'b', sync_version = 1 where id = $1", [id]);
  expect(await versionOf(pool, id)).toBeGreaterThan(first);
});

test("a version also increases if it is ahead of the clock", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const id = await insertCard(pool, north, await insertBoard(pool, north));
  await pool.query(`
    alter table app.card disable trigger user;
    update app.card set sync_version = 9000000000000000;
    alter table app.card enable trigger user;`);
  await pool.query("update app.card set title = 'b'");
  expect(await versionOf(pool, id)).toBe(9000000000000001n);
  await pool.query("delete from app.card");
  expect((await readLog(pool, "card")).at(-1)).toMatchObject({ action: action.delete, version: 9000000000000002n });
});

test("a row that is deleted and created again gets a higher version, also in one transaction or one statement", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const board = await insertBoard(pool, north);
  const id = await insertCard(pool, north, board);
  const insert = "insert into app.card (id, organization_id, board_id, title)";
  await pool.query("update app.card set title = 'b'");
  await pool.query(`
    begin;
    delete from app.card;
    ${insert} values ('${id}', '${north.organizationId}', '${board}', 'again');
    commit`);
  await pool.query(
    `with gone as (delete from app.card returning *) ${insert} select id, organization_id, board_id, 'third' from gone`,
  );

  const log = (await readLog(pool, "card")).filter((row) => row.entityId === id);
  const created = log.filter((row) => row.action === action.create).map((row) => row.version);
  const deleted = log.filter((row) => row.action === action.delete).map((row) => row.version);
  const updated = log.find((row) => row.action === action.update)?.version ?? 0n;
  expect([created.length, deleted.length]).toEqual([3, 2]);
  const order = [created[0], updated, deleted[0], created[1], deleted[1], created[2]];
  expect(order).toEqual([...order].sort((a, b) => Number((a ?? 0n) - (b ?? 0n))));
  expect(new Set(order).size).toBe(6);
  expect(await versionOf(pool, id)).toBe(created[2]);
});

test.each([true, false])(
  "versions keep increasing across a pause of the sync, also for rows changed meanwhile, and clients have to compare versions (version column kept: %s)",
  async (kept) => {
    await using boards = await createBoards();
    const { pool, north } = boards;
    const board = await insertBoard(pool, north);
    const changed = await insertCard(pool, north, board);
    const untouched = await insertCard(pool, north, board);
    const before = [await versionOf(pool, changed), await versionOf(pool, untouched)];
    const epoch = async () => (await pool.query<{ e: string }>("select log_epoch e from app.sync_state")).rows[0]?.e;
    const oldEpoch = await epoch();

    await pool.query("select app.disable_sync('card', $1)", [kept]);
    await pool.query(`update app.card set title = 'b' ${kept ? ", sync_version = 3" : ""} where id = $1`, [changed]);
    await pool.query("select app.enable_sync('app.card', 'card', containers => '{board_id}')");

    expect(await versionOf(pool, changed)).toBeGreaterThan(before[0] ?? 0n);
    expect(await versionOf(pool, untouched)).toBeGreaterThan(before[1] ?? 0n);
    expect(await epoch()).not.toBe(oldEpoch);
  },
);

test("versions do not count writes", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const id = await insertCard(pool, north, await insertBoard(pool, north));
  const first = await versionOf(pool, id);
  await pool.query("update app.card set title = 'b'");
  expect((await versionOf(pool, id)) - first).toBeGreaterThan(1n);
});
