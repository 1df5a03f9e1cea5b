import { randomUUID } from "node:crypto";
import type { Pool, PoolClient } from "pg";

type Queryable = Pool | PoolClient;

/** Inserts projects by plain SQL, as from psql. Each test uses its own rows, so that tests do not affect each other. */
export async function insertProjects(
  sql: Queryable,
  parts: { organizationId: string; count: number; isPrivate?: boolean },
): Promise<string[]> {
  const ids = Array.from({ length: parts.count }, () => randomUUID());
  await sql.query(
    `insert into app.project (id, organization_id, name, code, is_private)
     select id, $2, 'Fixture ' || n, 'FX-' || upper(left(id::text, 13)), $3
       from unnest($1::uuid[]) with ordinality as u (id, n)`,
    [ids, parts.organizationId, parts.isPrivate ?? false],
  );
  return ids;
}

export async function insertTasks(
  sql: Queryable,
  parts: { organizationId: string; projectId: string; count: number; isPrivate?: boolean },
): Promise<string[]> {
  const ids = Array.from({ length: parts.count }, () => randomUUID());
  await sql.query(
    `insert into app.task (id, organization_id, project_id, title, is_private)
     select id, $2, $3, 'Fixture ' || n, $4 from unnest($1::uuid[]) with ordinality as u (id, n)`,
    [ids, parts.organizationId, parts.projectId, parts.isPrivate ?? false],
  );
  return ids;
}

/** Current versions of rows of `app.<table>`, by id. */
export async function versionsOf(sql: Queryable, table: string, ids: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await sql.query<{ id: string; version: string }>(
    `select id, sync_version as version from app.${table} where id = any ($1)`,
    [ids],
  );
  return new Map(rows.map(({ id, version }) => [id, Number(version)]));
}

/** Changes the name of a project or the title of a task. Returns the new version of the row. */
export async function rename(sql: Queryable, table: "project" | "task", id: string, text: string): Promise<number> {
  const column = table === "project" ? "name" : "title";
  const { rows } = await sql.query<{ version: string }>(
    `update app.${table} set ${column} = $2 where id = $1 returning sync_version as version`,
    [id, text],
  );
  const version = rows[0]?.version;
  if (version === undefined) throw new Error(`${table} ${id} does not exist`);
  return Number(version);
}
