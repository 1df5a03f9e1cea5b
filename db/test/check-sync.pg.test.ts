import { expect, test } from "vitest";
import { createBoards } from "./support/boards.ts";
import { openSession } from "./support/session.ts";

/** Changes that break the sync, with the problem and the remedy that check_sync reports. */
const breakages: readonly (readonly [sql: string, problem: RegExp, remedy: RegExp])[] = [
  [
    "alter table app.card disable trigger log_card_changes_update",
    /trigger log_card_changes_update is disabled/,
    /enable trigger log_card_changes_update; select app\.resync\('card'\)/,
  ],
  ["alter table app.card disable trigger all", /trigger zzz_sync_version is disabled/, /enable trigger/],
  [
    "drop trigger log_card_changes_delete on app.card",
    /trigger log_card_changes_delete is missing/,
    /enable_sync\('app\.card', 'card'/,
  ],
  [
    `create schema other; create function other.version_card() returns trigger language plpgsql as 'begin return new; end';
     create or replace trigger zzz_sync_version before insert or update on app.card for each row execute function other.version_card()`,
    /trigger zzz_sync_version is missing/,
    /enable_sync|disable_sync/,
  ],
  ["drop function app.version_card() cascade", /trigger zzz_sync_version is missing/, /enable_sync/],
  ["alter table app.card disable row level security", /row level security is off/, /enable_sync/],
  ["drop policy heliograph_standard on app.card", /policy heliograph_standard is missing/, /enable_sync/],
  ["drop policy heliograph_others on app.card", /policy heliograph_others is missing/, /enable_sync/],
  [
    "drop policy heliograph_standard on app.card; drop policy heliograph_others on app.card; create policy mine on app.card for insert to heliograph_app with check (true)",
    /no policy applies to the application/,
    /create policy … on app\.card for select to heliograph_app/,
  ],
  ["alter table app.card rename board_id to on_board_id", /standard policy are stale/, /enable_sync/],
  ["grant select on app.card to public", /also applies to PUBLIC/, /access => 'policy'/],
  [
    "create policy more on app.card to heliograph_app using (true)",
    /policies were added beside the standard one/,
    /Drop policy/,
  ],
  [
    "drop policy heliograph_standard on app.card; drop policy heliograph_others on app.card; create policy mine on app.card to heliograph_app using (true)",
    /policies of its own after it went live: rows are not marked as restricted/,
    /enable_sync\('app\.card', 'card'/,
  ],
  ["grant execute on function app.log_card_changes_insert() to public", /may be executed by every role/, /enable_sync/],
  ["alter table app.card rename sync_version to v", /column sync_version does not exist any more/, /enable_sync/],
  ["drop table app.card", /the table does not exist any more/, /disable_sync\('card'\)/],
  ["alter table app.card set unlogged", /became partitioned, inherited or unlogged/, /Undo that/],
  [
    `create function app.f() returns trigger language plpgsql as 'begin return new; end';
     create trigger zzzz before update on app.card for each row execute function app.f()`,
    /BEFORE trigger zzzz runs after/,
    /rename to/,
  ],
];

test("check_sync finds nothing after enable_sync", async () => {
  await using boards = await createBoards();
  await using watcher = await openSession(boards.db, "heliograph_watcher");
  expect(await watcher.query("select * from app.check_sync()")).toEqual([]);
});

test("check_sync reports what breaks the sync of a table, with a remedy", async () => {
  await using boards = await createBoards();
  const client = await boards.pool.connect();
  try {
    for (const [sql, problem, remedy] of breakages) {
      await client.query("begin");
      await client.query(sql);
      const { rows } = await client.query<{ code: string; problem: string; remedy: string }>(
        "select * from app.check_sync()",
      );
      const found = rows.find((row) => problem.test(row.problem));
      expect(found, `${sql}: ${JSON.stringify(rows)}`).toMatchObject({
        code: "card",
        remedy: expect.stringMatching(remedy),
      });
      await client.query("rollback");
    }
  } finally {
    client.release();
  }
});
