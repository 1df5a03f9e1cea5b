import { expect, test } from "vitest";
import { createBoards, insertBoard, insertCard } from "./support/boards.ts";
import { action, forgetLog, readLog } from "./support/log.ts";

const hintOf = (error: unknown): string => (error as { hint?: string }).hint ?? "";

test("a key that changes is logged as the deletion of the old id and the creation of the new one", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const card = await insertCard(pool, north, await insertBoard(pool, north));
  await forgetLog(pool);
  const { rows } = await pool.query<{ id: string }>("update app.card set id = gen_random_uuid() returning id");
  const log = await readLog(pool, "card");
  expect(new Map(log.map((row) => [row.action, row.entityId]))).toEqual(
    new Map([
      [action.create, rows[0]?.id],
      [action.delete, card],
    ]),
  );
});

test("keys that are exchanged are updates of both rows", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  await pool.query(`
    create table app.slot (place int primary key deferrable, organization_id uuid not null, name text);
    select app.enable_sync('app.slot');
    insert into app.slot select n, '${north.organizationId}', n from generate_series(1, 3) n;`);
  await forgetLog(pool);
  await pool.query("update app.slot set place = place % 3 + 1");
  const log = await readLog(pool, "slot");
  expect(log.map((row) => [row.action, row.entityId]).sort()).toEqual([1, 2, 3].map((n) => [action.update, String(n)]));
});

test("TRUNCATE is rejected, also as part of a cascade, and the error has a remedy", async () => {
  await using boards = await createBoards();
  for (const sql of ["truncate app.card", "truncate app.board cascade"]) {
    const error = await boards.pool.query(sql).catch((e: unknown) => e);
    expect(String(error)).toContain("would notify no client that its rows are gone");
    expect(hintOf(error)).toMatch(/Run: delete from app\.(card|board)/);
  }
});
