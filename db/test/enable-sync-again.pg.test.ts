import { expect, test } from "vitest";
import { dumpCatalog, suiteNames } from "../src/index.ts";
import { createBoards, insertBoard, insertCard } from "./support/boards.ts";
import { forgetLog, readLog, versionOf } from "./support/log.ts";

test("a second enable_sync changes neither the schema nor the rows", async () => {
  await using boards = await createBoards();
  const { pool, db, north } = boards;
  const card = await insertCard(pool, north, await insertBoard(pool, north));
  const [dump, version] = [await dumpCatalog(db.url(), suiteNames), await versionOf(pool, card)];
  await forgetLog(pool);
  await pool.query(
    "select app.enable_sync('app.card', 'card', containers => '{board_id,seen_on_board_id}', redact => '{secret}')",
  );
  expect(await dumpCatalog(db.url(), suiteNames)).toBe(dump);
  expect(await versionOf(pool, card)).toBe(version);
  expect(await readLog(pool, "card")).toEqual([]);
});

test("disable_sync and enable_sync restore the same schema", async () => {
  await using boards = await createBoards();
  const { pool, db } = boards;
  const dump = await dumpCatalog(db.url(), suiteNames);
  await pool.query("select app.disable_sync('card')");
  await pool.query("select app.disable_sync('card')");
  await pool.query(
    "select app.enable_sync('app.card', 'card', containers => '{board_id,seen_on_board_id}', redact => '{secret}')",
  );
  expect(await dumpCatalog(db.url(), suiteNames)).toBe(dump);
});

test("after disable_sync, a table is not logged and is what it was before", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const board = await insertBoard(pool, north);
  await pool.query("select app.disable_sync('card')");
  await insertCard(pool, north, board);
  await pool.query("truncate app.card");
  expect(await readLog(pool, "card")).toEqual([]);
  const { rows } = await pool.query(
    `select relrowsecurity, (select count(*)::int from pg_policy where polrelid = c.oid) as policies,
            (select count(*)::int from pg_trigger where tgrelid = c.oid and not tgisinternal) as triggers,
            (select count(*)::int from pg_attribute where attrelid = c.oid and attname = 'sync_version') as versions,
            has_table_privilege('heliograph_app', c.oid, 'select,insert,update,delete') as rights
       from pg_class c where oid = 'app.card'::regclass`,
  );
  expect(rows).toEqual([{ relrowsecurity: false, policies: 0, triggers: 0, versions: 0, rights: false }]);
});

test("rows that existed before enable_sync get a version and are not logged", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  await pool.query(
    "create table app.old (id uuid primary key default gen_random_uuid(), organization_id uuid not null)",
  );
  await pool.query("insert into app.old (organization_id) select $1 from generate_series(1, 3)", [
    north.organizationId,
  ]);
  await pool.query("select app.enable_sync('app.old', 'old')");
  const { rows } = await pool.query("select from app.old where sync_version > 1600000000000000");
  expect(rows).toHaveLength(3);
  expect(await readLog(pool, "old")).toEqual([]);
});

test("renaming a container column and calling enable_sync again keeps the table live", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const [board, other] = [await insertBoard(pool, north), await insertBoard(pool, north)];
  await insertCard(pool, north, board);
  await pool.query("alter table app.card rename seen_on_board_id to mirrored_on_id");
  const { rows } = await pool.query<{ problem: string }>("select problem from app.check_sync() where code = 'card'");
  expect(rows).toEqual([
    { problem: "the functions of the standard policy are stale: columns or foreign keys changed" },
    { problem: "column seen_on_board_id does not exist any more: writes to the table fail" },
  ]);
  await pool.query(
    "select app.enable_sync('app.card', 'card', containers => '{board_id,mirrored_on_id}', redact => '{secret}')",
  );
  await forgetLog(pool);
  await pool.query("update app.card set mirrored_on_id = $1", [other]);
  expect((await readLog(pool, "card"))[0]?.containerIds).toContain(`board/${other}`);
  expect((await pool.query("select from app.check_sync()")).rowCount).toBe(0);
});

test("a column added later is compared and logged without another enable_sync", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  await insertCard(pool, north, await insertBoard(pool, north));
  await pool.query("update app.card set title = 'warms the cached plans'");
  await pool.query("alter table app.card add column colour text");
  await forgetLog(pool);
  await pool.query("update app.card set colour = 'red'");
  const { rows } = await pool.query<{ colour: string }>(
    "select entity_to_version ->> 'colour' as colour from app.logging_detail",
  );
  expect(rows).toEqual([{ colour: "red" }]);
});
