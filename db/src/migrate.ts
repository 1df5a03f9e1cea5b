import { type DatabaseNames, databaseNames } from "@heliograph/shared/database-names";
import type pg from "pg";
import { ConfigurationError } from "./config.ts";
import { withClient } from "./database/connection.ts";
import { type Definition, type Migration, type Part, type PartName, readPart } from "./manifest.ts";
import { placeholderResolver } from "./placeholders.ts";

/** Receives progress messages; any pino logger fits. */
export interface MigrationLogger {
  info(message: string): void;
}

export interface MigrateOptions {
  readonly logger?: MigrationLogger;
  readonly names: DatabaseNames;
  /** Also install the suite (the demonstration). An installed suite is always brought up to date. */
  readonly suite?: boolean;
  /** Definitions and migrations to use instead of those in `db/`. */
  readonly parts?: Readonly<Record<PartName, Part>>;
}

interface Installation {
  readonly version: string;
  readonly checksum: string;
}

export const defaultNames = databaseNames("heliograph", "heliograph");
/** Names for the suite. Its SQL requires the schema `app`; the role prefix may differ. */
export const suiteNames = databaseNames("app", "heliograph");

const silent: MigrationLogger = { info() {} };

/**
 * Brings a database up to date; one of a later release stays as it is. Installs a missing part from its current definitions, in one transaction; applies pending
 * migrations to an installed part, each in its own transaction. Then creates the log partitions for the coming days.
 * Concurrent runs are safe: one works, the others wait.
 * @returns what this run applied: `core 0.1.0` for an installation, the name for a migration
 * @throws {ConfigurationError} when the suite is to be installed into another schema than `app`, or when the schema belongs to
 * an installation with another role prefix
 */
export async function migrate(databaseUrl: string, options: MigrateOptions): Promise<string[]> {
  const parts = options.parts ?? { core: await readPart("core"), suite: await readPart("suite") };
  const { logger = silent, names } = options;
  if (options.suite && names.schema !== suiteNames.schema)
    throw new ConfigurationError("the suite can only be installed into the schema app; set HELIOGRAPH_SCHEMA=app");
  return withClient(databaseUrl, async (client) => {
    // A session lock: held across the transactions of the migrations and released with the connection.
    await client.query("select pg_advisory_lock(hashtext('heliograph:migrate'))");
    const installer = new Installer({ client, names, logger, resolve: await placeholderResolver(client, names) });
    await installer.requireRolePrefix();
    const applied = await installer.bringUpToDate(parts.core);
    if (options.suite || (await installer.installationOf("suite")) !== undefined)
      applied.push(...(await installer.bringUpToDate(parts.suite)));
    await client.query(`select ${names.schema}.ensure_partitions()`);
    return applied;
  });
}

interface InstallerParts {
  readonly client: pg.Client;
  readonly names: DatabaseNames;
  readonly logger: MigrationLogger;
  /** Replaces the placeholders in SQL text. */
  readonly resolve: (sql: string) => string;
}

/** Installs and migrates parts over one connection. */
class Installer {
  readonly #client: pg.Client;
  readonly #names: DatabaseNames;
  readonly #logger: MigrationLogger;
  readonly #resolve: (sql: string) => string;

  constructor(parts: InstallerParts) {
    this.#client = parts.client;
    this.#names = parts.names;
    this.#logger = parts.logger;
    this.#resolve = parts.resolve;
  }

  async bringUpToDate(part: Part): Promise<string[]> {
    const installed = await this.installationOf(part.name);
    if (installed === undefined) {
      await this.#install(part);
      this.#logger.info(`installed ${part.name} ${part.version}`);
      return [`${part.name} ${part.version}`];
    }
    // A rollback deploys an earlier release, whose services run on the later schema. The record must stay: with the earlier
    // version in it, a database would claim a schema that it does not have.
    if (isLater(installed.version, part.version)) {
      this.#logger.info(
        `${part.name} ${installed.version} is later than this release, ${part.version}, and stays as it is`,
      );
      return [];
    }
    const pending = await this.#pendingMigrations(part);
    // A release may change comments or formatting without a migration. Within one version, a change without a migration is
    // an error: only new databases would get it.
    if (pending.length === 0 && installed.version === part.version && installed.checksum !== part.checksum) {
      throw new Error(
        `the definitions of ${part.name} changed since this database was installed, and no migration applies the change; ` +
          `add a migration to db/${part.name}/migrations, or reinstall a development database`,
      );
    }
    for (const migration of pending) {
      await this.#apply(part, migration);
      this.#logger.info(`applied ${migration.name}`);
    }
    await this.#client.query(
      `update ${this.#names.schema}.installation set version = $2, checksum = $3, updated_ts = clock_timestamp()
        where part = $1 and (version, checksum) is distinct from ($2, $3)`,
      [part.name, part.version, part.checksum],
    );
    return pending.map(({ name }) => name);
  }

  /**
   * The definitions name the roles. With another prefix, the services would have no rights, and later migrations would fail.
   * @throws {ConfigurationError} when the installed log belongs to a role with another prefix
   */
  async requireRolePrefix(): Promise<void> {
    const { schema, roles } = this.#names;
    const { rows } = await this.#client.query<{ owner: string }>(
      "select pg_get_userbyid(relowner) as owner from pg_class where oid = to_regclass($1)",
      [`${schema}.logging_detail`],
    );
    const installed = /^(.+)_log$/.exec(rows[0]?.owner ?? "")?.[1];
    if (installed === undefined || `${installed}_log` === roles.log) return;
    throw new ConfigurationError(
      `the roles of the installation in schema ${schema} begin with ${installed}; set HELIOGRAPH_ROLE_PREFIX=${installed}`,
    );
  }

  /** Reads the installation record of a part; undefined if the part is not installed. */
  async installationOf(part: PartName): Promise<Installation | undefined> {
    const { schema } = this.#names;
    // Both tables: a schema of something else may well have a table of the first name.
    const { rowCount } = await this.#client.query(
      "select where to_regclass($1) is not null and to_regclass($2) is not null",
      [`${schema}.installation`, `${schema}.applied_migration`],
    );
    if (rowCount === 0) return undefined;
    const { rows } = await this.#client.query<Installation>(
      `select version, checksum from ${schema}.installation where part = $1`,
      [part],
    );
    return rows[0];
  }

  /** Runs all definitions of a part and records its migrations as applied, because the definitions include them. */
  async #install(part: Part): Promise<void> {
    await inTransaction(this.#client, async () => {
      for (const definition of part.definitions) await this.#run(definition);
      await this.#client.query(
        `insert into ${this.#names.schema}.installation (part, version, checksum) values ($1, $2, $3)`,
        [part.name, part.version, part.checksum],
      );
      for (const migration of part.migrations) await this.#record(part, migration);
    });
  }

  /**
   * Determines the migrations to apply, in order.
   * @throws when an applied migration was edited, or a new one sorts before an applied one
   */
  async #pendingMigrations(part: Part): Promise<readonly Migration[]> {
    const { rows } = await this.#client.query<{ name: string; checksum: string }>(
      `select name, checksum from ${this.#names.schema}.applied_migration where part = $1 order by name collate "C"`,
      [part.name],
    );
    const applied = new Map(rows.map(({ name, checksum }) => [name, checksum]));
    const last = rows.at(-1)?.name ?? "";
    for (const { path, name, checksum } of part.migrations) {
      const before = applied.get(name);
      if (before === undefined && name < last)
        throw new Error(
          `migration ${path} sorts before ${last}, which is already applied to this database; give it a higher number`,
        );
      // Databases with the earlier text would never get the edit.
      if (before !== undefined && before !== checksum)
        throw new Error(
          `migration ${path} was edited after it was applied to this database; ` +
            "restore its text and make the change in a new migration",
        );
    }
    return part.migrations.filter(({ name }) => !applied.has(name));
  }

  /**
   * Applies a migration in a transaction, or outside one if its first line is `-- no transaction` (for `create index
   * concurrently`). Such a file must contain one statement: PostgreSQL runs several statements sent together in one
   * transaction.
   */
  async #apply(part: Part, migration: Migration): Promise<void> {
    const apply = async (): Promise<void> => {
      await this.#run(migration);
      await this.#record(part, migration);
    };
    if (/^--\s*no transaction\s*\n/.test(migration.sql)) await apply();
    else await inTransaction(this.#client, apply);
  }

  async #record(part: Part, { name, checksum }: Migration): Promise<void> {
    await this.#client.query(
      `insert into ${this.#names.schema}.applied_migration (part, name, checksum) values ($1, $2, $3)`,
      [part.name, name, checksum],
    );
  }

  async #run({ path, sql }: Definition): Promise<void> {
    try {
      await this.#client.query(this.#resolve(sql));
    } catch (error) {
      throw new Error(`${path}: ${withHint(error)}`, { cause: error });
    }
  }
}

/** Whether a version is later than another, compared by their numbers. */
function isLater(version: string, other: string): boolean {
  return version.localeCompare(other, "en", { numeric: true }) > 0;
}

/** Message of an error with the detail and the hint that PostgreSQL sends beside it: the hint is the remedy. */
function withHint(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { detail, hint } = error as { readonly detail?: string; readonly hint?: string };
  return [error.message, detail, hint].filter((text) => text !== undefined).join("\n  ");
}

/** Runs `work` in a transaction. An error makes `withClient` close the connection, which rolls the transaction back. */
async function inTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query("begin");
  await work();
  await client.query("commit");
}
