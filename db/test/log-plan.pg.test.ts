import { expect, test } from "vitest";
import { createBoards, insertBoard } from "./support/boards.ts";
import { openSession } from "./support/session.ts";

test("the log functions do not use nested loops", async () => {
  await using boards = await createBoards();
  const { rows } = await boards.pool.query<{ proname: string; proconfig: string[] }>(
    "select proname, proconfig from pg_proc where pronamespace = 'app'::regnamespace and proname ~ '^log_.*_changes_(insert|update|delete)$'",
  );
  expect(rows.length).toBeGreaterThan(80);
  for (const { proconfig } of rows) {
    expect(proconfig).toContain("enable_nestloop=off");
    expect(proconfig).toContain("jit=off");
    expect(proconfig).toContain("search_path=pg_catalog, pg_temp");
  }
});

test("a plan cached for one row also suits thousands, because it uses hash or merge joins", async () => {
  await using boards = await createBoards();
  const { north } = boards;
  const board = await insertBoard(boards.pool, north);
  await using session = await openSession(boards.db);
  await session.query(`
    load 'auto_explain';
    set auto_explain.log_min_duration = 0;
    set auto_explain.log_nested_statements = on;
    set auto_explain.log_level = notice;`);
  await session.query("insert into app.card (organization_id, board_id, title) values ($1, $2, 'one')", [
    north.organizationId,
    board,
  ]);
  await session.query("update app.card set title = 'two'"); // caches the plan, for one row
  await session.query(
    "insert into app.card (organization_id, board_id, title) select $1, $2, 'many' from generate_series(1, 3000)",
    [north.organizationId, board],
  );
  session.notices.length = 0;
  await session.query("update app.card set title = 'three'");
  const plan = session.notices.find((notice) => notice.includes("app.logging_detail") && notice.includes("newt"));
  expect(plan).toMatch(/(Hash|Merge) (Full )?Join/);
  expect(plan).not.toContain("Nested Loop");
});
