import { randomUUID } from "node:crypto";
import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { databaseNames } from "@heliograph/shared/database-names";
import { expect, test } from "vitest";
import { ConfigurationError } from "../src/config.ts";
import { withClient } from "../src/database/connection.ts";
import { withDatabaseName, withScratchDatabase } from "../src/database/scratch-database.ts";
import { defaultNames, dumpCatalog, migrate } from "../src/index.ts";
import { type Part, type PartName, partOf, readPart } from "../src/manifest.ts";

/** Runs `work` on an empty database of the server of `db`. */
async function onEmpty<T>(work: (url: string, server: TestDatabase) => Promise<T>): Promise<T> {
  await using server = await createTestDatabase({ template: "core" });
  return await withScratchDatabase(server.url(), (url) => work(url, server));
}

/** The present definitions as a release of this version, with one migration more. */
async function laterRelease(version: string): Promise<Readonly<Record<PartName, Part>>> {
  const [core, suite] = [await readPart("core"), await readPart("suite")];
  const definitions = [...core.definitions, { path: "core/tables/999_later.sql", sql: "select 1" }];
  const migrations = [...core.migrations, { path: "core/migrations/9000_later.sql", sql: "select 1" }];
  return { core: partOf({ ...core, version, definitions, migrations }), suite };
}

/** Runs `work` with the URL of a database for a role of its own, which owns the database and is not a superuser. */
async function asOwner(attributes: string, work: (url: string, owner: string, server: TestDatabase) => Promise<void>) {
  await using server = await createTestDatabase({ template: "core" });
  const owner = `owner_${randomUUID().slice(0, 8)}`;
  await server.pool.query(`create role ${owner} login ${attributes}`);
  try {
    await server.pool.query(`create database ${owner} owner ${owner}`);
    await work(withDatabaseName(server.url(owner), owner), owner, server);
  } finally {
    await server.pool.query(`drop database if exists ${owner} with (force)`);
    await server.pool.query(`drop role ${owner}`);
  }
}

test("a rollback to an earlier release changes neither the database nor its recorded version", async () => {
  await onEmpty(async (url) => {
    for (const version of ["1.0.0", "1.10.0"])
      await migrate(url, { names: defaultNames, parts: await laterRelease(version) });
    const messages: string[] = [];
    const logger = { info: (message: string) => void messages.push(message) };
    expect(await migrate(url, { names: defaultNames, parts: await laterRelease("1.9.0"), logger })).toEqual([]);
    expect(messages).toEqual(["core 1.10.0 is later than this release, 1.9.0, and stays as it is"]);
    const { rows } = await withClient(url, (client) => client.query("select version from heliograph.installation"));
    expect(rows).toEqual([{ version: "1.10.0" }]);
  });
});

test("an installation with another role prefix is refused, with the prefix to set", async () => {
  await onEmpty(async (url) => {
    await migrate(url, { names: defaultNames });
    const run = migrate(url, { names: databaseNames("heliograph", "other") });
    await expect(run).rejects.toThrow(ConfigurationError);
    await expect(run).rejects.toThrow("set HELIOGRAPH_ROLE_PREFIX=heliograph");
  });
});

test.each(["(id int)", "(part text, version text, checksum text)"])(
  "a schema with an installation table %s of something else is not taken for an installation",
  async (columns) => {
    await onEmpty(async (url) => {
      await withClient(url, (client) =>
        client.query(`create schema heliograph; create table heliograph.installation ${columns}`),
      );
      await expect(migrate(url, { names: defaultNames })).rejects.toThrow('schema "heliograph" already exists');
    });
  },
);

test("an error of the installer includes PostgreSQL's hint: the grant that an owner without superuser rights needs", async () => {
  await asOwner("createrole", async (url, owner) => {
    await expect(migrate(url, { names: defaultNames })).rejects.toThrow(
      `the role heliograph_log exists, and ${owner} is not a member of it\n` +
        `  As the role that created it, run: grant heliograph_log to ${owner}`,
    );
  });
});

test("roles that were created beforehand without their memberships are refused with the grant to run", async () => {
  const names = databaseNames("heliograph", `pre_${randomUUID().slice(0, 8)}`);
  const { app, gateway, watcher, log } = names.roles;
  await asOwner("", async (url, owner, server) => {
    try {
      for (const role of [app, log]) await server.pool.query(`create role ${role}`);
      for (const role of [gateway, watcher]) await server.pool.query(`create role ${role} login noinherit`);
      const missing = [
        [app, gateway],
        [log, watcher],
        [log, owner],
      ] as const;
      for (const [role, member] of missing) {
        await expect(migrate(url, { names })).rejects.toThrow(`run: grant ${role} to ${member}`);
        await server.pool.query(`grant ${role} to ${member}`);
      }
      expect(await migrate(url, { names })).toHaveLength(1);
    } finally {
      await withClient(withDatabaseName(server.url(), owner), (client) =>
        client.query(`drop owned by ${app}, ${gateway}, ${watcher}, ${log} cascade`),
      );
      for (const role of [gateway, watcher, app, log]) await server.pool.query(`drop role if exists ${role}`);
    }
  });
});

test("the dump does not depend on settings of the database that change how PostgreSQL prints", async () => {
  await onEmpty(async (url, server) => {
    await migrate(url, { names: defaultNames });
    const before = await dumpCatalog(url, defaultNames);
    for (const setting of ["intervalstyle = sql_standard", "quote_all_identifiers = on", "datestyle = 'SQL, DMY'"])
      await withClient(url, async (client) => {
        const { rows } = await client.query<{ name: string }>("select current_database() as name");
        await server.pool.query(`alter database ${rows[0]?.name} set ${setting}`);
      });
    expect(await dumpCatalog(url, defaultNames)).toBe(before);
  });
});

test("a table that is live in one installation is refused by another one in the same database", async () => {
  await onEmpty(async (url) => {
    await migrate(url, { names: defaultNames });
    await migrate(url, { names: databaseNames("second", "heliograph") });
    await withClient(url, async (client) => {
      await client.query("create table note (id uuid primary key, organization_id uuid not null)");
      await client.query("select heliograph.enable_sync('note', 'note')");
      const second = "select second.enable_sync('note', 'remark')";
      await expect(client.query(second)).rejects.toMatchObject({
        message: "public.note is live in another installation, in schema heliograph",
        hint: "Use that one, or run first: select heliograph.disable_sync('note')",
      });
      await client.query("insert into note values (gen_random_uuid(), gen_random_uuid())");
      expect((await client.query("select from heliograph.logging")).rowCount).toBe(1);
      await client.query("select heliograph.disable_sync('note')");
      await client.query(second);
      expect((await client.query("select from second.check_sync()")).rowCount).toBe(0);
    });
  });
});
