import { randomUUID } from "node:crypto";
import { createApiClient, createHeliograph, entityKey, type Heliograph, type LiveList } from "@heliograph/client";
import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { SeededRandom } from "@heliograph/shared/seeded-random";
import { type Cluster, startCluster } from "@heliograph/testkit/cluster/cluster";
import { afterAll, beforeAll, expect, inject, test } from "vitest";

// Many instances of the real SDK, without a browser, against a cluster under concurrent writes.

const users = ["alice@northwind", "bob@northwind", "carol@northwind", "dave@contoso", "erin@contoso"];
const clientCount = 20;
const projectsEach = 2;
const tasksEach = 12;
const changes = 300;
/** Longest wait for the last change to arrive, in ms, after a gateway was killed. */

/** Random per run. The test title names it; set it here to repeat the choices of that run. */
const seed = Math.floor(Math.random() * 2 ** 31);

const random = new SeededRandom(seed);

interface Person {
  readonly id: string;
  readonly organizationId: string;
}
interface Client {
  readonly name: string;
  readonly person: Person;
  readonly sdk: Heliograph;
  readonly lists: LiveList[];
}
interface Fixture {
  readonly organizationId: string;
  readonly projects: readonly string[];
  readonly tasks: string[];
}

let database: TestDatabase;
let cluster: Cluster;
const clients: Client[] = [];
const fixtures = new Map<string, Fixture>();

beforeAll(async () => {
  database = await createTestDatabase({ template: "demo" });
  cluster = await startCluster({ databaseUrl: database.url(), redisUrl: inject("redisUrl") });
});
afterAll(async () => {
  for (const { sdk } of clients) sdk.stop();
  await cluster?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

async function addTask(fixture: Fixture, projectId: string): Promise<void> {
  const id = randomUUID();
  fixture.tasks.push(id);
  await database.pool.query(
    "insert into app.task (id, organization_id, project_id, title, is_private) values ($1, $2, $3, $4, $5)",
    [id, fixture.organizationId, projectId, `Task ${fixture.tasks.length}`, random.chance(1 / 4)],
  );
}

/** Creates the test's projects and tasks in one organization. */
async function prepare(organizationId: string): Promise<Fixture> {
  const projects = Array.from({ length: projectsEach }, () => randomUUID());
  const fixture: Fixture = { organizationId, projects, tasks: [] };
  for (const id of projects) {
    await database.pool.query(
      "insert into app.project (id, organization_id, name, code) values ($1, $2, 'Convergence', $3)",
      [id, organizationId, `CV-${id.slice(0, 8).toUpperCase()}`],
    );
    for (let n = 0; n < tasksEach; n += 1) await addTask(fixture, id);
  }
  return fixture;
}

async function connect(place: number): Promise<Client> {
  const user = users[place % users.length] ?? "";
  const gateway = cluster.gateways[Math.floor(place / users.length) % cluster.gateways.length];
  const apiUrl = `${gateway?.url}/api/v1`;
  const { token, person } = await createApiClient({ baseUrl: apiUrl, getToken: () => null }).login(
    `${user}.example`,
    "heliograph",
  );
  const url = `${gateway?.url.replace("http", "ws")}/ws/sync`;
  const sdk = createHeliograph({ url, apiUrl, getToken: () => token });
  const fixture = fixtures.get(person.organizationId) ?? (await prepare(person.organizationId));
  fixtures.set(person.organizationId, fixture);
  // Every client holds the tasks through their projects; every second one also by id.
  const lists = fixture.projects.map((id) =>
    sdk.list("task", { filter: { project_id: id }, within: `project/${id}`, sort: "title", limit: 40 }),
  );
  for (const list of lists) list.subscribe(() => {});
  if (place % 2 === 1) for (const id of fixture.tasks) sdk.entity("task", id).subscribe(() => {});
  sdk.start();
  return { name: `${user} #${place}`, person, sdk, lists };
}

/** Makes one change by plain SQL, as from psql. */
async function changeBySql(fixture: Fixture, n: number): Promise<void> {
  const sql = database.pool;
  const id = random.pick(fixture.tasks);
  const others = users.filter((user) => !user.startsWith("alice") && !user.startsWith("dave"));
  const grantee = `(select p.id from app.person p join app.membership m on m.person_id = p.id
                    where p.email = $2 and m.organization_id = $3)`;
  switch (random.int(0, 8)) {
    case 0:
      return addTask(fixture, random.pick(fixture.projects));
    case 1:
      return void (await sql.query("delete from app.task where id = $1", [id]));
    case 2:
      return void (await sql.query("update app.task set is_private = not is_private where id = $1", [id]));
    case 3:
      return void (await sql.query("update app.task set project_id = $2, title = $3 where id = $1", [
        id,
        random.pick(fixture.projects),
        `Moved ${n}`,
      ]));
    case 4:
      return void (await sql.query("update app.task set title = title || '.' where project_id = $1", [
        random.pick(fixture.projects),
      ]));
    case 5:
      return void (await sql.query(
        `insert into app.entity_grant (entity_code, entity_id, person_id, organization_id)
         select 'task', $1::text, ${grantee}, $3 where ${grantee} is not null
            and exists (select 1 from app.task where id::text = $1) on conflict do nothing`,
        [id, `${random.pick(others)}.example`, fixture.organizationId],
      ));
    case 6:
      return void (await sql.query("delete from app.entity_grant where entity_code = 'task' and entity_id = $1", [id]));
    default:
      return void (await sql.query("update app.task set title = $2 where id = $1", [id, `By SQL ${n}`]));
  }
}

/** Makes one change through a random client's SDK. It may be rejected, conflict, or hit a dead gateway. */
async function changeByRest(n: number): Promise<void> {
  const { sdk, person } = random.pick(clients);
  const id = random.pick(fixtures.get(person.organizationId)?.tasks ?? []);
  await sdk.mutations.update("task", id, { title: `By REST ${n}` }).catch(() => {});
}

/**
 * Ignores deadlocks: two concurrent changes of many rows may block each other, and PostgreSQL rolls one of them back.
 */
function unlessDeadlock(error: { readonly code?: string }): void {
  if (error.code !== "40P01") throw error;
}

interface Row {
  readonly id: string;
  readonly version: number;
  readonly project_id: string;
}

/** The test's tasks that PostgreSQL lets the user read, by id. */
async function readable({ id, organizationId }: Person): Promise<Map<string, Row>> {
  const connection = await database.pool.connect();
  try {
    await connection.query("begin");
    await connection.query(
      `select set_config('role', 'heliograph_app', true), set_config('app.person_id', $1, true),
              set_config('app.organization_id', $2, true)`,
      [id, organizationId],
    );
    const { rows } = await connection.query<Row>(
      "select id, sync_version::float8 as version, project_id from app.task where project_id = any ($1)",
      [fixtures.get(organizationId)?.projects],
    );
    return new Map(rows.map((row) => [row.id, row]));
  } finally {
    await connection.query("rollback");
    connection.release();
  }
}

/** Differences between what a client shows and what its user may read, as readable lines. */
async function differences({ name, person, sdk, lists }: Client): Promise<string[]> {
  const truth = await readable(person);
  const fixture = fixtures.get(person.organizationId);
  const found: string[] = [];
  const held = await sdk.store.read((fixture?.tasks ?? []).map((id) => entityKey("task", id)));
  for (const id of fixture?.tasks ?? []) {
    // A row without subscribers may be outdated; it is compared with the server before it is shown as current.
    if (!sdk.entities.watches(entityKey("task", id))) continue;
    const row = held.get(entityKey("task", id));
    const version = truth.get(id)?.version;
    if (version === undefined && row && !row.gone) found.push(`${name} still holds ${id}, which its user may not read`);
    if (version !== undefined && (row?.ver !== version || row.gone))
      found.push(`${name} holds ${id} at ${row?.gone ? "gone" : row?.ver}, not ${version}`);
  }
  for (const [place, list] of lists.entries()) {
    const shown = list
      .snapshot()
      .items.map(({ id }) => String(id))
      .sort();
    const expected = [...truth.values()].filter((row) => row.project_id === fixture?.projects[place]);
    const missing = expected.filter(({ id }) => !shown.includes(id)).length;
    if (missing > 0 || shown.length !== expected.length)
      found.push(`${name} lists ${shown.length} of ${expected.length} tasks, ${missing} are missing`);
    if (list.snapshot().stale) found.push(`${name} reports its list as stale`);
  }
  const { state, pendingFetches } = sdk.status();
  if (state !== "connected" || pendingFetches > 0) found.push(`${name} is ${state}, ${pendingFetches} fetches to go`);
  return found;
}

async function allDifferences(): Promise<string[]> {
  return (await Promise.all(clients.map(differences))).flat();
}

test(`${clientCount} clients of two gateways, one of which is killed, miss nothing (seed ${seed})`, async () => {
  for (let place = 0; place < clientCount; place += 1) clients.push(await connect(place));
  await expect.poll(allDifferences, { interval: 200 }).toEqual([]);

  const [, victim] = cluster.gateways;
  let replacement: Promise<unknown> = Promise.resolve();
  const writes: Promise<void>[] = [];
  for (let n = 0; n < changes; n += 1) {
    const written =
      n % 3 === 0 ? changeByRest(n) : changeBySql(random.pick([...fixtures.values()]), n).catch(unlessDeadlock);
    writes.push(written);
    if (n === changes / 2 && victim) {
      const { port } = victim;
      replacement = victim.kill("SIGKILL").then(() => cluster.add("gateway", { port }));
    }
    // Mostly concurrent, because concurrency is what breaks convergence.
    if (n % 4 === 0) await written;
  }
  await Promise.all(writes);
  await replacement;
  await expect.poll(allDifferences, { interval: 250 }).toEqual([]);
});
