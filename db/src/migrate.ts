import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { fileURLToPath } from "node:url";
import { type RunnerOption, runner } from "node-pg-migrate";
import type pg from "pg";
import { withClient } from "./connection.ts";

export const migrationsFolder = fileURLToPath(new URL("../migrations", import.meta.url));

/** Where the progress of a migration is told; any pino logger fits. */
export interface MigrationLogger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export interface MigrateOptions {
  readonly logger?: MigrationLogger;
  /** Another folder of migrations, for tests. */
  readonly folder?: string;
}

type LoaderStrategy = NonNullable<RunnerOption["migrationLoaderStrategies"]>[number];
type MigrationUnit = Awaited<ReturnType<Exclude<LoaderStrategy["loader"], string>>>[number];

const silent: MigrationLogger = { info() {}, warn() {}, error() {} };

/**
 * Applies the migrations that the database does not have yet, each in its own transaction, and makes sure that the
 * log has partitions for the coming days. Safe to start several times at once: one works, the others wait.
 * @returns names of the migrations applied now
 */
export async function migrate(databaseUrl: string, options: MigrateOptions = {}): Promise<string[]> {
  const logger = options.logger ?? silent;
  const applied = await withClient(databaseUrl, (client) =>
    runner({
      // Not one that the runner makes: unheard, its "error" ends the process when the server goes away.
      dbClient: client,
      dir: options.folder ?? migrationsFolder,
      direction: "up",
      // Its own schema: bookkeeping inside `app` would make the migration that creates `app` fail.
      migrationsSchema: "migration",
      createMigrationsSchema: true,
      migrationsTable: "schema_migration",
      checkOrder: true,
      singleTransaction: false,
      advisoryLockMode: "wait",
      logger,
      migrationLoaderStrategies: [{ extensions: [".sql", ".ddl"], loader: (paths) => loadMigrations(client, paths) }],
    }),
  );
  await withClient(databaseUrl, (client) => client.query("select app.ensure_partitions()"));
  return applied.map((migration) => migration.name);
}

/**
 * Reads SQL migrations. A first line `-- no transaction` lets a file of one statement run outside of a transaction
 * (for `create index concurrently`; several statements sent together are one transaction to PostgreSQL). A file that was applied and then edited is refused: databases that have it would never get the edit.
 */
async function loadMigrations(client: pg.Client, paths: string[]): Promise<MigrationUnit[]> {
  // Called under the runner's lock, after it made its schema.
  await client.query("create table if not exists migration.checksum (name text primary key, sha256 text not null)");
  const { rows } = await client.query<{ name: string; sha256: string }>("select name, sha256 from migration.checksum");
  const recorded = new Map(rows.map((row) => [row.name, row.sha256]));
  return Promise.all(
    paths.map(async (path) => {
      const sql = await readFile(path, "utf8");
      const name = basename(path, extname(path));
      const sha256 = createHash("sha256").update(sql).digest("hex");
      const before = recorded.get(name);
      if (before !== undefined && before !== sha256) {
        throw new Error(
          `migration ${basename(path)} was edited after it had been applied to this database; ` +
            "restore its text and put the change into a new migration",
        );
      }
      return { id: path, filePaths: [path], actions: { up: upAction(name, sql, sha256), down: false } };
    }),
  );
}

function upAction(name: string, sql: string, sha256: string): NonNullable<MigrationUnit["actions"]["up"]> {
  return (pgm) => {
    if (/^--\s*no transaction\s*\n/.test(sql)) pgm.noTransaction();
    // The owner's policies let it see every row; else an update in a migration would silently find none.
    pgm.sql("set app.maintenance = on");
    pgm.sql(sql);
    pgm.sql(`insert into migration.checksum (name, sha256) values ('${name}', '${sha256}')`);
  };
}
