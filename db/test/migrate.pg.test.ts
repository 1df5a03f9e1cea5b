import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { expect, test } from "vitest";
import { withClient } from "../src/database/connection.ts";
import { withScratchDatabase } from "../src/database/scratch-database.ts";
import { checkSchema, dumpCatalog, migrate, suiteNames } from "../src/index.ts";
import { type Definition, databaseFolder, type Part, type PartName, partOf, readPart } from "../src/manifest.ts";
import { readReleases, recordRelease } from "../src/releases.ts";
import { checkReleases, firstDifference } from "../src/schema-check.ts";

const suite: Part = partOf({ name: "suite", version: "1", definitions: [], migrations: [] });

/** Smallest core that `migrate` can install: bookkeeping tables and the functions that `migrate` calls. */
async function smallCore(): Promise<Definition> {
  const { definitions } = await readPart("core");
  const bookkeeping = definitions.find(({ path }) => path.endsWith("_installation.sql"))?.sql ?? "";
  return {
    path: "base.sql",
    sql: `create schema app; create function app.ensure_partitions() returns int language sql return 0; ${bookkeeping}`,
  };
}

/** Creates parts with the small core and migrations by file name. */
async function partsWith(
  migrations: Readonly<Record<string, string>>,
  version = "1",
): Promise<Readonly<Record<PartName, Part>>> {
  const files = Object.entries(migrations).map(([path, sql]) => ({ path, sql }));
  return { core: partOf({ name: "core", version, definitions: [await smallCore()], migrations: files }), suite };
}

const namesIn = (url: string, kind: "r" | "i"): Promise<string[]> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ relname: string }>(
      `select relname from pg_class
        where relnamespace = 'app'::regnamespace and relkind = $1 and relname !~ 'installation|applied_migration' order by relname`,
      [kind],
    );
    return rows.map(({ relname }) => relname);
  });

/** Runs `work` on an empty database. */
async function onEmpty<T>(work: (url: string) => Promise<T>): Promise<T> {
  await using db: TestDatabase = await createTestDatabase({ template: "core" });
  return await withScratchDatabase(db.url(), work);
}

test("fresh installation, migrations and the committed dumps agree", async () => {
  await using db = await createTestDatabase({ template: "core" });
  expect(await checkSchema(db.url())).toEqual([]);
});

test("the core alone has no table of the suite, and the suite is installed on top of it", async () => {
  const { version } = await readPart("core");
  await onEmpty(async (url) => {
    expect(await migrate(url, { names: suiteNames })).toEqual([`core ${version}`]);
    const core = await namesIn(url, "r");
    expect(core).toEqual(
      expect.arrayContaining(["entity_type", "erasure", "gateway", "job", "mutation", "rxdb_session", "sync_state"]),
    );
    expect(core.filter((name) => !/^logging(_detail)?_(\d{8}|overflow)$/.test(name))).toHaveLength(9);
    expect(await migrate(url, { names: suiteNames, suite: true })).toEqual([`suite ${version}`]);
    expect(await namesIn(url, "r")).toEqual(expect.arrayContaining(["organization", "person", "task"]));
  });
});

test("a second run applies nothing, and concurrent runs install each part once", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  expect(await migrate(db.url(), { names: suiteNames })).toEqual([]);
  const { version } = await readPart("core");
  await onEmpty(async (url) => {
    const run = () => migrate(url, { names: suiteNames, suite: true });
    const runs = await Promise.all([run(), run(), run()]);
    expect(runs.flat()).toEqual([`core ${version}`, `suite ${version}`]);
  });
});

test("a database of an earlier release gets the later migrations; a new database is installed with their result", async () => {
  const released = await partsWith({ "0001_one.sql": "create table app.one (id int)" });
  const current = await partsWith(
    { "0001_one.sql": "create table app.one (id int)", "0002_two.sql": "create table app.two (id int)" },
    "2",
  );
  await onEmpty(async (url) => {
    await migrate(url, { names: suiteNames, parts: released });
    expect(await migrate(url, { names: suiteNames, parts: current })).toEqual(["0002_two"]);
    expect(await namesIn(url, "r")).toEqual(["two"]);
  });
  await onEmpty(async (url) => {
    expect(await migrate(url, { names: suiteNames, parts: current })).toEqual(["core 2"]);
    expect(await migrate(url, { names: suiteNames, parts: current })).toEqual([]);
  });
});

test("migrations run in order; a failed one is rolled back, and the next run continues there", async () => {
  const one = { "0002_one.sql": "create table app.one (id int)" };
  await onEmpty(async (url) => {
    await migrate(url, { names: suiteNames, parts: await partsWith({}) });
    const broken = await partsWith({ ...one, "0003_two.sql": "create table app.two (id int); select 1 / 0;" });
    await expect(migrate(url, { names: suiteNames, parts: broken })).rejects.toThrow("0003_two.sql: division by zero");
    expect(await namesIn(url, "r")).toEqual(["one"]);
    const mended = await partsWith({ ...one, "0003_two.sql": "create table app.two (id int)" });
    expect(await migrate(url, { names: suiteNames, parts: mended })).toEqual(["0003_two"]);
    expect(await namesIn(url, "r")).toEqual(["one", "two"]);
  });
});

test("a migration that was edited after it was applied is rejected", async () => {
  await onEmpty(async (url) => {
    await migrate(url, { names: suiteNames, parts: await partsWith({ "0001_a.sql": "select 1" }) });
    await expect(
      migrate(url, { names: suiteNames, parts: await partsWith({ "0001_a.sql": "select 1 -- edited" }) }),
    ).rejects.toThrow("0001_a.sql was edited after it was applied");
  });
});

test("a migration that sorts before an applied one is rejected", async () => {
  const applied = { "0001_a.sql": "select 1", "0003_c.sql": "select 1" };
  await onEmpty(async (url) => {
    await migrate(url, { names: suiteNames, parts: await partsWith(applied) });
    await expect(
      migrate(url, { names: suiteNames, parts: await partsWith({ ...applied, "0002_b.sql": "select 1" }) }),
    ).rejects.toThrow("0002_b.sql sorts before 0003_c, which is already applied to this database");
  });
});

test("definitions that change within a version without a migration are rejected; changes by a new release are accepted", async () => {
  const edited = async (version: string) => {
    const { core } = await partsWith({});
    const definitions = core.definitions.map(({ path, sql }) => ({ path, sql: `${sql} -- edited` }));
    return { core: partOf({ name: "core", version, definitions, migrations: [] }), suite };
  };
  await onEmpty(async (url) => {
    await migrate(url, { names: suiteNames, parts: await partsWith({}) });
    await expect(migrate(url, { names: suiteNames, parts: await edited("1") })).rejects.toThrow(
      "the definitions of core changed since this database was installed, and no migration applies the change",
    );
    expect(await migrate(url, { names: suiteNames, parts: await edited("2") })).toEqual([]);
  });
});

test('a migration that begins with "-- no transaction" runs outside a transaction', async () => {
  await onEmpty(async (url) => {
    await migrate(url, { names: suiteNames, parts: await partsWith({}) });
    const parts = await partsWith({
      "0001_one.sql": "create table app.one (id int)",
      "0002_index.sql": "-- no transaction\ncreate index concurrently idx_one on app.one (id)",
    });
    expect(await migrate(url, { names: suiteNames, parts })).toEqual(["0001_one", "0002_index"]);
    expect(await namesIn(url, "i")).toContain("idx_one");
  });
});

test("after the first recorded release, a change without a migration is reported", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  const url = db.url();
  const root = await mkdtemp(join(tmpdir(), "heliograph-release-"));
  const folder = join(root, "db");
  try {
    for (const name of ["core", "suite"]) await cp(join(databaseFolder, name), join(folder, name), { recursive: true });
    await writeFile(join(root, "releases.json"), "[]");
    const version = await recordRelease(folder);
    expect((await readReleases(folder)).map((release) => release.version)).toEqual([version]);
    await expect(recordRelease(folder)).rejects.toThrow(`release ${version} is already recorded`);
    expect(await checkReleases(url, folder, await dumpCatalog(url, suiteNames))).toEqual([]);

    const change = "create table app.note (id int primary key);";
    await db.pool.query(change);
    const fresh = await dumpCatalog(url, suiteNames);
    await writeFile(join(folder, "core/tables/012_note.sql"), change);
    expect(await checkReleases(url, folder, fresh)).toEqual([
      expect.stringMatching(
        `A database of release ${version}, migrated, differs from a fresh installation at .*table: note`,
      ),
    ]);
    await mkdir(join(folder, "core/migrations"), { recursive: true });
    await writeFile(join(folder, "core/migrations/0001_note.sql"), change);
    expect(await checkReleases(url, folder, fresh)).toEqual([]);
  } finally {
    await rm(root, { recursive: true });
  }
});

test("migrate creates missing partitions", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  const days = async () =>
    (
      await db.pool.query(
        "select from pg_inherits where inhparent = 'app.logging'::regclass and inhrelid <> 'app.logging_overflow'::regclass",
      )
    ).rowCount;
  await db.pool.query(`do $$ declare p text; begin
    for p in select inhrelid::regclass::text from pg_inherits where inhparent = 'app.logging'::regclass and inhrelid <> 'app.logging_overflow'::regclass loop execute 'drop table ' || p; end loop; end $$`);
  expect(await days()).toBe(0);
  await migrate(db.url(), { names: suiteNames });
  expect(await days()).toBe(16);
});

test.each([
  ["a column", "alter table app.task add column colour text"],
  ["a default", "alter table app.task alter column title set default 'x'"],
  ["a constraint", "alter table app.task add constraint short check (length(title) < 5000)"],
  ["an index", "create index idx_x on app.task (title)"],
  ["a trigger state", "alter table app.task disable trigger log_task_changes_update"],
  ["a policy", "alter policy heliograph_standard on app.task using (true)"],
  ["row security", "alter table app.task force row level security"],
  ["a right", "grant select on app.person to heliograph_app"],
  ["a column right", "grant select (email) on app.person to heliograph_app"],
  [
    "a function",
    "create or replace function app.is_tenant_admin() returns boolean language sql stable security definer set search_path = pg_catalog, pg_temp return true",
  ],
  ["an execute right", "grant execute on function app.login(text) to public"],
  ["an enum value", "alter type app.task_status add value 'someday'"],
  ["a view", "create view app.v as select 1 as one"],
  ["a comment", "comment on table app.task is 'other'"],
  ["a storage option", "alter table app.sync_state set (fillfactor = 100)"],
  ["a registered type", "update app.entity_type set redact = '{title}' where code = 'task'"],
])("the dump shows a difference in %s", async (_what, sql) => {
  await using db = await createTestDatabase({ template: "suite" });
  const before = await dumpCatalog(db.url(), suiteNames);
  await db.pool.query(sql);
  expect(firstDifference(before, await dumpCatalog(db.url(), suiteNames))).toBeDefined();
});

test("the dump contains neither daily partitions nor the name of the owner", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  const before = await dumpCatalog(db.url(), suiteNames);
  await db.pool.query("select app.ensure_partitions(60)");
  expect(await dumpCatalog(db.url(), suiteNames)).toBe(before);
  expect(before).not.toMatch(/logging_20\d{6}|\bpostgres\b/);
});

test("an installation error names the file", async () => {
  await onEmpty(async (url) => {
    await withClient(url, (client) => client.query("create schema app"));
    await expect(migrate(url, { names: suiteNames })).rejects.toThrow(
      /^core\/tables\/001_schema_and_roles\.sql: schema "app" already exists$/,
    );
  });
});

test("definitions are installed by number: tables, functions, triggers, then grants.sql or sync.sql", async () => {
  const paths = (await readPart("core")).definitions.map(({ path }) => path);
  expect(paths[0]).toBe("core/tables/001_schema_and_roles.sql");
  expect(paths).toEqual([...paths.slice(0, -1).sort((a, b) => order(a) - order(b)), "core/grants.sql"]);
  expect((await readPart("suite")).definitions.at(-1)?.path).toBe("suite/sync.sql");
});

function order(path: string): number {
  const folder = ["tables", "functions", "triggers"].indexOf(path.split("/")[1] ?? "");
  return folder * 1000 + Number(/\/(\d+)_/.exec(path)?.[1]);
}
