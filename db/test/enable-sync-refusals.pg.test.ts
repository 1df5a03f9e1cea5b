import { expect, test } from "vitest";
import { createBoards } from "./support/boards.ts";

/** Rejected cases: description, statements that create the table, the call, and the expected message and hint. */
const refusals: readonly {
  readonly what: string;
  readonly setup?: string;
  readonly call?: string;
  readonly message: RegExp;
  readonly hint: RegExp;
}[] = [
  {
    what: "a table without a key",
    setup: "create table app.t (organization_id uuid not null)",
    message: /neither a primary key nor a unique index without nulls/,
    hint: /add column sync_id uuid not null default gen_random_uuid\(\) unique.*key => '{sync_id}'/,
  },
  {
    what: "a unique index that allows nulls",
    setup: "create table app.t (ref int unique, organization_id uuid not null)",
    message: /neither a primary key nor a unique index without nulls/,
    hint: /sync_id/,
  },
  {
    what: "several unique indexes and no primary key",
    setup: "create table app.t (a int not null unique, b int not null unique, organization_id uuid not null)",
    message: /no primary key and several unique indexes/,
    hint: /key => '{column}'/,
  },
  {
    what: "a key column that is not unique",
    setup: "create table app.t (id bigint primary key, ref uuid not null, organization_id uuid not null)",
    call: "select app.enable_sync('app.t', 't', key => '{ref}')",
    message: /\(ref\) cannot be the key of app\.t/,
    hint: /add unique \(ref\)/,
  },
  {
    what: "a partitioned table",
    setup: "create table app.t (id uuid primary key, organization_id uuid not null) partition by hash (id)",
    message: /is partitioned/,
    hint: /ordinary table/,
  },
  {
    what: "a partition",
    setup: `create table app.p (id uuid primary key, organization_id uuid not null) partition by hash (id);
            create table app.t partition of app.p for values with (modulus 1, remainder 0)`,
    message: /is partitioned/,
    hint: /ordinary table/,
  },
  {
    what: "a parent of inheritance",
    setup:
      "create table app.t (id uuid primary key, organization_id uuid not null); create table app.c () inherits (app.t)",
    message: /inherits or is inherited/,
    hint: /no inherit/,
  },
  {
    what: "a child of inheritance",
    setup:
      "create table app.p (organization_id uuid not null); create table app.t (id uuid primary key) inherits (app.p)",
    message: /inherits or is inherited/,
    hint: /no inherit/,
  },
  {
    what: "an unlogged table",
    setup: "create unlogged table app.t (id uuid primary key, organization_id uuid not null)",
    message: /is unlogged/,
    hint: /alter table app\.t set logged/,
  },
  {
    what: "a temporary table",
    setup: "create temporary table t (id uuid primary key, organization_id uuid not null)",
    call: "select app.enable_sync('pg_temp.t', 't')",
    message: /is a temporary table/,
    hint: /without TEMPORARY/,
  },
  {
    what: "a foreign table",
    setup: `create extension file_fdw; create server files foreign data wrapper file_fdw;
            create foreign table app.t (id uuid, organization_id uuid) server files options (program 'true')`,
    message: /is a foreign table/,
    hint: /the database that owns the rows/,
  },
  {
    what: "a view",
    setup: "create view app.t as select gen_random_uuid() as id",
    message: /is not a table/,
    hint: /tables below it/,
  },
  {
    what: "a version column of its own",
    setup:
      "create table app.t (id uuid primary key, organization_id uuid not null, sync_version bigint not null default 1)",
    message: /has a column "sync_version" of its own/,
    hint: /version_column =>/,
  },
  {
    what: "nothing that says who may read",
    setup:
      'create table app.t (id uuid primary key, user_id int, "accountId" uuid, author text, created_by jsonb, note text)',
    message: /nothing says who may read a row/,
    hint: /tenant => .*owner => .*candidates are user_id, "accountId", author\. .*public => true/,
  },
  {
    what: "row level security without a policy",
    setup:
      "create table app.t (id uuid primary key, organization_id uuid not null); alter table app.t enable row level security",
    message: /no policy admits anyone: the table is locked/,
    hint: /Create policies.*alter table app\.t disable row level security/,
  },
  {
    what: "policies for other roles only",
    setup: `create table app.t (id uuid primary key); alter table app.t enable row level security;
            create policy theirs on app.t for select to heliograph_watcher using (true); create policy ours on app.t for insert to heliograph_app with check (true)`,
    message: /no policy of app\.t lets heliograph_app read rows/,
    hint: /create policy … on app\.t for select to heliograph_app/,
  },
  {
    what: "policies that are switched off",
    setup: "create table app.t (id uuid primary key); create policy ours on app.t using (true)",
    message: /row level security is off: they apply to no one/,
    hint: /enable row level security, or drop the policies/,
  },
  {
    what: "a table that another role uses",
    setup:
      "create role reports; create table app.t (id uuid primary key, organization_id uuid not null, n int); grant select (n) on app.t to reports; grant insert on app.t to public",
    message: /row level security on app\.t would also apply to PUBLIC, reports/,
    hint: /access => 'policy'/,
  },
  {
    what: "a member of pg_read_all_data",
    setup:
      "create role dumps; grant pg_read_all_data to dumps; create table app.t (id uuid primary key, organization_id uuid not null)",
    message: /row level security on app\.t would also apply to dumps/,
    hint: /revoke their rights/,
  },
  {
    what: "an unknown owner column",
    setup: "create table app.t (id uuid primary key)",
    call: "select app.enable_sync('app.t', owner => 'user_id')",
    message: /app\.t has no column user_id/,
    hint: /id of a person/,
  },
  {
    what: "rows of one person that are public",
    setup: "create table app.t (id uuid primary key, user_id uuid)",
    call: "select app.enable_sync('app.t', owner => 'user_id', public => true)",
    message: /cannot be public and belong to one person/,
    hint: /either owner or public/,
  },
  {
    what: "a nullable tenant",
    setup: "create table app.t (id uuid primary key, organization_id uuid)",
    message: /tenant column app\.t\.organization_id must exist and be not null/,
    hint: /alter organization_id set not null/,
  },
  {
    what: "an unknown container column",
    call: "select app.enable_sync('app.card', 'card', containers => '{shelf_id}')",
    message: /app\.card has no column shelf_id/,
    hint: /existing columns/,
  },
  {
    what: "a redacted container column",
    call: "select app.enable_sync('app.card', 'card', containers => '{board_id}', redact => '{board_id}')",
    message: /cannot be redacted/,
    hint: /Leave it out/,
  },
  {
    what: "a redacted tenant column",
    call: "select app.enable_sync('app.card', 'card', redact => '{organization_id}')",
    message: /cannot be redacted/,
    hint: /Leave it out/,
  },
  {
    what: "unknown snapshots",
    call: "select app.enable_sync('app.card', 'card', snapshots => 'some')",
    message: /snapshots cannot be "some"/,
    hint: /full, changed or none/,
  },
  {
    what: "a malformed code",
    call: "select app.enable_sync('app.card', 'Card!')",
    message: /"Card!" cannot be the code/,
    hint: /Lower case/,
  },
  {
    what: "the code of memberships",
    call: "select app.enable_sync('app.card', 'person')",
    message: /"person" cannot be the code/,
    hint: /memberships/,
  },
  {
    what: "a code in use",
    call: "select app.enable_sync('app.card', 'board')",
    message: /code "board" belongs to app\.board/,
    hint: /disable_sync\('board'\)/,
  },
  {
    what: "a second code for a table",
    call: "select app.enable_sync('app.card', 'ticket_card')",
    message: /app\.card is live as "card"/,
    hint: /disable_sync\('card'\)/,
  },
  {
    what: "a BEFORE trigger that sorts after zzz_sync_version",
    setup: `create function app.f() returns trigger language plpgsql as 'begin return new; end';
            create trigger zzzz before update on app.card for each row execute function app.f()`,
    call: "select app.enable_sync('app.card', 'card')",
    message: /BEFORE trigger zzzz of app\.card runs after/,
    hint: /alter trigger zzzz on app\.card rename to/,
  },
];

test("enable_sync rejects tables that cannot be live, with a remedy and without side effects", async () => {
  await using boards = await createBoards();
  const client = await boards.pool.connect();
  try {
    for (const { what, setup, call, message, hint } of refusals) {
      await client.query("begin");
      if (setup !== undefined) await client.query(setup);
      await client.query("savepoint s");
      const error = await client.query(call ?? "select app.enable_sync('app.t', 't')").then(
        () => new Error("no error was raised"),
        (e: Error & { hint?: string }) => e,
      );
      expect(error.message, what).toMatch(message);
      expect("hint" in error ? error.hint : "", what).toMatch(hint);
      await client.query("rollback");
    }
  } finally {
    client.release();
  }
  const { rows } = await boards.pool.query(
    "select code from app.entity_type where code in ('t', 'Card!', 'person', 'ticket_card')",
  );
  expect(rows).toEqual([]);
});

test("the recommended remedies work: another unique uuid column as key, public reference data", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  await pool.query(`
    create table app.legacy (id bigint primary key, organization_id uuid not null, name text);
    alter table app.legacy add column sync_id uuid not null default gen_random_uuid() unique;
    select app.enable_sync('app.legacy', 'legacy', key => '{sync_id}');
    create table app.country (id uuid primary key default gen_random_uuid(), name text);
    select app.enable_sync('app.country', 'country', public => true);`);
  await pool.query("insert into app.legacy values (1, $1, 'a')", [north.organizationId]);
  await pool.query("insert into app.country (name) values ('Utopia')");
  const { rows } = await pool.query(
    "select entity_code, restricted from app.logging l where entity_code in ('legacy', 'country') order by created_ts",
  );
  expect(rows).toEqual([
    { entity_code: "legacy", restricted: false },
    { entity_code: "country", restricted: false },
  ]);
  const { rows: logged } = await pool.query("select from app.legacy, app.logging where entity_id = sync_id::text");
  expect(logged).toHaveLength(1);
});
