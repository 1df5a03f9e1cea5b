import { SeededRandom } from "@heliograph/shared/seeded-random";
import type { TestSocket } from "@heliograph/testkit/socket/test-socket";
import { expect, test } from "vitest";
import { sequenceFaults } from "./harness/feed-sequence.ts";
import { insertProjects, insertTasks, rename } from "./harness/fixture-rows.ts";
import { type User, useTestCluster } from "./harness/test-cluster.ts";

const cluster = useTestCluster();

const users: readonly User[] = ["alice", "bob", "carol", "dave", "erin"];
const socketsPerUser = 40;
const rowsPerTenant = 100;
const heldPerSocket = 20;
const changes = 300;

type Holder = { readonly socket: TestSocket; readonly held: ReadonlySet<string>; readonly tenant: string };

/** Rows of one tenant, of which each socket subscribes to some, and a row that all subscribe to and that changes last. */
type Tenant = { readonly rows: readonly string[]; readonly barrier: string };

async function tenantOf(user: User): Promise<[string, Tenant]> {
  const { organizationId } = (await cluster().rest(user)).person;
  const [projectId = ""] = await insertProjects(cluster().sql, { organizationId, count: 1 });
  const [barrier = "", ...rows] = await insertTasks(cluster().sql, {
    organizationId,
    projectId,
    count: rowsPerTenant + 1,
  });
  return [organizationId, { rows, barrier }];
}

test.each([1])("[G1] 200 sockets receive exactly the changes that they subscribed to (seed %i)", async (seed) => {
  const random = new SeededRandom(seed);
  const tenants = new Map([await tenantOf("alice"), await tenantOf("dave")]);
  await cluster().settled();

  const connecting: Promise<Holder>[] = [];
  for (const user of users) {
    const tenant = (await cluster().rest(user)).person.organizationId;
    const { rows, barrier } = tenants.get(tenant) ?? { rows: [], barrier: "" };
    for (let n = 0; n < socketsPerUser; n++) {
      const held = new Set(random.sample(rows, heldPerSocket));
      const connect = async (): Promise<Holder> => {
        const socket = await cluster().socket(user, n % 2);
        const { count, gone } = await socket.subscribe("task", [...held, barrier]);
        expect({ count, gone }).toEqual({ count: heldPerSocket + 1, gone: [] });
        return { socket, held, tenant };
      };
      connecting.push(connect());
    }
  }
  const holders = await Promise.all(connecting);
  expect(holders).toHaveLength(users.length * socketsPerUser);

  const rows = [...tenants.values()].flatMap((tenant) => tenant.rows);
  const last = new Map<string, number>();
  for (let n = 0; n < changes; n++) {
    const id = random.pick(rows);
    last.set(id, await rename(cluster().sql, "task", id, `Change ${n}`));
  }
  // The changes are sequenced before the barriers are written, so every gateway applies the barriers last.
  await cluster().settled();
  const barriers = new Map<string, number>();
  for (const { barrier } of tenants.values())
    barriers.set(barrier, await rename(cluster().sql, "task", barrier, "Barrier"));

  for (const { socket, held, tenant } of holders) {
    const barrier = tenants.get(tenant)?.barrier ?? "";
    await socket.untilVersion("task", barrier, barriers.get(barrier) ?? Number.NaN);
    const expected = new Map([...last].filter(([id]) => held.has(id)));
    for (const [id, version] of expected) expect(socket.versions.deliveries("task", id).at(-1)?.version).toBe(version);
    const keys = [...expected.keys(), barrier].map((id) => `task/${id}`);
    expect(socket.versions.delivered()).toEqual(new Set(keys));
    expect(socket.versions.disorder()).toEqual([]);
  }
  expect(await sequenceFaults(cluster().sql)).toEqual([]);
});
