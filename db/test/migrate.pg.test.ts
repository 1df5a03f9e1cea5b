import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { expect, test } from "vitest";
import { withClient } from "../src/connection.ts";
import { checkSchema, dumpCatalog, importFresh, migrate } from "../src/index.ts";
import { readDefinitions } from "../src/manifest.ts";
import { firstDifference } from "../src/schema-check.ts";
import { withScratchDatabase } from "../src/scratch-database.ts";

/** A folder with migrations of our own; the first line of the schema that `migrate` expects is in `base`. */
async function folderOf(files: Record<string, string>): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "heliograph-migrations-"));
  await Promise.all(Object.entries(files).map(([name, sql]) => writeFile(join(path, name), sql)));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

const base = "create schema app; create function app.ensure_partitions() returns int language sql return 0;";

const namesIn = (url: string, kind: "r" | "i"): Promise<string[]> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ relname: string }>(
      "select relname from pg_class where relnamespace = 'app'::regnamespace and relkind = $1 order by relname",
      [kind],
    );
    return rows.map(({ relname }) => relname);
  });

function onServer<T>(db: TestDatabase, work: (url: string) => Promise<T>): Promise<T> {
  return withScratchDatabase(db.url(), work);
}

test("fresh import, migrations and the committed dump agree", async () => {
  await using db = await createTestDatabase({ template: "empty" });
  expect(await checkSchema(db.url())).toEqual([]);
});

test("a second run applies nothing, and several at once apply each migration once", async () => {
  await using db = await createTestDatabase({ template: "empty" });
  expect(await migrate(db.url())).toEqual([]);
  await onServer(db, async (url) => {
    const runs = await Promise.all([migrate(url), migrate(url), migrate(url)]);
    expect(runs.flat()).toEqual(["0001_initial"]);
  });
});

test(".sql and .ddl files are applied in order, one that fails leaves no trace, and the next run goes on there", async () => {
  await using db = await createTestDatabase({ template: "empty" });
  await using folder = await folderOf({
    "0001_base.sql": base,
    "0002_one.ddl": "create table app.one (id int)",
    "0003_two.sql": "create table app.two (id int); select 1 / 0;",
  });
  await onServer(db, async (url) => {
    await expect(migrate(url, { folder: folder.path })).rejects.toThrow("division by zero");
    expect(await namesIn(url, "r")).toEqual(["one"]);
    await writeFile(join(folder.path, "0003_two.sql"), "create table app.two (id int)");
    expect(await migrate(url, { folder: folder.path })).toEqual(["0003_two"]);
    expect(await namesIn(url, "r")).toEqual(["one", "two"]);
  });
});

test("a migration that was edited after it had been applied is refused", async () => {
  await using db = await createTestDatabase({ template: "empty" });
  await using folder = await folderOf({ "0001_base.sql": base });
  await onServer(db, async (url) => {
    await migrate(url, { folder: folder.path });
    await writeFile(join(folder.path, "0001_base.sql"), `${base} -- edited`);
    await expect(migrate(url, { folder: folder.path })).rejects.toThrow(
      "0001_base.sql was edited after it had been applied",
    );
  });
});

test("a migration inserted before applied ones is refused", async () => {
  await using db = await createTestDatabase({ template: "empty" });
  await using folder = await folderOf({ "0001_base.sql": base, "0003_c.sql": "create table app.c (id int)" });
  await onServer(db, async (url) => {
    await migrate(url, { folder: folder.path });
    await writeFile(join(folder.path, "0002_b.sql"), "create table app.b (id int)");
    await expect(migrate(url, { folder: folder.path })).rejects.toThrow(
      "Not run migration 0002_b is preceding already run migration 0003_c",
    );
  });
});

test("a file that says so runs outside of a transaction", async () => {
  await using db = await createTestDatabase({ template: "empty" });
  await using folder = await folderOf({
    "0001_base.sql": `${base} create table app.one (id int);`,
    "0002_index.sql": "-- no transaction\ncreate index concurrently idx_one on app.one (id)",
  });
  await onServer(db, async (url) => {
    expect(await migrate(url, { folder: folder.path })).toEqual(["0001_base", "0002_index"]);
    expect(await namesIn(url, "i")).toEqual(["idx_one"]);
  });
});

test("migrating makes the partitions that time has used up", async () => {
  await using db = await createTestDatabase({ template: "empty" });
  const days = async () =>
    (await db.pool.query("select from pg_inherits where inhparent = 'app.logging'::regclass")).rowCount;
  await db.pool.query(`do $$ declare p text; begin
    for p in select inhrelid::regclass::text from pg_inherits where inhparent = 'app.logging'::regclass loop execute 'drop table ' || p; end loop; end $$`);
  expect(await days()).toBe(0);
  await migrate(db.url());
  expect(await days()).toBe(16);
});

test.each([
  ["a column", "alter table app.task add column colour text"],
  ["a default", "alter table app.task alter column title set default 'x'"],
  ["a constraint", "alter table app.task add constraint short check (length(title) < 5000)"],
  ["an index", "create index idx_x on app.task (title)"],
  ["a trigger state", "alter table app.task disable trigger log_task_changes_update"],
  ["a policy", "alter policy heliograph_standard on app.task using (true)"],
  ["row security", "alter table app.task no force row level security"],
  ["a right", "grant select on app.person to heliograph_app"],
  ["a column right", "grant select (email) on app.person to heliograph_app"],
  [
    "a function",
    "create or replace function app.is_admin() returns boolean language sql stable security definer set search_path = pg_catalog, pg_temp return true",
  ],
  ["an execute right", "grant execute on function app.login(text) to public"],
  ["an enum value", "alter type app.task_status add value 'someday'"],
  ["a view", "create view app.v as select 1 as one"],
  ["a comment", "comment on table app.task is 'other'"],
  ["a storage option", "alter table app.sync_state set (fillfactor = 100)"],
  ["a registered type", "update app.entity_type set redact = '{title}' where code = 'task'"],
])("the dump shows a difference in %s", async (_what, sql) => {
  await using db = await createTestDatabase({ template: "empty" });
  const before = await dumpCatalog(db.url());
  await db.pool.query(sql);
  expect(firstDifference(before, await dumpCatalog(db.url()))).toBeDefined();
});

test("the dump names neither days nor the owner", async () => {
  await using db = await createTestDatabase({ template: "empty" });
  const before = await dumpCatalog(db.url());
  await db.pool.query("select app.ensure_partitions(60)");
  expect(await dumpCatalog(db.url())).toBe(before);
  expect(before).not.toMatch(/logging_20\d{6}|\bpostgres\b/);
});

test("an error of an import names the file", async () => {
  await using db = await createTestDatabase({ template: "empty" });
  await expect(importFresh(db.url())).rejects.toThrow(/^I_schema_and_roles\.ddl: schema "app" already exists$/);
});

test("tables are imported by number, then functions, triggers, rights, and what makes tables live", async () => {
  const paths = (await readDefinitions()).map(({ path }) => path);
  expect(paths.slice(0, 5)).toEqual([
    "I_schema_and_roles.ddl",
    "II_entity_type.ddl",
    "III_person.ddl",
    "IV_credential.ddl",
    "V_organization.ddl",
  ]);
  expect(paths.indexOf("IX_department.ddl")).toBeLessThan(paths.indexOf("X_employee.ddl"));
  expect(paths.indexOf("XXXIX_rxdb_session.ddl")).toBeLessThan(paths.indexOf("XL_mutation.ddl"));
  expect(paths.slice(-3)).toEqual(["grants.sql", "sync.sql", "finish.sql"]);
});
