import type { DownMessage } from "@heliograph/protocol";
import { expect, test } from "vitest";
import { id, item, Scene } from "../testing/scene.ts";

const types = (frames: readonly DownMessage[]): string[] => frames.map(({ type }) => type);

/** A type whose policies only its table knows: every row counts as restricted, every change of a right as a recheck. */
function ownPolicyScene(): Scene {
  const scene = new Scene();
  scene.ownPolicies.add("task");
  return scene;
}

// Fails when a recheck counts as a sign that the row was readable before: its id would go to every holder of the container.
test("holders of a container who never could read a row hear nothing when its rights change or it is deleted", async () => {
  const scene = ownPolicyScene();
  const [row, box] = [id(), id()];
  scene.containers.add(box);
  const client = await scene.subscribed({ within: [box] });
  client.socket.take();
  await scene.apply(item({ entityId: row, containerIds: [box], restricted: true, recheck: true }));
  await scene.apply(item({ entityId: row, containerIds: [box], restricted: true, recheck: true, action: 5 }));
  await scene.apply(item({ entityId: row, containerIds: [box], restricted: true, action: 3 }));
  expect(client.socket.take()).toEqual([]);
});

// Fails when what was told is forgotten with the socket: the row would stay on the device for ever.
test("who was told of a row through a container is told of its loss, also after RESUME", async () => {
  for (const resumes of [false, true]) {
    const scene = ownPolicyScene();
    const [row, box, personId] = [id(), id(), id()];
    scene.containers.add(box);
    let client = await scene.subscribed({ within: [box], personId });
    scene.readable.set(row, 2);
    await scene.apply(item({ entityId: row, containerIds: [box], restricted: true, version: 2 }));
    expect(types(client.socket.take())).toContain("INVALIDATE");
    if (resumes) {
      const place = { connectionId: client.connection.id, cursor: scene.cursor };
      client.leave();
      client = await scene.resume(place, { personId });
      client.socket.take();
    }
    scene.readable.delete(row);
    await scene.apply(item({ entityId: row, containerIds: [box], restricted: true, recheck: true, version: 3 }));
    expect(client.socket.take()).toEqual([{ type: "GONE", payload: { entityCode: "task", entityIds: [row] } }]);
  }
});

test("rows that were held because they were told end with the last container of their type", async () => {
  const scene = ownPolicyScene();
  const [row, asked, box, other] = [id(), id(), id(), id()];
  scene.containers.add(box).add(other);
  scene.readable.set(row, 2).set(asked, 2);
  const client = await scene.subscribed({ within: [box, other] });
  await scene.apply(
    ...[row, asked].map((entityId) => item({ entityId, containerIds: [box], restricted: true, version: 2 })),
  );
  await client.tell({ type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [asked] } });
  const end = (within: string) =>
    client.tell({ type: "UNSUBSCRIBE", payload: { entityCode: "task", within: [within] } });
  expect(await end(box)).toMatchObject([{ payload: { count: 1 } }]);
  expect(client.connection.holdings.list()).toHaveLength(3);
  expect(await end(other)).toMatchObject([{ payload: { count: 1 } }]);
  expect(client.connection.holdings.list()).toEqual([{ kind: "id", code: "task", id: asked }]);
  expect(scene.heldRows).toHaveLength(1);
});
