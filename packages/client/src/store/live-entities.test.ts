import { expect, test } from "vitest";
import { LiveEntities } from "./live-entities.ts";
import { createMemoryStore } from "./memory-store.ts";

test("a read that was overtaken within the same millisecond does not remove a row", async () => {
  const memory = createMemoryStore();
  const row = { entityCode: "task", entityId: "1", ver: 5, data: { id: "1" } };
  await memory.putServer([row]);
  await memory.putGone([{ entityCode: "task", entityId: "1", ver: 5 }]);
  const gone = (await memory.read(["task:1"])).get("task:1");
  const reading = Promise.withResolvers<void>();
  let listener: Parameters<typeof memory.onChange>[0] | undefined;
  const store = Object.assign(Object.create(memory) as typeof memory, {
    read: async () => {
      await reading.promise;
      return new Map(gone ? [[gone.id, gone]] : []);
    },
    onChange: (given: typeof listener) => {
      listener = given;
      return () => {};
    },
  });
  const live = new LiveEntities(store);
  live.observe(["task:1"], () => {});
  await Promise.resolve();
  if (gone) listener?.([{ ...gone, gone: false, data: row.data }]);
  reading.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  expect(live.peek("task:1")).toMatchObject({ gone: false });
});

test("[G3] a view goes back to an older version only when the store replaces one that the database lost", async () => {
  const memory = createMemoryStore();
  const row = { entityCode: "task", entityId: "1", ver: 9, data: { id: "1", title: "lost" } };
  await memory.putServer([row]);
  const live = new LiveEntities(memory);
  const leave = live.observe(["task:1"], () => {});
  await live.load(["task:1"]);
  const lost = live.peek("task:1");
  // `seenAt` has a resolution of 1 ms.
  for (const now = Date.now(); Date.now() === now; ) await new Promise((resolve) => setImmediate(resolve));
  await memory.putServer([{ ...row, ver: 5, data: { id: "1", title: "older" } }]);
  expect(live.peek("task:1")).toBe(lost);
  await memory.putServer([{ ...row, ver: 5, data: { id: "1", title: "kept" }, replacesVersion: 9 }]);
  expect(live.peek("task:1")).toMatchObject({ ver: 5, data: { title: "kept" } });
  leave();
});
