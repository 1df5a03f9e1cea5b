import { randomUUID } from "node:crypto";
import { createApiClient, createHeliograph, entityKey, type Heliograph, type LiveList } from "@heliograph/client";
import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { type Cluster, startCluster } from "@heliograph/testkit/cluster/cluster";
import { afterAll, beforeAll, expect, inject, test } from "vitest";

// The real SDK without a browser, many times over, against a whole cluster that is written to from all sides.

const users = ["alice@northwind", "bob@northwind", "carol@northwind", "dave@contoso", "erin@contoso"];
const clientCount = 20;
const projectsEach = 2;
const tasksEach = 12;
const changes = 300;
/** Longest wait for the last change to arrive, in milliseconds; a gateway was killed meanwhile. */
const patience = 30_000;

/** Another one in each run; the title names it, and written here it repeats the choices of that run. */
const seed = Math.floor(Math.random() * 2 ** 31);

/** Repeatable choices (Park and Miller). */
const dice = (() => {
  let state = (seed % 2_147_483_646) + 1;
  return (sides: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % sides;
  };
})();

function pick<Item>(items: readonly Item[]): Item {
  const item = items[dice(items.length)];
  if (item === undefined) throw new RangeError("nothing to pick from");
  return item;
}

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
interface Ground {
  readonly organizationId: string;
  readonly projects: readonly string[];
  readonly tasks: string[];
}

let database: TestDatabase;
let cluster: Cluster;
const clients: Client[] = [];
const grounds = new Map<string, Ground>();

beforeAll(async () => {
  database = await createTestDatabase({ template: "demo" });
  cluster = await startCluster({ databaseUrl: database.url(), redisUrl: inject("redisUrl") });
});
afterAll(async () => {
  for (const { sdk } of clients) sdk.stop();
  await cluster?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

async function addTask(ground: Ground, projectId: string): Promise<void> {
  const id = randomUUID();
  ground.tasks.push(id);
  await database.pool.query(
    "insert into app.task (id, organization_id, project_id, title, is_private) values ($1, $2, $3, $4, $5)",
    [id, ground.organizationId, projectId, `Task ${ground.tasks.length}`, dice(4) === 0],
  );
}

/** Rows of the test's own in one organization. */
async function prepare(organizationId: string): Promise<Ground> {
  const projects = Array.from({ length: projectsEach }, () => randomUUID());
  const ground: Ground = { organizationId, projects, tasks: [] };
  for (const id of projects) {
    await database.pool.query(
      "insert into app.project (id, organization_id, name, code) values ($1, $2, 'Convergence', $3)",
      [id, organizationId, `CV-${id.slice(0, 8).toUpperCase()}`],
    );
    for (let n = 0; n < tasksEach; n += 1) await addTask(ground, id);
  }
  return ground;
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
  const ground = grounds.get(person.organizationId) ?? (await prepare(person.organizationId));
  grounds.set(person.organizationId, ground);
  // One of them sees the tasks through their projects, the next one by id as well.
  const lists = ground.projects.map((id) =>
    sdk.list("task", { filter: { project_id: id }, within: id, sort: "title", limit: 40 }),
  );
  for (const list of lists) list.subscribe(() => {});
  if (place % 2 === 1) for (const id of ground.tasks) sdk.entity("task", id).subscribe(() => {});
  sdk.start();
  return { name: `${user} #${place}`, person, sdk, lists };
}

/** One change by plain SQL, as somebody at psql would make it. */
async function changeBySql(ground: Ground, n: number): Promise<void> {
  const sql = database.pool;
  const id = pick(ground.tasks);
  const others = users.filter((user) => !user.startsWith("alice") && !user.startsWith("dave"));
  const grantee = `(select p.id from app.person p join app.membership m on m.person_id = p.id
                    where p.email = $2 and m.organization_id = $3)`;
  switch (dice(9)) {
    case 0:
      return addTask(ground, pick(ground.projects));
    case 1:
      return void (await sql.query("delete from app.task where id = $1", [id]));
    case 2:
      return void (await sql.query("update app.task set is_private = not is_private where id = $1", [id]));
    case 3:
      return void (await sql.query("update app.task set project_id = $2, title = $3 where id = $1", [
        id,
        pick(ground.projects),
        `Moved ${n}`,
      ]));
    case 4:
      return void (await sql.query("update app.task set title = title || '.' where project_id = $1", [
        pick(ground.projects),
      ]));
    case 5:
      return void (await sql.query(
        `insert into app.entity_grant (entity_code, entity_id, person_id, organization_id)
         select 'task', $1, ${grantee}, $3 where ${grantee} is not null
            and exists (select 1 from app.task where id = $1) on conflict do nothing`,
        [id, `${pick(others)}.example`, ground.organizationId],
      ));
    case 6:
      return void (await sql.query("delete from app.entity_grant where entity_code = 'task' and entity_id = $1", [id]));
    default:
      return void (await sql.query("update app.task set title = $2 where id = $1", [id, `By SQL ${n}`]));
  }
}

/** One change through the SDK of somebody. That it is refused, in conflict or meets a dead gateway is part of the game. */
async function changeByRest(n: number): Promise<void> {
  const { sdk, person } = pick(clients);
  const id = pick(grounds.get(person.organizationId)?.tasks ?? []);
  await sdk.mutations.update("task", id, { title: `By REST ${n}` }).catch(() => {});
}

/** Two changes of many rows at once may wait for each other; PostgreSQL then undoes one of them. */
function unlessDeadlock(error: { readonly code?: string }): void {
  if (error.code !== "40P01") throw error;
}

interface Row {
  readonly id: string;
  readonly version: number;
  readonly project_id: string;
}

/** What PostgreSQL lets that person read of the test's tasks. */
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
      "select id, version::float8 as version, project_id from app.task where project_id = any ($1)",
      [grounds.get(organizationId)?.projects],
    );
    return new Map(rows.map((row) => [row.id, row]));
  } finally {
    await connection.query("rollback");
    connection.release();
  }
}

/** Where a client differs from what its person may read, in words. */
async function differences({ name, person, sdk, lists }: Client): Promise<string[]> {
  const truth = await readable(person);
  const ground = grounds.get(person.organizationId);
  const found: string[] = [];
  const held = await sdk.store.read((ground?.tasks ?? []).map((id) => entityKey("task", id)));
  for (const id of ground?.tasks ?? []) {
    // What nobody looks at is a memory of earlier; it is compared with the server before anybody sees it as current.
    if (!sdk.entities.watches(entityKey("task", id))) continue;
    const row = held.get(entityKey("task", id));
    const version = truth.get(id)?.version;
    if (version === undefined && row && !row.gone) found.push(`${name} still holds ${id}`);
    if (version !== undefined && (row?.ver !== version || row.gone))
      found.push(`${name} holds ${id} at ${row?.gone ? "gone" : row?.ver}, not ${version}`);
  }
  for (const [place, list] of lists.entries()) {
    const shown = list
      .snapshot()
      .items.map(({ id }) => String(id))
      .sort();
    const expected = [...truth.values()].filter((row) => row.project_id === ground?.projects[place]);
    const missing = expected.filter(({ id }) => !shown.includes(id)).length;
    if (missing > 0 || shown.length !== expected.length)
      found.push(`${name} lists ${shown.length} of ${expected.length} tasks, ${missing} are missing`);
    if (list.snapshot().stale) found.push(`${name} says that its list is stale`);
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
  await expect.poll(allDifferences, { timeout: patience, interval: 200 }).toEqual([]);

  const [, victim] = cluster.gateways;
  let replacement: Promise<unknown> = Promise.resolve();
  const writes: Promise<void>[] = [];
  for (let n = 0; n < changes; n += 1) {
    const written = n % 3 === 0 ? changeByRest(n) : changeBySql(pick([...grounds.values()]), n).catch(unlessDeadlock);
    writes.push(written);
    if (n === changes / 2 && victim) {
      const { port } = victim;
      replacement = victim.kill("SIGKILL").then(() => cluster.add("gateway", { port }));
    }
    // Not one after the other: what happens at the same time is what goes wrong.
    if (n % 4 === 0) await written;
  }
  await Promise.all(writes);
  await replacement;
  await expect.poll(allDifferences, { timeout: patience, interval: 250 }).toEqual([]);
});
