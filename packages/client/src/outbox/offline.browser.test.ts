import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import {
  attention,
  BrowserDevice,
  connected,
  create,
  everythingStored,
  inPage,
  launchChromium,
  outboxSize,
  ready,
  sent,
  shows,
  update,
} from "../testing/browser-device.ts";
import { type FixtureSite, serveFixture } from "../testing/fixture/serve.ts";
import { testId } from "../testing/ids.ts";
import { organization } from "../testing/test-client.ts";

let site: FixtureSite;
let browser: Browser;
let device: BrowserDevice;
let users = 0;

beforeAll(async () => {
  site = await serveFixture();
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

beforeEach(async () => {
  users += 1;
  device = await BrowserDevice.make(browser, site, `p${users}`);
  const { server } = site;
  server.autoAnswer = true; // a failed test must not make the next ones fail
  server.rows.clear();
  server.effects.clear();
  server.refuses = undefined;
  server.onEffect = undefined;
  server.ownContainers = [organization];
  server.write("task", testId(1), { name: "alpha", note: "n" }, [organization]);
});

afterEach(async () => {
  site.setReachable(true);
  await device.close();
});

test("writes made offline survive a reload and arrive later in order, once", async () => {
  const { server } = site;
  const page = await device.open();
  await connected(page);
  site.setReachable(false);
  const project = testId(50);
  await create(page, "project", { id: project, name: "P" });
  for (const n of [2, 3]) await create(page, "task", { id: testId(n), name: `task ${n}`, project_id: project });
  await update(page, 1, { name: "alpha 2" });
  await update(page, 3, { name: "third" });
  await shows(page, ["alpha 2", "task 2", "third"]);
  await page.reload();
  await ready(page);
  await shows(page, ["alpha 2", "task 2", "third"]);
  expect(await outboxSize(page)).toBe(5);
  expect(await inPage(page, ({ list }) => list.snapshot().stale, null)).toBe(true);
  const arrived: string[] = [];
  server.onEffect = ({ id, body }) => arrived.push(`${id === project ? "project" : id.slice(-1)} ${body?.["name"]}`);
  site.setReachable(true);
  await sent(page);
  expect(arrived).toEqual(["project P", "2 task 2", "3 task 3", "1 alpha 2", "3 third"]);
  await connected(page);
  await shows(page, ["alpha 2", "task 2", "third"]);
  expect(await attention(page)).toEqual([]);
  expect(device.errors).toEqual([]);
});

test("a write whose answer is lost by a reload acts once", async () => {
  const { server } = site;
  const page = await device.open();
  await connected(page);
  const acted: string[] = [];
  server.onEffect = ({ key }) => acted.push(key);
  server.autoAnswer = false;
  const { key } = await update(page, 1, { name: "once" });
  await expect.poll(() => server.calls.some(({ method }) => method === "PATCH")).toBe(true);
  server.calls.find(({ method }) => method === "PATCH")?.read(); // takes effect, and the answer is lost
  await page.reload();
  server.autoAnswer = true;
  for (const call of [...server.calls]) call.answer();
  await ready(page);
  await sent(page);
  expect(acted).toEqual([key]);
  await shows(page, ["once"]);
});

test("changes of other users: other columns are merged, the same column is a conflict that the user resolves", async () => {
  const { server } = site;
  const page = await device.open();
  await connected(page);
  site.setReachable(false);
  await update(page, 1, { name: "mine" });
  server.write("task", testId(1), { note: "theirs" });
  site.setReachable(true);
  await sent(page);
  expect(server.rows.get(`task:${testId(1)}`)).toMatchObject({ name: "mine", note: "theirs" });
  await connected(page);

  site.setReachable(false);
  await update(page, 1, { name: "mine again" });
  server.write("task", testId(1), { name: "theirs" });
  site.setReachable(true);
  await expect.poll(() => attention(page)).toHaveLength(1);
  await shows(page, ["theirs"]);
  const [item] = await attention(page);
  expect(item).toMatchObject({
    kind: "conflict",
    columns: ["name"],
    mine: { name: "mine again" },
    theirs: { name: "theirs" },
  });
  await inPage(page, ({ client }, key) => client.outbox.resolve(key, { name: "mine" }), item?.key ?? "");
  await sent(page);
  await shows(page, ["mine again"]);
  expect(server.rows.get(`task:${testId(1)}`)).toMatchObject({ name: "mine again" });
});

test("changes made on the server while offline appear after the return", async () => {
  const page = await device.open();
  await connected(page);
  site.setReachable(false);
  site.server.write("task", testId(1), { name: "changed" });
  site.server.write("task", testId(2), { name: "new" }, [organization]);
  site.setReachable(true);
  await shows(page, ["changed", "new"]);
});

test("rows whose access was revoked while offline are removed from the device on return", async () => {
  const { server } = site;
  server.write("task", testId(2), { name: "secret plan" }, [organization]);
  const page = await device.open();
  await shows(page, ["alpha", "secret plan"]);
  await connected(page);
  site.setReachable(false);
  server.revoke("task", testId(2));
  await page.reload();
  await ready(page);
  await shows(page, ["alpha", "secret plan"]); // the device does not know it yet
  site.setReachable(true);
  await shows(page, ["alpha"]);
  await expect.poll(() => everythingStored(page)).not.toContain("secret plan");
});

test("an edit of a row that another user deleted is kept and can create the row again", async () => {
  const { server } = site;
  const page = await device.open();
  await connected(page);
  site.setReachable(false);
  await update(page, 1, { name: "my work" });
  server.remove("task", testId(1));
  site.setReachable(true);
  await expect.poll(() => attention(page)).toMatchObject([{ kind: "gone", mine: { name: "my work" } }]);
  await shows(page, []);
  const [item] = await attention(page);
  await inPage(page, ({ client }, key) => client.outbox.retry(key), item?.key ?? "");
  await shows(page, ["my work"]);
  await sent(page);
  expect(server.rows.get(`task:${testId(1)}`)).toMatchObject({ name: "my work", note: "n" });
});

test("two tabs share one queue: each shows the writes of the other, and each write is sent once", async () => {
  const { server } = site;
  const first = await device.open();
  const second = await device.open();
  await Promise.all([connected(first), connected(second)]);
  site.setReachable(false);
  await update(first, 1, { name: "from the first" });
  await shows(second, ["from the first"]);
  await create(second, "task", { id: testId(9), name: "from the second" });
  await shows(first, ["from the first", "from the second"]);
  expect(await Promise.all([outboxSize(first), outboxSize(second)])).toEqual([2, 2]);
  await first.close(); // with unsent writes
  const acted: string[] = [];
  server.onEffect = ({ id }) => acted.push(id);
  site.setReachable(true);
  await sent(second);
  expect(acted).toEqual([testId(1), testId(9)]);
});
