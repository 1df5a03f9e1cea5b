import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import { testId, testToken } from "../testing/ids.ts";
import { type FixtureSite, serveFixture } from "./fixture/serve.ts";

const organization = testId(900);
const id = testId(1);

let site: FixtureSite;
let browser: Browser;

beforeAll(async () => {
  site = await serveFixture();
  browser = await chromium.launch({
    executablePath: inject("chromiumPath") ?? "chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
  });
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

// What one test switched off must not fail those after it.
afterEach(() => {
  site.server.autoAnswer = true;
  site.server.autoFlush = true;
});

/** A page of a new user, with errors collected. */
async function open(user: string, more = {}): Promise<{ page: Page; errors: string[] }> {
  const page = await (await browser.newContext()).newPage();
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
  await expect.poll(() => page.locator(selector).innerText(), { timeout: 20_000 }).toBe(expected);
}

/** Lists are remembered a moment after they are shown: only one that is stored can be there after a reload. */
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
  await expect.poll(count, { timeout: 20_000 }).toBeGreaterThan(0);
}

test("under StrictMode rows appear, follow changes of others and disappear, without a loop", async () => {
  const { server } = site;
  for (const [n, name] of ["alpha", "beta"].entries()) server.write("task", testId(n + 1), { name }, [organization]);
  const { page, errors } = await open("strict");
  await shows(page, "#status", "connected indexeddb");
  await shows(page, "#list", "alpha\nbeta");
  await shows(page, "#one", "ready alpha");
  await shows(page, "#list-status", "ready fresh");

  const before = await renders(page);
  // Ten frames in which nothing happens: a hook that loops renders in each of them.
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

test("rows are there at once after a reload, and what changed meanwhile follows", async () => {
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
  await expect.poll(() => page.locator("#list").innerText(), { timeout: 20_000 }).toContain("kept");
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

test("two tabs of one browser share what either of them reads", async () => {
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

test("unmounting and mounting again keeps showing rows", async () => {
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

test("signing out releases the socket; another person gets a client and a socket of their own", async () => {
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

test("a suspended view waits for its rows, follows them, and renders no more than it has to", async () => {
  const { server } = site;
  server.write("task", id, { name: "awaited" }, [organization]);
  server.autoAnswer = false;
  const { page, errors } = await open("suspense", { suspense: "" });
  try {
    await shows(page, "#suspended", "suspended");
    await expect.poll(() => server.calls.length).toBeGreaterThan(0);
    server.autoAnswer = true;
    for (const call of [...server.calls]) call.answer();
    await expect
      .poll(() => page.locator("#suspended").innerText(), { timeout: 20_000 })
      .toMatch(/^ready awaited of \d+$/);
    server.write("task", id, { name: "awaited no more" });
    await expect.poll(() => page.locator("#suspended").innerText()).toMatch(/^ready awaited no more of/);
    const before = (await renders(page))["suspended"];
    expect(before).toBeLessThan(40);
    // Longer than what it waited for is held on its behalf: now it holds that itself.
    await page.waitForFunction(
      (since) => performance.now() - since > 5_500,
      await page.evaluate(() => performance.now()),
    );
    // The list was read again after the change, which shows twice: stale, fresh. Twice that under StrictMode.
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
