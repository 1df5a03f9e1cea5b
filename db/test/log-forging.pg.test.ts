import { expect, test } from "vitest";
import { asUser } from "./support/as-user.ts";
import { createBoards, insertBoard, insertCard } from "./support/boards.ts";
import { forgetLog, readLog } from "./support/log.ts";
import { openSession } from "./support/session.ts";

test("no function of the schema can be executed by PUBLIC", async () => {
  await using boards = await createBoards();
  const { rows } = await boards.pool.query(
    `select p.oid::regprocedure::text from pg_proc p cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x
      where p.pronamespace = 'app'::regnamespace and x.grantee = 0`,
  );
  expect(rows).toEqual([]);
});

test("the application role cannot attach a log function to a table of its own", async () => {
  await using boards = await createBoards();
  const caller = { personId: boards.north.memberId, organizationId: boards.north.organizationId };
  const forge = asUser(boards.db, caller, async (query) => {
    await query(
      "create temp table card (id uuid, board_id uuid, seen_on_board_id uuid, sync_version bigint, is_private boolean)",
    );
    await query(
      "create trigger forged after insert on card referencing new table as newt for each statement execute function app.log_card_changes_insert()",
    );
  });
  await expect(forge).rejects.toThrow(/permission denied for function .*log_card_changes_insert/);
});

const forbidden: readonly (readonly [what: string, sql: string])[] = [
  ["reads the log", "select from app.logging"],
  [
    "writes the log",
    "insert into app.logging (entity_code, entity_id, action, entity_version) values ('card', gen_random_uuid(), 1, 1)",
  ],
  ["changes the log", "update app.logging set sync_status = 'sent'"],
  ["reads the audit", "select from app.audit"],
  ["disables triggers", "alter table app.card disable trigger user"],
  ["disables triggers of the session", "set session_replication_role = replica"],
  ["truncates", "truncate app.card"],
  ["registers types", "insert into app.entity_type (code, table_name, key_columns) values ('x', 'app.person', '{id}')"],
  ["makes tables live", "select app.enable_sync('app.person', 'people')"],
  ["logs rights", "select app.log_entity_change('card', gen_random_uuid()::text, true, '{}', null, null)"],
  ["reads people", "select from app.person"],
  ["reads hashes", "select from app.credential"],
  ["asks for hashes", "select app.login('admin@north.example')"],
  [
    "joins organizations",
    "insert into app.membership (person_id, organization_id) select gen_random_uuid(), gen_random_uuid()",
  ],
  [
    "grants itself access",
    "insert into app.entity_grant (entity_code, entity_id, person_id, organization_id) select 'card', gen_random_uuid(), gen_random_uuid(), gen_random_uuid()",
  ],
  ["leads", "select app.lead(gen_random_uuid())"],
  ["creates functions in the schema", "create function app.f() returns int language sql return 1"],
];

test("the application role has no rights beyond rows of live tables", async () => {
  await using boards = await createBoards();
  const caller = { personId: boards.north.memberId, organizationId: boards.north.organizationId };
  for (const [what, sql] of forbidden) {
    const attempt = asUser(boards.db, caller, (query) => query(sql));
    await expect(attempt, what).rejects.toThrow(/permission denied|must be owner/);
  }
});

test("operators and functions of a hostile search_path are not called", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  await insertCard(pool, north, await insertBoard(pool, north));
  await pool.query(`
    create schema evil;
    create function evil.never(record, record) returns boolean language plpgsql as 'begin return false; end';
    create operator evil.*<> (leftarg = record, rightarg = record, function = evil.never);
    create function evil.never(bigint, bigint) returns boolean language sql return false;
    create operator evil.<> (leftarg = bigint, rightarg = bigint, function = evil.never);
    create function evil.to_jsonb(anyelement) returns jsonb language sql as 'select ''{"forged": true}''::jsonb';
    create function evil.clock_timestamp() returns timestamptz language sql return 'epoch'::timestamptz;
    create function evil.gen_random_uuid() returns uuid language sql return '00000000-0000-0000-0000-000000000000'::uuid;`);
  await forgetLog(pool);
  await using session = await openSession(boards.db);
  await session.query("set search_path = evil, pg_catalog, app");
  await session.query("update app.card set title = 'changed'");
  const log = await readLog(pool, "card");
  expect(log).toHaveLength(1);
  expect(log[0]?.version).toBeGreaterThan(1_600_000_000_000_000n);
  const { rows } = await pool.query<{ id: string; after: object }>(
    "select id, entity_to_version as after from app.logging_detail",
  );
  expect(rows[0]?.after).toMatchObject({ title: "changed" });
  expect(rows[0]?.id).not.toMatch(/^0+-/);
});
