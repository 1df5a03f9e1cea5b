import { expect, test } from "vitest";
import { createBoards, insertBoard, insertCard } from "./support/boards.ts";
import { action, forgetLog, readLog } from "./support/log.ts";

test("creating, changing and deleting a membership is logged for its person", async () => {
  await using boards = await createBoards();
  const { pool, north, south } = boards;
  await forgetLog(pool);
  const key = [north.memberId, south.organizationId];
  await pool.query("insert into app.membership (person_id, organization_id) values ($1, $2)", key);
  await pool.query("update app.membership set role = 'admin' where person_id = $1 and organization_id = $2", key);
  await pool.query("update app.membership set role = 'guest' where person_id = $1 and organization_id = $2", key);
  await pool.query("update app.membership set role = 'guest' where person_id = $1 and organization_id = $2", key);
  await pool.query("delete from app.membership where person_id = $1 and organization_id = $2", key);
  const log = await readLog(pool, "person");
  expect(log.map((row) => row.action)).toEqual([action.grant, action.grant, action.revoke, action.revoke]);
  for (const row of log) {
    expect(row).toMatchObject({ entityId: north.memberId, recheck: true, restricted: true, status: "pending" });
    expect(row.containerIds).toEqual([`tenant/${south.organizationId}`]);
  }
});

test("a grant is logged for its row, with the row's containers and the person", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const board = await insertBoard(pool, north);
  const card = await insertCard(pool, north, board, { isPrivate: true });
  await forgetLog(pool);
  await pool.query(
    "insert into app.entity_grant (entity_code, entity_id, person_id, organization_id) values ('card', $1, $2, $3)",
    [card, north.memberId, north.organizationId],
  );
  await pool.query("update app.entity_grant set expires_ts = now() - interval '1 s'");
  const { rows } = await pool.query<{ n: number }>("select app.expire_grants()::int n");
  expect(rows[0]?.n).toBe(1);
  const log = await readLog(pool, "card");
  expect(log.map((row) => row.action)).toEqual([action.grant, action.revoke]);
  for (const row of log) {
    expect(row).toMatchObject({ entityId: card, recheck: true, restricted: true, status: "pending" });
    expect(row.containerIds).toEqual([`board/${board}`, `tenant/${north.organizationId}`, `person/${north.memberId}`]);
  }
});

// Fails if the grants are read after the deletion: when both are deleted together, persons with a grant would never be
// notified and would keep the row.
test("the deletion of a private row is logged with the persons who had a grant, also if the grants are deleted with it", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const board = await insertBoard(pool, north);
  const hidden = await insertCard(pool, north, board, { isPrivate: true });
  const open = await insertCard(pool, north, board);
  await pool.query(
    "insert into app.entity_grant (entity_code, entity_id, person_id, organization_id) select 'card', unnest($1::text[]), $2, $3",
    [[hidden, open], north.memberId, north.organizationId],
  );
  await forgetLog(pool);
  // In one transaction: both are gone when the change is processed.
  await pool.query(`begin; delete from app.card where id in ('${hidden}', '${open}');
    delete from app.entity_grant where entity_id in ('${hidden}', '${open}'); commit`);
  const ends = (await readLog(pool, "card")).filter((row) => row.action === action.delete);
  expect(new Map(ends.map((row) => [row.entityId, row.containerIds]))).toEqual(
    new Map([
      [hidden, [`board/${board}`, `tenant/${north.organizationId}`, `person/${north.memberId}`]],
      [open, [`board/${board}`, `tenant/${north.organizationId}`]],
    ]),
  );
});

test("a person who leaves an organization loses the grants in it", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const card = await insertCard(pool, north, await insertBoard(pool, north), { isPrivate: true });
  await pool.query(
    "insert into app.entity_grant (entity_code, entity_id, person_id, organization_id) values ('card', $1, $2, $3)",
    [card, north.memberId, north.organizationId],
  );
  await forgetLog(pool);
  await pool.query("delete from app.membership where person_id = $1", [north.memberId]);
  const log = await readLog(pool, "card", "person");
  expect(log.map((row) => [row.code, row.action])).toEqual(
    expect.arrayContaining([
      ["card", action.revoke],
      ["person", action.revoke],
    ]),
  );
});

test("a grant for an unknown type is rejected with a remedy", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const error = await pool
    .query(
      "insert into app.entity_grant (entity_code, entity_id, person_id, organization_id) values ('nothing', gen_random_uuid(), $1, $2)",
      [north.memberId, north.organizationId],
    )
    .catch((e: unknown) => e as Error & { hint?: string });
  expect(error).toMatchObject({ message: 'no live type "nothing"', hint: "Run: select code from app.entity_type" });
});
