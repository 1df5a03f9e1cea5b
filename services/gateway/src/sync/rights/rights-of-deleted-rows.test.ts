import { expect, test } from "vitest";
import { id, logChange, TestSyncCore } from "../testing/test-sync-core.ts";

// Deletions whose delivery depends on a read of rights.

// Fails when the two are merged: the deletion of the public row would count as that of a private one and reach no client.
test("a grant or revocation in the same batch does not hide the deletion of a public row", async () => {
  const core = new TestSyncCore();
  const [row, box] = [id(), id()];
  core.readableContainers.add(box);
  for (const action of [4, 5] as const) {
    const client = await core.subscribed({ within: [box] });
    await core.apply(
      logChange({ entityId: row, containerIds: [box], version: 2, action: 3 }),
      logChange({ entityId: row, containerIds: [box], version: 3, action: 1, restricted: true }),
      logChange({ entityId: row, containerIds: [box, id()], version: 2, action, restricted: true, recheck: true }),
    );
    expect(client.socket.take()).toMatchObject([
      { type: "INVALIDATE", payload: { changes: [{ entityId: row, action: "DELETE", version: 2 }] } },
    ]);
  }
});

// Fails when any row that is found under the id proves a right to the deletion: the version of a hidden row would be disclosed.
test("the deletion of a private row is not delivered to users who may read only the next row under its id", async () => {
  const core = new TestSyncCore();
  const [row, box, other] = [id(), id(), id()];
  core.readableContainers.add(box);
  const client = await core.subscribed({ within: [box] });
  core.readable.set(row, 3);
  await core.apply(
    logChange({ entityId: row, containerIds: [box], version: 2, action: 3, restricted: true }),
    logChange({ entityId: row, containerIds: [other], version: 3, action: 1 }),
  );
  expect(client.socket.take()).toEqual([]);
  const member = await core.subscribed({ within: [box] });
  core.readableDeleted.add(row);
  await core.apply(logChange({ entityId: row, containerIds: [box], version: 4, action: 3, restricted: true }));
  expect(member.socket.take()).toMatchObject([{ payload: { changes: [{ action: "DELETE", version: 4 }] } }]);
});

// Fails when only a read decides who could see the row: its grants may have been deleted with it.
test("users with a grant are notified of the deletion of a private row although the grant was deleted with it", async () => {
  const core = new TestSyncCore();
  const [row, box, personId] = [id(), id(), id()];
  core.readableContainers.add(box);
  const client = await core.subscribed({ within: [box], personId });
  const stranger = await core.subscribed({ within: [box] });
  await core.apply(
    logChange({ entityId: row, containerIds: [box, `person/${personId}`], version: 2, action: 3, restricted: true }),
  );
  expect(client.socket.take()).toEqual([{ type: "GONE", payload: { entityCode: "task", entityIds: [row] } }]);
  expect(stranger.socket.take()).toEqual([]);
});
