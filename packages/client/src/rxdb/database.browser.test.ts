import { randomBytes } from "node:crypto";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import {
  BrowserDevice,
  connected,
  create,
  everythingStored,
  inPage,
  launchChromium,
  outboxSize,
  sent,
  shows,
  update,
} from "../testing/browser-device.ts";
import { type FixtureSite, serveFixture } from "../testing/fixture/serve.ts";
import { testId } from "../testing/ids.ts";
import { oddIds, oddRow } from "../testing/store-contract.ts";
import { organization } from "../testing/test-client.ts";

let site: FixtureSite;
let browser: Browser;
let device: BrowserDevice;

beforeAll(async () => {
  site = await serveFixture();
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

beforeEach(async () => {
  device = await BrowserDevice.make(browser, site, "anna");
  site.server.rows.clear();
  site.server.ownContainers = [organization];
  site.server.write("task", testId(1), { name: "of anna" }, [organization]);
});

afterEach(async () => {
  site.setReachable(true);
  await device.close();
});

function storage(page: Page) {
  return inPage(
    page,
    ({ client }) => {
      const { storage: kind, storageReason } = client.status();
      return { kind, reason: storageReason ?? "" };
    },
    null,
  );
}

test("after signing out nothing can be read, even while another tab has the database open", async () => {
  const first = await device.open();
  const second = await device.open();
  await Promise.all([shows(first, ["of anna"]), shows(second, ["of anna"])]);
  site.setReachable(false);
  await update(first, 1, { name: "draft of anna" });
  expect(await everythingStored(first)).toContain("draft of anna");
  await inPage(first, ({ deleteStore }) => deleteStore(), null);
  expect(await everythingStored(second)).not.toContain('anna"');
  await expect
    .poll(() => storage(second))
    .toMatchObject({ kind: "memory", reason: expect.stringContaining("removed") });
  // What the other tab writes from now on is not stored.
  await update(second, 1, { name: "late edit of anna" });
  expect(await everythingStored(second)).not.toContain("of anna");
});

test("a frozen tab cannot keep the database of a user who signed out", async () => {
  const frozen = await device.open();
  const active = await device.open();
  await Promise.all([shows(frozen, ["of anna"]), shows(active, ["of anna"])]);
  const session = await device.context.newCDPSession(frozen);
  await session.send("Page.setWebLifecycleState", { state: "frozen" });
  await inPage(active, ({ deleteStore }) => deleteStore(), null);
  expect(await everythingStored(active)).not.toContain("of anna");
  await session.send("Page.setWebLifecycleState", { state: "active" });
  // After it resumes, it writes what it has in memory. Nothing of that may be stored under the old name.
  await update(frozen, 1, { name: "of anna, again" }).catch(() => undefined);
  await expect
    .poll(() => active.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? "")))
    .not.toContainEqual(expect.stringContaining("anna"));
  expect(await everythingStored(active)).not.toContain("of anna");
});

test("when another user signs in, the database of the previous user is deleted", async () => {
  const page = await device.open();
  await shows(page, ["of anna"]);
  await page.close();
  site.server.rows.clear();
  const next = await device.open({ user: "ben" });
  const names = () => next.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? ""));
  await expect.poll(async () => (await names()).filter((name) => name.includes("anna"))).toEqual([]);
  expect((await names()).some((name) => name.includes("heliograph-ben"))).toBe(true);
  expect(await everythingStored(next)).not.toContain("of anna");
});

test("when the disk is full, rows and writes stay in memory, and the status says so", async () => {
  const blank = await device.context.newPage();
  const session = await device.context.newCDPSession(blank);
  await session.send("Storage.overrideQuotaForOrigin", { origin: site.url, quotaSize: 3_000_000 });
  const page = await device.open();
  await connected(page);
  site.setReachable(false);
  for (let n = 2; n < 5; n += 1) {
    // Random: the browser compresses what it stores.
    const note = randomBytes(1_500_000).toString("base64");
    await create(page, "task", { id: testId(n), name: `task ${n}`, note });
  }
  await shows(page, ["of anna", "task 2", "task 3", "task 4"]);
  await expect.poll(() => storage(page)).toMatchObject({ kind: "memory", reason: expect.stringContaining("failed") });
  site.setReachable(true);
  await sent(page);
  expect(site.server.rows.size).toBe(4);
  await shows(page, ["of anna", "task 2", "task 3", "task 4"]);
});

test("without a database everything works in memory, and the status says so", async () => {
  await device.context.addInitScript(() => Object.defineProperty(globalThis, "indexedDB", { value: undefined }));
  const page = await device.open();
  await shows(page, ["of anna"]);
  await update(page, 1, { name: "written without" });
  await sent(page);
  expect(site.server.rows.get(`task:${testId(1)}`)).toMatchObject({ name: "written without" });
  expect(await storage(page)).toMatchObject({ kind: "memory", reason: expect.stringContaining("IndexedDB") });
});

test("a tab of an older version stops using a newer database and asks to reload", async () => {
  const old = await device.open();
  await shows(old, ["of anna"]);
  site.setReachable(false);
  await update(old, 1, { name: "unsent" });
  const before = await everythingStored(old);
  // A tab of the next version opens the database and stores its format.
  await inPage(old, ({ store }) => store.putMeta("format", 99), null);
  await expect.poll(() => storage(old)).toMatchObject({ kind: "memory", reason: expect.stringContaining("reload") });
  expect(await outboxSize(old)).toBe(1);
  await old.reload();
  await old.waitForFunction(() => "sdk" in globalThis);
  expect(await storage(old)).toMatchObject({ kind: "memory", reason: expect.stringContaining("reload") });
  const after = await everythingStored(old);
  expect(before).toContain("unsent");
  expect(after).toContain("unsent");
});

test("rows are read in order of their last use, in slices, each row once", async () => {
  const page = await device.open();
  await shows(page, ["of anna"]);
  const ids = Array.from({ length: 25 }, (_, n) => testId(n + 1));
  const slices = await inPage(
    page,
    async ({ store }, given) => {
      await store.putServer(
        given.map((id) => ({ entityCode: "note", entityId: id, ver: 1, data: { $id: id, $version: 1 } })),
      );
      const found: string[][] = [];
      for (let slice = await store.readByUse?.(undefined, 10); slice?.length; ) {
        found.push(slice.map((row) => row.id));
        slice = await store.readByUse?.(slice.at(-1), 10);
      }
      return found;
    },
    ids,
  );
  expect(slices.map(({ length }) => length)).toEqual([10, 10, 6]);
  expect(slices.flat().toSorted()).toEqual([`task:${testId(1)}`, ...ids.map((id) => `note:${id}`)].toSorted());
});

test("rows with any id and any column name are the same after a reload", async () => {
  const page = await device.open();
  await shows(page, ["of anna"]);
  const rows = oddIds.map((id) => [id, JSON.stringify(oddRow(id))] as const);
  await inPage(
    page,
    ({ store }, given) =>
      store.putServer(
        given.map(([id, text]) => ({
          entityCode: "page",
          entityId: id,
          ver: 1,
          data: JSON.parse(text) as Record<string, unknown>,
        })),
      ),
    rows,
  );
  await page.reload();
  await page.waitForFunction(() => "sdk" in globalThis);
  const found = await inPage(
    page,
    async ({ store }, keys) => {
      const held = await store.read(keys);
      return keys.map((key) => JSON.stringify(held.get(key)?.base));
    },
    oddIds.map((id) => `page:${id}`),
  );
  expect(found).toEqual(rows.map(([, text]) => text));
});
