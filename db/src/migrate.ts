import type pg from "pg";
import { withClient } from "./connection.ts";
import { type Migration, type Part, type PartName, readPart } from "./manifest.ts";

/** Where the progress of a migration is reported; any pino logger fits. */
export interface MigrationLogger {
  info(message: string): void;
}

export interface MigrateOptions {
  readonly logger?: MigrationLogger;
  /** Install the suite (the demonstration) on top of the core. A suite that is already installed is always brought up to date. */
  readonly suite?: boolean;
  /** Definitions and migrations to use in place of those in `db/`. */
  readonly parts?: Readonly<Record<PartName, Part>>;
}

interface Installation {
  readonly version: string;
  readonly checksum: string;
}

const silent: MigrationLogger = { info() {} };

/**
 * Brings a database up to date. A part that is missing is installed from its current definitions in one transaction; a
 * part that an earlier release installed gets the migrations written since, each in its own transaction. Then makes sure
 * that the log has partitions for the coming days. Safe to start several times at once: one works, the others wait.
 * @returns what was applied now: `core 0.1.0` for an installation, the name for a migration
 */
export async function migrate(databaseUrl: string, options: MigrateOptions = {}): Promise<string[]> {
  const parts = options.parts ?? { core: await readPart("core"), suite: await readPart("suite") };
  const logger = options.logger ?? silent;
  return withClient(databaseUrl, async (client) => {
    // Held by the session: it outlives the transactions of the single migrations and ends with the connection.
    await client.query("select pg_advisory_lock(hashtext('heliograph:migrate'))");
    const applied = await bringUpToDate(client, parts.core, logger);
    if (options.suite || (await installationOf(client, "suite")) !== undefined)
      applied.push(...(await bringUpToDate(client, parts.suite, logger)));
    await client.query("select app.ensure_partitions()");
    return applied;
  });
}

async function bringUpToDate(client: pg.Client, part: Part, logger: MigrationLogger): Promise<string[]> {
  const installed = await installationOf(client, part.name);
  if (installed === undefined) {
    await install(client, part);
    logger.info(`installed ${part.name} ${part.version}`);
    return [`${part.name} ${part.version}`];
  }
  const pending = await pendingMigrations(client, part);
  // A release may change comments or formatting without a migration. Within one version there is no such excuse: the
  // change would reach new databases only.
  if (pending.length === 0 && installed.version === part.version && installed.checksum !== part.checksum) {
    throw new Error(
      `the definitions of ${part.name} changed since this database was installed, and no migration brings it up to date; ` +
        `add a migration to db/${part.name}/migrations, or install a development database again`,
    );
  }
  for (const migration of pending) {
    await applyMigration(client, part, migration);
    logger.info(`applied ${migration.name}`);
  }
  await client.query(
    `update app.installation set version = $2, checksum = $3, updated_ts = clock_timestamp()
      where part = $1 and (version, checksum) is distinct from ($2, $3)`,
    [part.name, part.version, part.checksum],
  );
  return pending.map(({ name }) => name);
}

async function installationOf(client: pg.Client, part: PartName): Promise<Installation | undefined> {
  const { rows: tables } = await client.query("select where to_regclass('app.installation') is not null");
  if (tables.length === 0) return undefined;
  const { rows } = await client.query<Installation>("select version, checksum from app.installation where part = $1", [
    part,
  ]);
  return rows[0];
}

/** Runs all definitions of a part and records its migrations as applied: the definitions contain them. */
async function install(client: pg.Client, part: Part): Promise<void> {
  await inTransaction(client, async () => {
    for (const { path, sql } of part.definitions) await run(client, path, sql);
    await client.query("insert into app.installation (part, version, checksum) values ($1, $2, $3)", [
      part.name,
      part.version,
      part.checksum,
    ]);
    for (const migration of part.migrations) await record(client, part, migration);
  });
}

/** Migrations that the database lacks, in order. */
async function pendingMigrations(client: pg.Client, part: Part): Promise<readonly Migration[]> {
  const { rows } = await client.query<{ name: string; checksum: string }>(
    `select name, checksum from app.applied_migration where part = $1 order by name collate "C"`,
    [part.name],
  );
  const applied = new Map(rows.map(({ name, checksum }) => [name, checksum]));
  const last = rows.at(-1)?.name ?? "";
  for (const { path, name, checksum } of part.migrations) {
    const before = applied.get(name);
    if (before === undefined && name < last)
      throw new Error(
        `migration ${path} sorts before ${last}, which this database already has; give it a later number`,
      );
    // Databases that have the earlier text would never get the edit.
    if (before !== undefined && before !== checksum)
      throw new Error(
        `migration ${path} was edited after it had been applied to this database; ` +
          "restore its text and put the change into a new migration",
      );
  }
  return part.migrations.filter(({ name }) => !applied.has(name));
}

/**
 * A first line `-- no transaction` lets a file of one statement run outside of a transaction (for `create index
 * concurrently`; PostgreSQL treats several statements sent together as one transaction).
 */
async function applyMigration(client: pg.Client, part: Part, migration: Migration): Promise<void> {
  const { path, sql } = migration;
  if (/^--\s*no transaction\s*\n/.test(sql)) {
    await run(client, path, sql);
    await record(client, part, migration);
    return;
  }
  await inTransaction(client, async () => {
    await run(client, path, sql);
    await record(client, part, migration);
  });
}

async function record(client: pg.Client, part: Part, { name, checksum }: Migration): Promise<void> {
  await client.query("insert into app.applied_migration (part, name, checksum) values ($1, $2, $3)", [
    part.name,
    name,
    checksum,
  ]);
}

async function run(client: pg.Client, path: string, sql: string): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** An error ends the connection, which rolls the transaction back. */
async function inTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query("begin");
  await work();
  await client.query("commit");
}
