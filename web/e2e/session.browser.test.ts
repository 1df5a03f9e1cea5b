import type { BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Application, becomesLive, openPage, signIn, startApplication } from "./application.ts";
import { accessibilityProblems, keepScreenshot } from "./inspect.ts";
import { ageSession, longAgoMs } from "./kept-session.ts";

// The life of a session: how it ends, what that costs, and what it must never cost.

let application: Application;
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  application = await startApplication();
});
afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
});
afterAll(() => application?.[Symbol.asyncDispose]());

const patience = { timeout: 20_000 };
const address = () => application.addresses[0] ?? "";
const status = (page: Page, name: RegExp) => page.getByRole("button", { name }).waitFor();
const signInPage = (page: Page) => page.getByRole("heading", { name: "Sign in to Heliograph" });

/** A window of Alice's at a task, with its files on the device. */
async function openAt(task: { id: string; title: string }): Promise<Page> {
  const page = await openPage(application, { bypassCSP: true });
  contexts.push(page.context());
  await signIn(page, address(), "Alice");
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.goto(`${address()}/tasks/${task.id}`);
  await page.getByRole("heading", { level: 1, name: task.title }).waitFor();
  await becomesLive(page);
  return page;
}

async function someTask(place: number): Promise<{ id: string; title: string }> {
  const { rows } = await application.database.pool.query<{ id: string; title: string }>(
    `select t.id, t.title from app.task t join app.project p on p.id = t.project_id
      where not t.is_private and not p.is_private and t.organization_id in (select organization_id from app.membership m
        join app.person p on p.id = m.person_id where p.email = 'alice@northwind.example')
      order by t.id offset $1 limit 1`,
    [place],
  );
  if (!rows[0]) throw new Error("The demonstration data holds no such task.");
  return rows[0];
}

async function titleOf({ id }: { id: string }): Promise<string | undefined> {
  const { rows } = await application.database.pool.query<{ title: string }>(
    "select title from app.task where id = $1",
    [id],
  );
  return rows[0]?.title;
}

async function editTitle(page: Page, title: string): Promise<void> {
  await page.getByRole("button", { name: /^Edit title/ }).click();
  await page.getByRole("textbox", { name: "Title" }).fill(title);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
}

/** Keeps every window of the browser from sending a write, and nothing else. */
async function holdWrites(context: BrowserContext): Promise<() => Promise<void>> {
  const matches = "**/api/v1/task/*";
  await context.route(matches, (route) => (route.request().method() === "PATCH" ? route.abort() : route.fallback()));
  return () => context.unroute(matches);
}

test("a session that ends in one tab takes nothing away from another: what was not sent there arrives later", async () => {
  const task = await someTask(0);
  const b = await openAt(task);
  const send = await holdWrites(b.context());
  await editTitle(b, "Written in the other tab");
  await status(b, /^Sync status: .*1 unsent change/);
  // This tab is to hear of the end from the other one, and from nobody else.
  await b.route("**/api/v1/auth/renew", (route) => route.abort());

  const a = await b.context().newPage();
  await a.goto(address());
  await ageSession(application, a, longAgoMs);
  await a.reload();
  for (const page of [a, b]) await page.getByText("Your session has ended").waitFor();
  await a.reload();
  await a.getByText("Your session has ended").waitFor();

  await send();
  await b.unroute("**/api/v1/auth/renew");
  await b.getByRole("button", { name: /^Alice/ }).click();
  await expect.poll(() => titleOf(task), patience).toBe("Written in the other tab");
  await b.getByRole("heading", { level: 1, name: "Written in the other tab" }).waitFor();
  await a.getByRole("button", { name: /^Account: Alice/ }).waitFor();
});

test("signing out by hand in one tab still removes everything in all of them", async () => {
  const task = await someTask(1);
  const b = await openAt(task);
  const a = await b.context().newPage();
  await a.goto(address());
  await a.getByRole("button", { name: /^Account: Alice/ }).click();
  await a.getByRole("button", { name: "Sign out" }).click();
  for (const page of [a, b]) await signInPage(page).waitFor();
  expect(await b.getByText("Your session has ended").count()).toBe(0);
  await expect
    .poll(() => b.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name)), patience)
    .not.toContainEqual(expect.stringContaining("heliograph"));
});

test("a token that ends while the page is frozen is renewed on waking: one connection, nobody is asked", async () => {
  const task = await someTask(2);
  const page = await openAt(task);
  const context = page.context();
  // Without this the page would renew at once: so little is left of the token.
  await context.route("**/api/v1/auth/renew", (route) => route.abort());
  const end = await ageSession(application, page, 12_000);
  await page.reload();
  await becomesLive(page);
  const other = await context.newPage();
  await other.goto("about:blank");
  await other.bringToFront();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
  await expect.poll(() => Date.now(), { timeout: 25_000, interval: 250 }).toBeGreaterThan(end + 1_000);
  await context.unroute("**/api/v1/auth/renew");

  const closes: number[] = [];
  await devtools.send("Network.enable");
  devtools.on("Network.webSocketFrameReceived", ({ response: { opcode, payloadData } }) => {
    if (opcode === 8) closes.push(Buffer.from(payloadData, "base64").readUInt16BE(0));
  });
  const sockets: string[] = [];
  page.on("websocket", (socket) => sockets.push(socket.url()));
  const answers: string[] = [];
  page.on("response", (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.endsWith("/auth/renew") || response.status() >= 400) answers.push(`${response.status()} ${pathname}`);
  });
  await devtools.send("Page.setWebLifecycleState", { state: "active" });
  await page.bringToFront();
  await expect.poll(() => answers, patience).toEqual(["200 /api/v1/auth/renew"]);
  await becomesLive(page);
  await application.database.pool.query("update app.task set title = 'Seen after waking' where id = $1", [task.id]);
  await page.getByRole("heading", { level: 1, name: "Seen after waking" }).waitFor();
  expect({ sockets: sockets.length, answers, closes }).toEqual({
    sockets: 1,
    answers: ["200 /api/v1/auth/renew"],
    closes: [],
  });
  expect(await signInPage(page).count()).toBe(0);
});

test("without a network a session that has ended still shows its rows and takes edits, also after a reload", async () => {
  const task = await someTask(3);
  const page = await openAt(task);
  await page.context().setOffline(true);
  await status(page, /^Sync status: Offline/);
  const end = await ageSession(application, page, 6_000);
  await page.reload();
  await editTitle(page, "Written before the end");
  await expect.poll(() => Date.now(), { timeout: 15_000, interval: 250 }).toBeGreaterThan(end + 1_000);
  await status(page, /^Sync status: Offline, 1 unsent change/);
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "Written before the end" }).waitFor();
  await status(page, /^Sync status: Offline, 1 unsent change/);
  await editTitle(page, "Written after the end");

  await page.context().setOffline(false);
  await expect.poll(() => titleOf(task), patience).toBe("Written after the end");
  await becomesLive(page);
  expect(await signInPage(page).count()).toBe(0);
});

test("a server that can renew nobody at the moment ends no session: rows are shown, edits wait, and go later", async () => {
  const task = await someTask(5);
  const page = await openAt(task);
  let attempts = 0;
  const outage = { error: { code: "unavailable", message: "The database cannot be reached.", requestId: "" } };
  await page.route("**/api/v1/auth/renew", (route) => {
    attempts += 1;
    return route.fulfill({ status: 503, json: outage });
  });
  // Requests and sockets are refused for their token, by the real server.
  await ageSession(application, page, -60_000);
  await page.reload();
  await editTitle(page, "Written during the outage");
  const before = attempts;
  await expect.poll(() => attempts, patience).toBeGreaterThan(before + 2);
  expect(await signInPage(page).count()).toBe(0);
  expect(await titleOf(task)).toBe(task.title);
  await page.unroute("**/api/v1/auth/renew");
  await expect.poll(() => titleOf(task), patience).toBe("Written during the outage");
  await becomesLive(page);
});

/** Alice's session ends for good with one of her changes unsent. */
async function endWithUnsent(page: Page, title: string): Promise<void> {
  const send = await holdWrites(page.context());
  await editTitle(page, title);
  await status(page, /^Sync status: .*1 unsent change/);
  await ageSession(application, page, longAgoMs);
  await page.reload();
  await page.getByText("Your session has ended").waitFor();
  await send();
}

test("somebody else who signs in is told of the changes that this would remove, and may leave them", async () => {
  const task = await someTask(4);
  const page = await openAt(task);
  await endWithUnsent(page, "Alice's own words");
  await page.getByRole("button", { name: /^Bob/ }).click();
  const dialog = page.getByRole("dialog", { name: "1 change of Alice Andersen is not sent yet" });
  await dialog.waitFor();
  await keepScreenshot(page, "sign-in-as-somebody-else");
  expect(await accessibilityProblems(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: /^Alice/ }).click();
  await expect.poll(() => titleOf(task), patience).toBe("Alice's own words");
  await becomesLive(page);

  await endWithUnsent(page, "Never to arrive");
  await page.getByRole("button", { name: /^Bob/ }).click();
  await page.getByRole("button", { name: "Sign in and lose them" }).click();
  await page.getByRole("button", { name: /^Account: Bob/ }).waitFor();
  await page.getByRole("heading", { level: 1, name: "Alice's own words" }).waitFor();
  const databases = () => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? ""));
  await expect.poll(async () => new Set((await databases()).map((name) => name.split("--")[0])).size, patience).toBe(1);
  expect(await titleOf(task)).toBe("Alice's own words");
});
