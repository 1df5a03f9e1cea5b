import { randomUUID } from "node:crypto";
import { type DemoUser, demoUsers } from "@heliograph/db";
import pg from "pg";
import type { Scale } from "./scale.ts";

/** Limit of task ids in one tenant, existing or deleted, as a multiple of the initial number. */
const MOST_TASKS = 2.5;

/** The rows of one organization that writers change and clients hold. */
export interface Tenant {
  readonly organizationId: string;
  readonly users: readonly DemoUser[];
  readonly projects: readonly string[];
  /** Ids of all tasks that ever existed; writers delete and create them again. */
  readonly tasks: string[];
  /** Tasks that stay private for the whole run and are granted to no member. */
  readonly secrets: readonly string[];
  readonly documents: readonly string[];
  /** A project that only the convergence check changes. */
  readonly marker: string;
  readonly mostTasks: number;
}

/** Rows of the run in both organizations of the demo. */
export interface Dataset {
  readonly scale: Scale;
  readonly tenants: readonly Tenant[];
}

function ids(count: number): string[] {
  return Array.from({ length: count }, () => randomUUID());
}

async function insertProjects(client: pg.Client, organizationId: string, projects: readonly string[]): Promise<void> {
  await client.query(
    `insert into app.project (id, organization_id, name, code)
     select id, $2, 'Chaos ' || n, 'CH-' || upper(left(id::text, 13)) from unnest($1::uuid[]) with ordinality as u (id, n)`,
    [projects, organizationId],
  );
}

async function makeTenant(client: pg.Client, organizationId: string, scale: Scale): Promise<Tenant> {
  const { projects, tasksPerProject, secretsPerProject, documents } = scale;
  const tenant = {
    organizationId,
    users: demoUsers.filter((user) => user.organizationId === organizationId),
    projects: ids(projects),
    tasks: ids(projects * tasksPerProject),
    secrets: ids(projects * secretsPerProject),
    documents: ids(documents),
    marker: randomUUID(),
    mostTasks: MOST_TASKS * projects * tasksPerProject,
  };
  await insertProjects(client, organizationId, [...tenant.projects, tenant.marker]);
  for (const [tasks, secret] of [
    [tenant.tasks, false],
    [tenant.secrets, true],
  ] as const) {
    await client.query(
      `insert into app.task (id, organization_id, project_id, title, is_private)
       select id, $2, ($3::uuid[])[1 + n % cardinality($3::uuid[])], 'Task ' || n, $4 or n % 7 = 0
         from unnest($1::uuid[]) with ordinality as u (id, n)`,
      [tasks, organizationId, tenant.projects, secret],
    );
  }
  await client.query(
    `insert into app.document (id, organization_id, project_id, title)
     select id, $2, ($3::uuid[])[1 + n % cardinality($3::uuid[])], 'Document ' || n
       from unnest($1::uuid[]) with ordinality as u (id, n)`,
    [tenant.documents, organizationId, tenant.projects],
  );
  return tenant;
}

/** Inserts the rows of the run. */
export async function createDataset(databaseUrl: string, scale: Scale): Promise<Dataset> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const tenants: Tenant[] = [];
    for (const id of new Set(demoUsers.map((user) => user.organizationId))) {
      tenants.push(await makeTenant(client, id, scale));
    }
    return { scale, tenants };
  } finally {
    await client.end();
  }
}
