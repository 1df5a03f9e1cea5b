import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { SeededRandom } from "@heliograph/shared/seeded-random";
import pg from "pg";
import type { Dataset, Tenant } from "../dataset.ts";
import type { Commits } from "./commits.ts";

/** Rows that a statement wrote. */
interface Written {
  entityCode: "task" | "document" | "project";
  rows: readonly { id: string; version: string }[];
}

/** One kind of change, inside the transaction of the caller. */
type Change = (client: pg.Client, tenant: Tenant, random: SeededRandom) => Promise<Written>;

async function write(
  client: pg.Client,
  entityCode: Written["entityCode"],
  text: string,
  values: unknown[],
): Promise<Written> {
  const { rows } = await client.query<{ id: string; version: string }>(
    `${text} returning id, sync_version as version`,
    values,
  );
  return { entityCode, rows };
}

const rename: Change = (client, tenant, random) =>
  write(client, "task", "update app.task set title = $2 where id = any ($1)", [
    random.sample([...tenant.tasks, ...tenant.secrets], random.int(1, 4)),
    `Renamed ${random.int(0, 1e9)}`,
  ]);

const create: Change = async (client, tenant, random) => {
  // More ids would make changes of held rows rarer.
  if (tenant.tasks.length >= tenant.mostTasks) return createAgain(client, tenant, random);
  const id = randomUUID();
  tenant.tasks.push(id);
  return write(
    client,
    "task",
    "insert into app.task (id, organization_id, project_id, title) values ($1, $2, $3, 'New')",
    [id, tenant.organizationId, random.pick(tenant.projects)],
  );
};

/** Creates a row under an id that existed before: clients must show it although it was gone. */
const createAgain: Change = (client, tenant, random) =>
  write(
    client,
    "task",
    `insert into app.task (id, organization_id, project_id, title, is_private)
     values ($1, $2, $3, 'Again', $4) on conflict do nothing`,
    [random.pick(tenant.tasks), tenant.organizationId, random.pick(tenant.projects), random.chance(0.2)],
  );

const remove: Change = async (client, tenant, random) => {
  // The version of a deletion is known only to the log.
  await client.query("delete from app.task where id = any ($1)", [random.sample(tenant.tasks, random.int(1, 3))]);
  return { entityCode: "task", rows: [] };
};

const replace: Change = async (client, tenant, random) => {
  const id = random.pick(tenant.tasks);
  await client.query("delete from app.task where id = $1", [id]);
  return write(
    client,
    "task",
    "insert into app.task (id, organization_id, project_id, title) values ($1, $2, $3, 'Replaced')",
    [id, tenant.organizationId, random.pick(tenant.projects)],
  );
};

const flipPrivacy: Change = (client, tenant, random) =>
  write(client, "task", "update app.task set is_private = not is_private where id = any ($1)", [
    random.sample(tenant.tasks, 2),
  ]);

const move: Change = (client, tenant, random) =>
  write(client, "task", "update app.task set project_id = $2 where id = any ($1)", [
    random.sample([...tenant.tasks, ...tenant.secrets], 2),
    random.pick(tenant.projects),
  ]);

const bulk: Change = (client, tenant, random) =>
  write(client, "task", "update app.task set description = $2 where project_id = $1", [
    random.pick(tenant.projects),
    `Bulk ${random.int(0, 1e9)}`,
  ]);

const editDocument: Change = (client, tenant, random) =>
  write(client, "document", "update app.document set title = $2 where id = any ($1)", [
    random.sample(tenant.documents, random.int(1, 3)),
    `Edited ${random.int(0, 1e9)}`,
  ]);

const hideDocument: Change = (client, tenant, random) =>
  write(client, "document", "update app.document set is_private = not is_private where id = $1", [
    random.pick(tenant.documents),
  ]);

const renameProject: Change = (client, tenant, random) =>
  write(client, "project", "update app.project set name = $2 where id = $1", [
    random.pick(tenant.projects),
    `Project ${random.int(0, 1e9)}`,
  ]);

/** Grants one member one private row, or revokes the grant. Changes no version. */
const grant: Change = async (client, tenant, random) => {
  const values = [random.pick(tenant.tasks), random.pick(tenant.users).personId, tenant.organizationId];
  const { rowCount } = await client.query(
    "delete from app.entity_grant where entity_code = 'task' and entity_id = $1 and person_id = $2 and organization_id = $3",
    values,
  );
  if (rowCount === 0) {
    await client.query(
      "insert into app.entity_grant (entity_code, entity_id, person_id, organization_id) values ('task', $1, $2, $3)",
      values,
    );
  }
  return { entityCode: "task", rows: [] };
};

/** Changes with their relative weights. */
const changes = (bulkWeight: number): readonly (readonly [Change, number])[] => [
  [rename, 10],
  [create, 2],
  [createAgain, 5],
  [remove, 3],
  [replace, 2],
  [flipPrivacy, 3],
  [move, 3],
  [bulk, bulkWeight],
  [editDocument, 5],
  [hideDocument, 1],
  [renameProject, 1],
  [grant, 2],
];
const weightedChanges = (bulkWeight: number): Change[] =>
  changes(bulkWeight).flatMap(([change, weight]) => Array.from({ length: weight }, () => change));

/** Longest duration of a long transaction: it commits after many that began later. */
const LONG_MS = 3_000;
const RECONNECT_MS = 100;
const CONNECT_MS = 2_000;

/** Writes by plain SQL on a connection without a fault proxy. */
export class SqlWriter {
  readonly #url: string;
  readonly #dataset: Dataset;
  readonly #random: SeededRandom;
  readonly #commits: Commits;
  readonly #long: boolean;
  readonly #changes: readonly Change[];
  #client: pg.Client | null = null;

  constructor(parts: { url: string; dataset: Dataset; random: SeededRandom; commits: Commits; long: boolean }) {
    this.#url = parts.url;
    this.#dataset = parts.dataset;
    this.#random = parts.random;
    this.#commits = parts.commits;
    this.#long = parts.long;
    this.#changes = weightedChanges(parts.dataset.scale.bulkWeight);
  }

  /** Writes until the signal is aborted. Failures are expected: lock timeouts, deadlocks, a database that is down. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#transaction(await this.#connected(), signal);
      } catch (error) {
        if (!isStatementError(error)) this.#client = null;
        else await this.#client?.query("rollback").catch(() => undefined);
        await wait(RECONNECT_MS);
      }
      await wait(this.#random.int(0, this.#dataset.scale.sqlPauseMs));
    }
    await this.#client?.end().catch(() => undefined);
    this.#client = null;
  }

  async #connected(): Promise<pg.Client> {
    if (this.#client !== null) return this.#client;
    const client = new pg.Client({
      connectionString: this.#url,
      connectionTimeoutMillis: CONNECT_MS,
      options: "-c lock_timeout=1000 -c deadlock_timeout=200",
    });
    client.on("error", () => undefined);
    client.on("end", () => {
      if (this.#client === client) this.#client = null;
    });
    await client.connect();
    this.#client = client;
    return client;
  }

  async #transaction(client: pg.Client, signal: AbortSignal): Promise<void> {
    const random = this.#random;
    const tenant = random.pick(this.#dataset.tenants);
    const written: Written[] = [];
    await client.query("begin");
    for (let n = this.#long ? random.int(1, 4) : 1; n > 0; n--)
      written.push(await random.pick(this.#changes)(client, tenant, random));
    if (this.#long) await wait(random.int(0, LONG_MS), undefined, { signal }).catch(() => undefined);
    if (random.chance(0.05)) {
      await client.query("rollback");
      return;
    }
    await client.query("commit");
    for (const { entityCode, rows } of written) this.#commits.add(entityCode, rows);
  }
}

/** Whether the server rejected the statement and the connection is still usable. */
function isStatementError(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code !== undefined && /^(23|40|42|55P03|P0|22)/.test(code);
}
