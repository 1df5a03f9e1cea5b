import type { BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Application, becomesLive, openPage, signIn, startApplication } from "./application.ts";
import { accessibilityProblems, keepScreenshot } from "./inspect.ts";
import { ageSession, unrenewableMs } from "./session-expiry.ts";

// How sessions end and are renewed, and that unsent changes survive it.

let application: Application;
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  application = await startApplication();
});
afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
});
afterAll(() => application?.[Symbol.asyncDispose]());

const address = () => application.addresses[0] ?? "";
const status = (page: Page, name: RegExp) => page.getByRole("button", { name }).waitFor();
const signInPage = (page: Page) => page.getByRole("heading", { name: "Sign in to Heliograph" });

/** Opens a task as Alice, with the service worker ready. */
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

/** Blocks the writes of all windows of the context, and nothing else, until the returned function is called. */
async function holdWrites(context: BrowserContext): Promise<() => Promise<void>> {
  const matches = "**/api/v1/task/*";
  await context.route(matches, (route) => (route.request().method() === "PATCH" ? route.abort() : route.fallback()));
  return () => context.unroute(matches);
}

test("when a session expires in one tab, unsent changes of another tab are kept and sent after signing in", async () => {
  const task = await someTask(0);
  const b = await openAt(task);
  const send = await holdWrites(b.context());
  await editTitle(b, "Written in the other tab");
  await status(b, /^Sync status: .*1 unsent change/);
  // This tab must learn of the expiry from the other tab only.
  await b.route("**/api/v1/auth/renew", (route) => route.abort());

  const a = await b.context().newPage();
  await a.goto(address());
  await ageSession(application, a, unrenewableMs);
  await a.reload();
  for (const page of [a, b]) await page.getByText("Your session has ended").waitFor();
  await a.reload();
  await a.getByText("Your session has ended").waitFor();

  await send();
  await b.unroute("**/api/v1/auth/renew");
  await b.getByRole("button", { name: /^Alice/ }).click();
  await expect.poll(() => titleOf(task)).toBe("Written in the other tab");
  await b.getByRole("heading", { level: 1, name: "Written in the other tab" }).waitFor();
  await a.getByRole("button", { name: /^Account: Alice/ }).waitFor();
});

test("signing out in one tab removes the data in all tabs", async () => {
  const task = await someTask(1);
  const b = await openAt(task);
  const a = await b.context().newPage();
  await a.goto(address());
  await a.getByRole("button", { name: /^Account: Alice/ }).click();
  await a.getByRole("button", { name: "Sign out" }).click();
  for (const page of [a, b]) await signInPage(page).waitFor();
  expect(await b.getByText("Your session has ended").count()).toBe(0);
  await expect
    .poll(() => b.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name)))
    .not.toContainEqual(expect.stringContaining("heliograph"));
});

test("a token that expires while the page is frozen is renewed on waking, with one connection and no sign-in", async () => {
  const task = await someTask(2);
  const page = await openAt(task);
  const context = page.context();
  // Without this, the page would renew the token at once, because it expires soon.
  await context.route("**/api/v1/auth/renew", (route) => route.abort());
  const end = await ageSession(application, page, 12_000);
  await page.reload();
  await becomesLive(page);
  const other = await context.newPage();
  await other.goto("about:blank");
  await other.bringToFront();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
  await expect.poll(() => Date.now(), { interval: 250 }).toBeGreaterThan(end + 1_000);

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
  // After the listeners: a closing socket makes the page try to renew at any time, and its success must be counted.
  await context.unroute("**/api/v1/auth/renew");
  await devtools.send("Page.setWebLifecycleState", { state: "active" });
  await page.bringToFront();
  await expect.poll(() => answers).toEqual(["200 /api/v1/auth/renew"]);
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

test("offline, an expired session still shows rows and accepts edits, also after a reload", async () => {
  const task = await someTask(3);
  const page = await openAt(task);
  await page.context().setOffline(true);
  await status(page, /^Sync status: Offline/);
  const end = await ageSession(application, page, 6_000);
  await page.reload();
  await editTitle(page, "Written before the end");
  await expect.poll(() => Date.now(), { interval: 250 }).toBeGreaterThan(end + 1_000);
  await status(page, /^Sync status: Offline, 1 unsent change/);
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "Written before the end" }).waitFor();
  await status(page, /^Sync status: Offline, 1 unsent change/);
  await editTitle(page, "Written after the end");

  await page.context().setOffline(false);
  await expect.poll(() => titleOf(task)).toBe("Written after the end");
  await becomesLive(page);
  expect(await signInPage(page).count()).toBe(0);
});

test("while the server cannot renew tokens, the session continues: rows are shown, and edits are sent later", async () => {
  const task = await someTask(5);
  const page = await openAt(task);
  let attempts = 0;
  const outage = { error: { code: "unavailable", message: "The database cannot be reached.", requestId: "" } };
  await page.route("**/api/v1/auth/renew", (route) => {
    attempts += 1;
    return route.fulfill({ status: 503, json: outage });
  });
  // The real server rejects requests and sockets with this token.
  await ageSession(application, page, -60_000);
  await page.reload();
  await editTitle(page, "Written during the outage");
  const before = attempts;
  await expect.poll(() => attempts).toBeGreaterThan(before + 2);
  expect(await signInPage(page).count()).toBe(0);
  expect(await titleOf(task)).toBe(task.title);
  await page.unroute("**/api/v1/auth/renew");
  await expect.poll(() => titleOf(task)).toBe("Written during the outage");
  await becomesLive(page);
});

/** Ends Alice's session for good while one of her changes is unsent. */
async function endWithUnsent(page: Page, title: string): Promise<void> {
  const send = await holdWrites(page.context());
  await editTitle(page, title);
  await status(page, /^Sync status: .*1 unsent change/);
  await ageSession(application, page, unrenewableMs);
  await page.reload();
  await page.getByText("Your session has ended").waitFor();
  await send();
}

test("another user who signs in is warned of unsent changes that this would remove, and can cancel", async () => {
  const task = await someTask(4);
  const page = await openAt(task);
  await endWithUnsent(page, "Alice's own title");
  await page.getByRole("button", { name: /^Bob/ }).click();
  const dialog = page.getByRole("dialog", { name: "1 change by Alice Andersen is not sent yet" });
  await dialog.waitFor();
  await keepScreenshot(page, "sign-in-as-another-user");
  expect(await accessibilityProblems(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: /^Alice/ }).click();
  await expect.poll(() => titleOf(task)).toBe("Alice's own title");
  await becomesLive(page);

  await endWithUnsent(page, "Never to arrive");
  await page.getByRole("button", { name: /^Bob/ }).click();
  await page.getByRole("button", { name: "Sign in and lose changes" }).click();
  await page.getByRole("button", { name: /^Account: Bob/ }).waitFor();
  await page.getByRole("heading", { level: 1, name: "Alice's own title" }).waitFor();
  const databases = () => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? ""));
  await expect.poll(async () => new Set((await databases()).map((name) => name.split("--")[0])).size).toBe(1);
  expect(await titleOf(task)).toBe("Alice's own title");
});
