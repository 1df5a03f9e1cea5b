import { randomUUID } from "node:crypto";
import type pg from "pg";
import type { Tenant } from "../plan/plan.ts";
import type { World } from "../plan/scenario.ts";

/** Rows and people of one run, made for it. */
export interface LoadWorld {
  readonly tenants: readonly Tenant[];
  readonly organizations: readonly string[];
  /** People in turns of the organizations. */
  readonly people: readonly { readonly personId: string; readonly tenant: number }[];
  /** Tasks, those of one organization after the other. */
  readonly rows: readonly string[];
}

const ids = (count: number): string[] => Array.from({ length: count }, () => randomUUID());

async function insertTasks(pool: pg.Pool, organization: string, rows: readonly string[]): Promise<void> {
  const project = randomUUID();
  await pool.query("insert into app.project (id, organization_id, name, code) values ($1, $2, 'Load', 'LOAD')", [
    project,
    organization,
  ]);
  await pool.query(
    `insert into app.task (id, organization_id, project_id, title)
     select id, $2, $3, 'Task ' || n from unnest($1::uuid[]) with ordinality as u (id, n)`,
    [rows, organization, project],
  );
}

/** Makes organizations of their own with members and tasks, so that nothing else in the database takes part. */
export async function makeLoadWorld(pool: pg.Pool, run: string, size: World): Promise<LoadWorld> {
  const organizations = ids(size.tenants);
  await pool.query(
    "insert into app.organization (id, name) select id, 'Load ' || $2 || ' ' || n from unnest($1::uuid[]) with ordinality as u (id, n)",
    [organizations, run],
  );
  // As many in each organization: a connection finds its user by its number modulo all, its rows by it modulo organizations.
  const count = Math.ceil(Math.max(1, size.users) / size.tenants) * size.tenants;
  const people = ids(count).map((personId, n) => ({ personId, tenant: n % size.tenants }));
  const personIds = people.map(({ personId }) => personId);
  await pool.query(
    `insert into app.person (id, email, fname, lname)
     select id, 'load-' || $2 || '-' || n || '@load.example', 'Load', n::text from unnest($1::uuid[]) with ordinality as u (id, n)`,
    [personIds, run],
  );
  await pool.query(
    "insert into app.membership (person_id, organization_id) select * from unnest($1::uuid[], $2::uuid[]) as u",
    [personIds, people.map(({ tenant }) => organizations[tenant])],
  );
  const rows: string[] = [];
  const tenants: Tenant[] = [];
  for (const organization of organizations) {
    const own = ids(Math.max(1, Math.floor(size.rows / size.tenants)));
    await insertTasks(pool, organization, own);
    tenants.push({ from: rows.length, to: rows.length + own.length });
    rows.push(...own);
  }
  await pool.query("analyze app.person, app.membership, app.project, app.task");
  return { tenants, organizations, people, rows };
}

/** Waits until the making itself has gone through the feed: it is no part of what is measured. */
export async function untilFeedIsQuiet(pool: pg.Pool, signal?: AbortSignal): Promise<void> {
  const pending = "select from app.logging where sync_status = 'pending' and action <> 0 limit 1";
  while ((await pool.query(pending)).rowCount !== 0) {
    signal?.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
