import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { launchChromium, newContext } from "../testing/browser-device.ts";
import { type FixtureSite, serveFixture } from "../testing/fixture/serve.ts";
import { testId, testToken } from "../testing/ids.ts";

const organization = testId(900);
const id = testId(1);

let site: FixtureSite;
let browser: Browser;

beforeAll(async () => {
  site = await serveFixture();
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

// A failed test must not make the next ones fail.
afterEach(() => {
  site.server.autoAnswer = true;
  site.server.autoFlush = true;
});

/** Opens a page as a new user and collects its errors. */
async function open(user: string, more = {}): Promise<{ page: Page; errors: string[] }> {
  const page = await (await newContext(browser)).newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(`${site.url}/?${new URLSearchParams({ user, id, token: testToken(organization), ...more })}`);
  return { page, errors };
}

function renders(page: Page): Promise<Record<string, number>> {
  return page.evaluate(() => ({ ...(globalThis as unknown as { renders: Record<string, number> }).renders }));
}

async function shows(page: Page, selector: string, expected: string): Promise<void> {
  await expect.poll(() => page.locator(selector).innerText()).toBe(expected);
}

/** Waits until the list is stored, which happens a moment after it is shown. Only a stored list survives a reload. */
async function listIsStored(page: Page): Promise<void> {
  const count = () =>
    page.evaluate(async () => {
      const found = (await indexedDB.databases()).find(({ name }) => name?.endsWith("--lists"));
      if (!found?.name) return 0;
      const name = found.name;
      return new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const counting = opening.result.transaction("docs").objectStore("docs").count();
          counting.onerror = () => reject(counting.error);
          counting.onsuccess = () => {
            opening.result.close();
            resolve(counting.result);
          };
        };
      });
    });
  await expect.poll(count).toBeGreaterThan(0);
}

test("under StrictMode rows appear, follow changes of other users and disappear, without a render loop", async () => {
  const { server } = site;
  for (const [n, name] of ["alpha", "beta"].entries()) server.write("task", testId(n + 1), { name }, [organization]);
  const { page, errors } = await open("strict");
  await shows(page, "#status", "connected indexeddb");
  await shows(page, "#list", "alpha\nbeta");
  await shows(page, "#one", "ready alpha");
  await shows(page, "#list-status", "ready fresh");

  const before = await renders(page);
  // Ten frames without a change: a hook that loops renders in each of them.
  await page.evaluate(async () => {
    for (let frame = 0; frame < 10; frame += 1) await new Promise((next) => requestAnimationFrame(next));
  });
  expect(await renders(page)).toEqual(before);
  expect(before["list"]).toBeLessThan(30);

  server.write("task", id, { name: "alpha 2" });
  await shows(page, "#one", "ready alpha 2");
  await shows(page, "#list", "alpha 2\nbeta");
  server.write("task", testId(3), { name: "aaa" }, [organization]);
  await shows(page, "#list", "aaa\nalpha 2\nbeta");

  await page.click("#rename");
  await shows(page, "#one", "ready renamed here");
  // Shown before it is sent.
  await expect.poll(() => server.rows.get(`task:${id}`)).toMatchObject({ name: "renamed here" });

  server.remove("task", id);
  await shows(page, "#one", "gone");
  await shows(page, "#list", "aaa\nbeta");
  expect(errors).toEqual([]);
  await page.context().close();
});

test("after a reload stored rows appear at once, and later changes follow", async () => {
  const { server } = site;
  server.write("task", id, { name: "kept" }, [organization]);
  const { page, errors } = await open("reload");
  await shows(page, "#one", "ready kept");
  await shows(page, "#list-status", "ready fresh");
  await listIsStored(page);
  server.autoAnswer = false;
  server.autoFlush = false;
  await page.reload();
  await shows(page, "#one", "ready kept");
  await expect.poll(() => page.locator("#list").innerText()).toContain("kept");
  await shows(page, "#list-status", "ready stale");
  server.write("task", id, { name: "changed" });
  server.autoAnswer = true;
  server.autoFlush = true;
  for (const call of [...server.calls]) call.answer();
  server.flushUp();
  server.flushDown();
  await shows(page, "#one", "ready changed");
  expect(errors).toEqual([]);
  await page.context().close();
});

test("two tabs of one browser share the rows that either of them fetches", async () => {
  const { server } = site;
  server.write("task", id, { name: "one" }, [organization]);
  const { page } = await open("tabs");
  await shows(page, "#one", "ready one");
  const second = await page.context().newPage();
  await second.goto(page.url());
  await shows(second, "#one", "ready one");
  await page.click("#rename");
  await shows(second, "#one", "ready renamed here");
  await page.context().close();
});

test("rows are shown again after unmounting and mounting", async () => {
  const { server } = site;
  server.write("task", id, { name: "back" }, [organization]);
  const { page } = await open("toggle");
  await shows(page, "#one", "ready back");
  await page.click("#toggle");
  await expect.poll(() => page.locator("#one").count()).toBe(0);
  await page.click("#toggle");
  await shows(page, "#one", "ready back");
  await expect.poll(() => page.locator("#list").innerText()).toContain("back");
  await page.context().close();
});

test("signing out closes the socket, and another user gets another client and socket", async () => {
  const { server } = site;
  server.write("task", id, { name: "ours" }, [organization]);
  const { page, errors } = await open("owners");
  await shows(page, "#status", "connected indexeddb");
  const before = server.sockets.length;
  const signInWith = (token: string | null) =>
    page.evaluate(
      (given) => (globalThis as unknown as { signInWith: (t: string | null) => void }).signInWith(given),
      token,
    );
  await signInWith(null);
  await shows(page, "#status", "needs-auth indexeddb");
  await expect.poll(() => server.socket).toBeUndefined();
  await signInWith(`e30.${btoa(JSON.stringify({ sub: testId(2), org: organization })).replaceAll("=", "")}.`);
  await shows(page, "#status", "connected indexeddb");
  await shows(page, "#one", "ready ours");
  expect(server.sockets.filter(({ open: isOpen }) => isOpen)).toHaveLength(1);
  expect(server.sockets.length).toBeGreaterThan(before);
  expect(errors).toEqual([]);
  await page.context().close();
});

test("a suspended view waits for its rows, follows them, and renders no more than necessary", async () => {
  const { server } = site;
  server.write("task", id, { name: "awaited" }, [organization]);
  server.autoAnswer = false;
  const { page, errors } = await open("suspense", { suspense: "" });
  try {
    await shows(page, "#suspended", "suspended");
    await expect.poll(() => server.calls.length).toBeGreaterThan(0);
    server.autoAnswer = true;
    for (const call of [...server.calls]) call.answer();
    await expect.poll(() => page.locator("#suspended").innerText()).toMatch(/^ready awaited of \d+$/);
    server.write("task", id, { name: "awaited no more" });
    await expect.poll(() => page.locator("#suspended").innerText()).toMatch(/^ready awaited no more of/);
    const before = (await renders(page))["suspended"];
    expect(before).toBeLessThan(40);
    // Longer than the suspense cache keeps the rows subscribed: now the view itself does.
    await page.waitForFunction(
      (since) => performance.now() - since > 5_500,
      await page.evaluate(() => performance.now()),
    );
    // The list was fetched again after the change, which renders twice: stale, fresh. StrictMode doubles that.
    expect((await renders(page))["suspended"]).toBeLessThanOrEqual((before ?? 0) + 4);
    server.write("task", id, { name: "still live" });
    await expect.poll(() => page.locator("#suspended").innerText()).toMatch(/^ready still live of/);
    server.remove("task", id);
    await expect.poll(() => page.locator("#suspended").innerText()).toMatch(/^gone/);
    expect(errors).toEqual([]);
  } finally {
    server.autoAnswer = true;
    await page.context().close();
  }
});
