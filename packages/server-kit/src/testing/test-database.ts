import { randomBytes } from "node:crypto";
import { type DatabaseNames, databaseNames } from "@heliograph/shared/database-names";
import pg from "pg";
import { expect, inject } from "vitest";
import type { DatabasePool } from "../postgres/pg-pool.ts";
import "./provided.ts";

export interface TestDatabase extends AsyncDisposable {
  readonly name: string;
  /** URL of this database for `heliograph_gateway` or `heliograph_watcher`; for the superuser by default. */
  url(role?: string): string;
  readonly names: DatabaseNames;
  /** Superuser connections. */
  readonly pool: DatabasePool;
}

/** The core alone uses the default schema; the suite uses schema `app`. */
const namesOf = {
  core: databaseNames("heliograph", "heliograph"),
  suite: databaseNames("app", "heliograph"),
  demo: databaseNames("app", "heliograph"),
} as const;

const suffixes = /\.(pg|redis|cluster|browser|bench)\.test\.tsx?$/;

/**
 * Creates a database by copying a template: `core` has only Heliograph, `suite` also the tables of the demonstration, and
 * `demo` also their rows. Disposing drops it and closes remaining connections.
 * @throws if the suffix of the test file does not allow PostgreSQL
 */
export async function createTestDatabase({ template }: { template: "core" | "suite" | "demo" }): Promise<TestDatabase> {
  const file = expect.getState().testPath ?? "";
  if (!suffixes.test(file))
    throw new Error(`${file} uses PostgreSQL: rename it to end in .pg.test.ts (or .redis, .cluster, .browser)`);
  const base = inject("postgresUrl");
  const name = `test_${randomBytes(6).toString("hex")}`;
  const urlOf = (database: string, role?: string): string => {
    const url = new URL(base);
    url.pathname = `/${database}`;
    if (role) url.username = role;
    return url.href;
  };
  const admin = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString: base });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await admin(`create database ${name} template heliograph_${template} strategy file_copy`);
  const names = namesOf[template];
  const pool = Object.assign(new pg.Pool({ connectionString: urlOf(name), max: 10 }), { names });
  // DROP DATABASE with FORCE closes connections that a failed test left open, which must not add another failure.
  pool.on("error", () => undefined);
  return {
    name,
    names,
    pool,
    url: (role) => urlOf(name, role),
    [Symbol.asyncDispose]: async () => {
      await pool.end();
      await admin(`drop database if exists ${name} with (force)`);
    },
  };
}
