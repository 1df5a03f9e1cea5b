import { expect, test } from "vitest";
import { createBoards, insertBoard, insertCard } from "./support/boards.ts";

const hintOf = (error: unknown): string => (error as { hint?: string }).hint ?? "";

test("the key of a live row cannot be changed, and the error has a remedy", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  await insertCard(pool, north, await insertBoard(pool, north));
  const error = await pool.query("update app.card set id = gen_random_uuid()").catch((e: unknown) => e);
  expect(String(error)).toContain("the key of a live row cannot change (card.id)");
  expect(hintOf(error)).toContain("Insert the row under its new key");
});

test("TRUNCATE is rejected, also as part of a cascade, and the error has a remedy", async () => {
  await using boards = await createBoards();
  for (const sql of ["truncate app.card", "truncate app.board cascade"]) {
    const error = await boards.pool.query(sql).catch((e: unknown) => e);
    expect(String(error)).toContain("would notify no client that its rows are gone");
    expect(hintOf(error)).toMatch(/Run: delete from app\.(card|board)/);
  }
});
