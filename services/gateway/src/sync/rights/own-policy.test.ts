import type { DownMessage } from "@heliograph/protocol";
import { expect, test } from "vitest";
import { id, logChange, TestSyncCore } from "../testing/test-sync-core.ts";

const types = (frames: readonly DownMessage[]): string[] => frames.map(({ type }) => type);

/** A type whose policies only its table knows: every row counts as restricted, every change of a right as a recheck. */
function ownPolicyScene(): TestSyncCore {
  const core = new TestSyncCore();
  core.ownPolicies.add("task");
  return core;
}

// Fails when a recheck counts as proof that the row was readable before: its id would go to every subscriber of the container.
test("subscribers of a container who never could read a row learn nothing when its rights change or it is deleted", async () => {
  const core = ownPolicyScene();
  const [row, box] = [id(), id()];
  core.readableContainers.add(box);
  const client = await core.subscribed({ within: [box] });
  client.socket.take();
  await core.apply(logChange({ entityId: row, containerIds: [box], restricted: true, recheck: true }));
  await core.apply(logChange({ entityId: row, containerIds: [box], restricted: true, recheck: true, action: 5 }));
  await core.apply(logChange({ entityId: row, containerIds: [box], restricted: true, action: 3 }));
  expect(client.socket.take()).toEqual([]);
});

// Fails when adopted subscriptions end with the socket: the row would stay on the device forever.
test("a client that received a row through a container is notified of its loss, also after RESUME", async () => {
  for (const resumes of [false, true]) {
    const core = ownPolicyScene();
    const [row, box, personId] = [id(), id(), id()];
    core.readableContainers.add(box);
    let client = await core.subscribed({ within: [box], personId });
    core.readable.set(row, 2);
    await core.apply(logChange({ entityId: row, containerIds: [box], restricted: true, version: 2 }));
    expect(types(client.socket.take())).toContain("INVALIDATE");
    if (resumes) {
      const place = { connectionId: client.connection.id, cursor: core.cursor };
      client.disconnect();
      client = await core.resume(place, { personId });
      client.socket.take();
    }
    core.readable.delete(row);
    await core.apply(logChange({ entityId: row, containerIds: [box], restricted: true, recheck: true, version: 3 }));
    expect(client.socket.take()).toEqual([{ type: "GONE", payload: { entityCode: "task", entityIds: [row] } }]);
  }
});

test("adopted subscriptions end with the last container of their type", async () => {
  const core = ownPolicyScene();
  const [row, asked, box, other] = [id(), id(), id(), id()];
  core.readableContainers.add(box).add(other);
  core.readable.set(row, 2).set(asked, 2);
  const client = await core.subscribed({ within: [box, other] });
  await core.apply(
    ...[row, asked].map((entityId) => logChange({ entityId, containerIds: [box], restricted: true, version: 2 })),
  );
  await client.request({ type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [asked] } });
  const end = (within: string) =>
    client.request({ type: "UNSUBSCRIBE", payload: { entityCode: "task", within: [within] } });
  expect(await end(box)).toMatchObject([{ payload: { count: 1 } }]);
  expect(client.connection.subscribed.list()).toHaveLength(3);
  expect(await end(other)).toMatchObject([{ payload: { count: 1 } }]);
  expect(client.connection.subscribed.list()).toEqual([{ kind: "id", entityCode: "task", entityId: asked }]);
  expect(core.liveRows).toHaveLength(1);
});
