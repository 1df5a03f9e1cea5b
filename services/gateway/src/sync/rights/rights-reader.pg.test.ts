import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DemoUser, type LiveGateway, startLiveGateway } from "../testing/live-gateway.ts";
import { createRightsReader, type ReadableRows, type RightsQuery } from "./rights-reader.ts";

let gateway: LiveGateway;
let project: string;
let open: string;
let secret: string;

beforeAll(async () => {
  gateway = await startLiveGateway({}, { redis: false });
  const { organizationId } = gateway.identity("alice");
  [project, open, secret] = [randomUUID(), randomUUID(), randomUUID()];
  await gateway.db.pool.query(
    "insert into app.project (id, organization_id, name, code) values ($1, $2, 'Reader', 'RD-1')",
    [project, organizationId],
  );
  await gateway.db.pool.query(
    `insert into app.task (id, organization_id, project_id, title, is_private)
     values ($1, $3, $4, 'open', false), ($2, $3, $4, 'secret', true)`,
    [open, secret, organizationId, project],
  );
});

afterAll(() => gateway[Symbol.asyncDispose]());

function read(user: DemoUser, code: string, asked: Partial<RightsQuery>): Promise<ReadableRows> {
  const reader = createRightsReader({ pool: gateway.pool, registry: gateway.registry, concurrency: 2 });
  return reader.read(gateway.identity(user), code, { ids: [], within: [], ...asked });
}

test("[SUB-5, G5] reads versions of readable rows; private, foreign and missing rows are equally absent", async () => {
  const ids = [open, secret, randomUUID()];
  const { rows } = await gateway.db.pool.query<{ version: string }>(
    "select sync_version as version from app.task where id = $1",
    [open],
  );
  expect([...(await read("bob", "task", { ids })).versions]).toEqual([[open, Number(rows[0]?.version)]]);
  expect(new Set((await read("alice", "task", { ids })).versions.keys())).toEqual(new Set([open, secret]));
  expect((await read("dave", "task", { ids })).versions.size).toBe(0);
});

test("a container is readable if its row is; of tenants and persons only the own one", async () => {
  const { organizationId, personId } = gateway.identity("bob");
  const { organizationId: foreign, personId: dave } = gateway.identity("dave");
  const own = [`project/${project}`, `tenant/${organizationId}`, `person/${personId}`];
  const others = [
    `tenant/${foreign}`,
    `person/${dave}`,
    `task/${secret}`,
    `task/${randomUUID()}`,
    "task/7",
    "nothing/7",
  ];
  const { containers } = await read("bob", "task", { within: [...own, ...others] });
  expect(new Set(containers.keys())).toEqual(new Set(own));
  expect(containers.get(`project/${project}`)).toMatchObject({ entityCode: "project", entityId: project });
  // A token outlives the membership: bob's says here that he is a member of the other organization.
  const reader = createRightsReader({ pool: gateway.pool, registry: gateway.registry, concurrency: 2 });
  const former = await reader.read({ personId, organizationId: foreign }, "task", { ids: [], within: others });
  expect([...former.containers.keys()]).toEqual([]);
  const seenByDave = await read("dave", "task", { within: [...own, ...others] });
  expect(new Set(seenByDave.containers.keys())).toEqual(new Set([`tenant/${foreign}`, `person/${dave}`]));
});

// Fails when a deletion is delivered to every subscriber of the container: it would disclose that the row existed.
test("for a deleted private row it is still known who could read it: admins and users with a grant", async () => {
  const { organizationId, personId } = gateway.identity("bob");
  const [granted, other] = [randomUUID(), randomUUID()];
  await gateway.db.pool.query(
    "insert into app.entity_grant (entity_code, entity_id, person_id, organization_id) values ('task', $1, $2, $3)",
    [granted, personId, organizationId],
  );
  const query = { ids: [], within: [], deleted: [granted, other] };
  expect((await read("bob", "task", query)).deleted).toEqual(new Set([granted]));
  expect((await read("alice", "task", query)).deleted).toEqual(new Set([granted, other]));
  expect((await read("carol", "task", query)).deleted).toEqual(new Set());
});

test("nothing of a type that is not tracked is readable", async () => {
  expect(await read("alice", "person", { ids: [open], within: [project] })).toEqual({
    versions: new Map(),
    containers: new Map(),
  });
});
