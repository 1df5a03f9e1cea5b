import { expect, test } from "vitest";
import { asUser } from "./support/as-user.ts";
import { createBoards, insertBoard, insertCard } from "./support/boards.ts";

test("the history of a row lists who changed which columns, newest first, without redacted columns", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const card = await insertCard(pool, north, await insertBoard(pool, north), { secret: "s" });
  const caller = { personId: north.memberId, organizationId: north.organizationId };
  const request = { ip: "192.0.2.7", user_agent: "agent" };
  await asUser(boards.db, { ...caller, actor: { fname: "Mia", lname: "North" }, request }, (query) =>
    query("update app.card set title = 'b', points = 3, secret = 't'"),
  );
  await asUser(boards.db, { ...caller, actor: { username: "import" } }, (query) =>
    query("update app.card set is_private = false, points = 4"),
  );
  await pool.query(
    "insert into app.entity_grant (entity_code, entity_id, person_id, organization_id) values ('card', $1, $2, $3)",
    [card, north.memberId, north.organizationId],
  );

  const rows = await asUser(boards.db, caller, (query) =>
    query("select * from app.entity_history('card', $1, 10)", [card]),
  );
  expect(rows.map(({ at: _at, version: _version, ...rest }) => rest)).toEqual([
    { actor: "import", action: 2, columns: ["points"] },
    { actor: "Mia North", action: 2, columns: ["points", "title", "title_length"] },
    { actor: null, action: 1, columns: [] },
  ]);
  expect(Object.keys(rows[0] ?? {})).toEqual(["at", "actor", "action", "version", "columns"]);
  const { rows: one } = await pool.query("select version from app.entity_history('card', $1, 1)", [card]);
  expect(one).toHaveLength(1);
});

test.each([
  ["changed", ["title", "title_length"]],
  ["none", null],
])("with snapshots '%s' the changed columns are %j", async (snapshots, columns) => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  await pool.query(
    "select app.enable_sync('app.card', 'card', containers => '{board_id}', redact => '{secret}', snapshots => $1)",
    [snapshots],
  );
  const card = await insertCard(pool, north, await insertBoard(pool, north));
  await pool.query("update app.card set title = 'longer title', secret = 'x'");
  const { rows } = await pool.query("select columns from app.entity_history('card', $1) where action = 2", [card]);
  expect(rows).toEqual([{ columns }]);
});

test("a column redacted later also disappears from earlier history", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const card = await insertCard(pool, north, await insertBoard(pool, north));
  await pool.query("update app.card set points = 1");
  await pool.query(
    "select app.enable_sync('app.card', 'card', containers => '{board_id}', redact => '{secret,points}')",
  );
  const { rows } = await pool.query("select columns from app.entity_history('card', $1) where action = 2", [card]);
  expect(rows).toEqual([{ columns: [] }]);
});
