import { entityKey } from "@heliograph/shared/entity-key";
import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import { createMemoryStore } from "../store/memory-store.ts";
import { testId } from "../testing/ids.ts";
import { Refetcher } from "./refetcher.ts";

const id = testId(1);
const key = entityKey("task", id);
const lost = 9;
const kept = 5;

/** A database that went back from version 9 to version 5, and a device that holds 9. */
async function setUp() {
  const clock = new FakeClock();
  const store = createMemoryStore();
  const refetcher = new Refetcher({
    getMany: async (_type, ids) => ({
      items: ids.map((one) => ({ $id: one, $version: kept, title: "kept" })),
      gone: [],
    }),
    store,
    isWanted: () => true,
    onRead: () => {},
    onAdmitted: () => {},
    onFailed: () => {},
    onNeeds: () => {},
    onOverflow: () => {},
    clock,
    random: () => 0.99,
    logger: { info: () => {}, warn: () => {} },
  });
  refetcher.start();
  const put = (ver: number) => store.putServer([{ entityCode: "task", entityId: id, ver, data: { title: "lost" } }]);
  const held = async () => (await store.read([key])).get(key);
  const asked = () => new Map([[id, { version: lost, gone: false }]]);
  return { clock, store, refetcher, put, held, asked };
}

test("[RES-10] a version that the database lost is replaced by the version that it has", async () => {
  const { clock, refetcher, put, held, asked } = await setUp();
  await put(lost);
  refetcher.reconciled("task", [{ entityId: id, version: kept }], asked());
  await clock.advance(100);
  expect(await held()).toMatchObject({ ver: kept, data: { title: "kept" }, gone: false });
  expect(refetcher.pending).toBe(0);
});

test("[RES-10] a removal that the database lost is undone", async () => {
  const { clock, store, refetcher, put, held } = await setUp();
  await put(kept);
  await store.putGone([{ entityCode: "task", entityId: id, ver: lost }]);
  refetcher.reconciled("task", [{ entityId: id, version: kept }], new Map([[id, { version: lost, gone: true }]]));
  await clock.advance(100);
  expect(await held()).toMatchObject({ ver: kept, gone: false });
});

test("[G3] a newer version that was written after the request stays", async () => {
  const { clock, refetcher, put, held, asked } = await setUp();
  await put(lost);
  refetcher.reconciled("task", [{ entityId: id, version: kept }], asked());
  await put(lost + 1);
  await clock.advance(100);
  expect(await held()).toMatchObject({ ver: lost + 1 });
});

test("[G3] an older answer alone replaces nothing", async () => {
  const { clock, refetcher, put, held } = await setUp();
  await put(lost);
  refetcher.refetch("task", [id]);
  await clock.advance(100);
  expect(await held()).toMatchObject({ ver: lost });
});

test("after a reset, versions that were signalled before are not waited for", async () => {
  const { clock, refetcher, put } = await setUp();
  await put(kept);
  refetcher.require("task", [{ entityId: id, version: lost }]);
  await clock.advance(100);
  expect(refetcher.pending).toBe(1);
  refetcher.reset();
  await clock.advance(100);
  expect(refetcher.pending).toBe(0);
});
