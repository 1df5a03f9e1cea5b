import { entityKey } from "@heliograph/shared/entity-key";
import { expect, test } from "vitest";
import { createMemoryStore } from "../store/memory-store.ts";
import { reconnectSpreadMs, requestGapMs, startDelayMs } from "../subscriptions/held-version-reconciler.ts";
import { testId } from "../testing/ids.ts";
import { createTestClient, organization } from "../testing/test-client.ts";

// Stored rows that no view shows, over several connections.

const shown = testId(1);
const revoked = testId(2);
const kept = testId(3);
const changed = testId(4);
const deleted = testId(5);
const allPauses = startDelayMs + reconnectSpreadMs + 60 * requestGapMs;

/** A device that stored rows at an earlier visit and has missed all changes since. */
async function returned() {
  const store = createMemoryStore();
  const setup = createTestClient({ store });
  const { server, client } = setup;
  server.limits = { ...server.limits, covered: true };
  for (const [entityCode, id] of Object.entries({ task: shown, invoice: revoked, note: kept, project: changed })) {
    const version = server.write(entityCode, id, { name: `${entityCode} of yesterday` });
    await store.putServer([
      {
        entityCode,
        entityId: id,
        ver: version,
        data: { $id: id, $version: version, name: `${entityCode} of yesterday` },
      },
    ]);
  }
  await store.putServer([
    { entityCode: "invoice", entityId: deleted, ver: 1, data: { $id: deleted, $version: 1, name: "deleted" } },
  ]);
  server.rows.delete(entityKey("invoice", revoked));
  server.write("project", changed, { name: "renamed meanwhile" });
  client.subscribe("task", [shown]);
  const compared = () =>
    server.sockets
      .flatMap(({ received }) => received)
      .flatMap((message) => (message.type === "SUBSCRIBE" ? (message.payload.covered ?? []) : []));
  const row = async (entityCode: string, id: string) =>
    (await store.read([entityKey(entityCode, id)])).get(entityKey(entityCode, id));
  return { ...setup, store, compared, row };
}

// Fails when only rows in views are compared after a return: the others then stay readable on the device forever.
test("[SUB-8] rows that no view shows are removed from the device if they are gone on the server, and only those", async () => {
  const { client, server, clock, compared, row } = await returned();
  client.start();
  await clock.advance(100);
  expect(client.status().state).toBe("connected");
  expect(compared()).toEqual([]); // not before the rows in views
  const { caughtUpAt } = client.status();
  const states = new Set<string>();
  client.onStatus(({ state }) => states.add(state));
  await clock.advance(allPauses);
  expect(await row("invoice", revoked)).toMatchObject({ gone: true, base: null });
  expect(await row("invoice", deleted)).toMatchObject({ gone: true, base: null });
  expect(await row("note", kept)).toMatchObject({ gone: false, base: { name: "note of yesterday" } });
  // No view observes it. A view that does will subscribe with its version.
  expect(await row("project", changed)).toMatchObject({ base: { name: "project of yesterday" } });
  expect(compared().toSorted()).toEqual([revoked, kept, changed, deleted].toSorted());
  expect(server.socket?.session.subscriptions).toEqual(new Set([`id:task:${shown}`]));
  expect([...states].filter((state) => state !== "connected")).toEqual([]);
  expect(client.status().caughtUpAt).toBeGreaterThanOrEqual(caughtUpAt ?? Number.POSITIVE_INFINITY);
  client.stop();
  expect(clock.timers).toBe(0);
});

test("[G6] the comparison continues after RESUME, and a new session starts it again", async () => {
  const { client, server, clock, compared } = await returned();
  client.start();
  await clock.advance(startDelayMs + 100);
  const before = compared().length;
  expect(before).toBeGreaterThan(0);
  server.drop();
  await clock.advance(allPauses);
  expect(server.sockets).toHaveLength(2);
  expect(compared().toSorted()).toEqual([revoked, kept, changed, deleted].toSorted());
  server.drop();
  await clock.advance(allPauses);
  expect(server.sockets).toHaveLength(3);
  expect(compared()).toHaveLength(4);
  server.forgetLostSessions();
  server.sessions.clear();
  server.drop();
  await clock.advance(allPauses);
  expect(compared().length).toBeGreaterThan(4);
  client.stop();
});

test("an unsent edit outlives its row and comes into the attention list", async () => {
  const { client, server, clock, row } = await returned();
  server.autoAnswer = false;
  await client.mutations.update("invoice", revoked, { name: "mine" });
  client.start();
  await clock.advance(allPauses);
  expect(await row("invoice", revoked)).toMatchObject({ gone: true });
  expect(client.outbox.snapshot().size).toBe(1);
  server.autoAnswer = true;
  for (const call of [...server.calls]) call.answer();
  await clock.advance(60_000);
  expect(client.outbox.attention().items).toMatchObject([{ entityId: revoked, kind: "gone" }]);
  client.stop();
});

test("rows inside a confirmed container are compared once", async () => {
  const { client, clock, compared, store } = await returned();
  await store.putServer([
    {
      entityCode: "note",
      entityId: testId(7),
      ver: 1,
      data: { $id: testId(7), $version: 1, organization_id: organization },
    },
  ]);
  client.subscribe("note", [`tenant/${organization}`], { within: true });
  client.start();
  await clock.advance(allPauses);
  expect(compared().filter((id) => id === testId(7))).toHaveLength(1);
  client.stop();
});
