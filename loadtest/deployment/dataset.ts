import { randomUUID } from "node:crypto";
import { sleep } from "@heliograph/shared/sleep";
import type pg from "pg";
import type { Tenant } from "../plan/plan.ts";
import type { DatasetSize } from "../plan/scenario.ts";

/** Rows and users that were created for one run. */
export interface Dataset {
  readonly tenants: readonly Tenant[];
  /** Ids of the organizations, in the order of the tenants. */
  readonly organizations: readonly string[];
  /** Users of the organizations in turn. */
  readonly people: readonly { readonly personId: string; readonly tenant: number }[];
  /** Ids of the tasks, grouped by organization. */
  readonly rows: readonly string[];
}

/** Interval at which the backlog is checked, milliseconds. */
const pollIntervalMs = 50;

const randomIds = (count: number): string[] => Array.from({ length: count }, () => randomUUID());

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

/** Creates organizations with members and tasks for one run, so that no other data of the database takes part. */
export async function createDataset(pool: pg.Pool, run: string, size: DatasetSize): Promise<Dataset> {
  const organizations = randomIds(size.tenants);
  await pool.query(
    "insert into app.organization (id, name) select id, 'Load ' || $2 || ' ' || n from unnest($1::uuid[]) with ordinality as u (id, n)",
    [organizations, run],
  );
  // Every organization gets the same number of users: a connection finds its user by its number modulo the number of users,
  // and its rows by its number modulo the number of organizations.
  const count = Math.ceil(Math.max(1, size.users) / size.tenants) * size.tenants;
  const people = randomIds(count).map((personId, n) => ({ personId, tenant: n % size.tenants }));
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
    const own = randomIds(Math.max(1, Math.floor(size.rows / size.tenants)));
    await insertTasks(pool, organization, own);
    tenants.push({ from: rows.length, to: rows.length + own.length });
    rows.push(...own);
  }
  await pool.query("analyze app.person, app.membership, app.project, app.task");
  return { tenants, organizations, people, rows };
}

/** Waits until the changes that created the dataset are in the feed; they are not part of the measurement. */
export async function waitForEmptyBacklog(pool: pg.Pool): Promise<void> {
  const pending = "select from app.logging where sync_status = 'pending' and action <> 0 limit 1";
  while ((await pool.query(pending)).rowCount !== 0) await sleep(pollIntervalMs);
}
