import { expect, test } from "vitest";
import { type Boards, createBoards, insertBoard, insertCard } from "./support/boards.ts";
import { readLog } from "./support/log.ts";

interface Detail {
  action: number;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

async function details({ pool }: Boards): Promise<Detail[]> {
  const { rows } = await pool.query<Detail>(
    `select action, entity_from_version as before, entity_to_version as after from app.logging_detail
      where entity_code = 'card' order by created_ts`,
  );
  return rows;
}

async function writeOnce(boards: Boards, snapshots: string): Promise<Detail[]> {
  const { pool, north } = boards;
  await pool.query("select app.enable_sync('app.card', 'card', redact => '{secret}', snapshots => $1)", [snapshots]);
  await insertCard(pool, north, await insertBoard(pool, north), { title: "a", secret: "s1" });
  await pool.query("update app.card set title = 'b', secret = 's2'");
  await pool.query("delete from app.card");
  return details(boards);
}

test("full snapshots keep the row before and after, without redacted columns", async () => {
  await using boards = await createBoards();
  const [created, updated, deleted] = await writeOnce(boards, "full");
  expect(created).toMatchObject({ action: 1, before: null, after: { title: "a", points: null } });
  expect(updated).toMatchObject({ action: 2, before: { title: "a" }, after: { title: "b", is_private: false } });
  expect(deleted).toMatchObject({ action: 3, before: { title: "b" }, after: null });
  expect(JSON.stringify([created, updated, deleted])).not.toMatch(/secret|s1|s2/);
});

test("changed snapshots keep only the changed columns of an update, without redacted columns", async () => {
  await using boards = await createBoards();
  const [created, updated, deleted] = await writeOnce(boards, "changed");
  expect(created?.after).toMatchObject({ title: "a", points: null });
  expect(Object.keys(updated?.before ?? {}).sort()).toEqual(["sync_version", "title"]);
  expect(updated?.after).toMatchObject({ title: "b" });
  expect(deleted?.before).toMatchObject({ title: "b" });
  expect(JSON.stringify([created, updated, deleted])).not.toMatch(/secret|s1|s2/);
});

test("without snapshots, actor, time and action are still logged", async () => {
  await using boards = await createBoards();
  const rows = await writeOnce(boards, "none");
  expect(rows).toEqual([1, 2, 3].map((action) => ({ action, before: null, after: null })));
});

test("reads are logged only for types with views, and do not notify clients", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const card = await insertCard(pool, north, await insertBoard(pool, north));
  const view = async () =>
    (await pool.query<{ n: number }>("select app.log_view('card', array[$1])::int n", [card])).rows[0]?.n;
  expect(await view()).toBe(0);
  await pool.query("select app.enable_sync('app.card', 'card', containers => '{board_id}', views => true)");
  expect(await view()).toBe(1);
  expect((await readLog(pool, "card")).at(-1)).toMatchObject({ action: 0, entityId: card, status: "sent", seq: null });
});
