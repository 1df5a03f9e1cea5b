import type { BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Application, becomesLive, openPage, signIn, startApplication, visit } from "./application.ts";
import { accessibilityProblems, keepScreenshot } from "./inspect.ts";

let application: Application;
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  application = await startApplication();
});
afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
});
afterAll(() => application?.[Symbol.asyncDispose]());

const query = <Row extends object>(text: string, values: unknown[] = []) =>
  application.database.pool.query<Row>(text, values).then(({ rows }) => rows);

/** A signed-in window whose service worker is ready, so that it can be opened offline. */
async function openWindow(path = "/"): Promise<Page> {
  const page = await openPage(application, { bypassCSP: true });
  contexts.push(page.context());
  await signIn(page, application.addresses[0] ?? "", "Alice");
  await becomesLive(page);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await visit(page, path);
  return page;
}

const status = (page: Page, name: RegExp) => page.getByRole("button", { name }).waitFor();

/** A task that every user of Alice's organization can read. */
async function someTask(): Promise<{ id: string; title: string; project_id: string }> {
  const [task] = await query<{ id: string; title: string; project_id: string }>(
    `select t.id, t.title, t.project_id from app.task t join app.project p on p.id = t.project_id
      where not t.is_private and not p.is_private and t.status = 'todo' and t.organization_id =
        (select organization_id from app.membership m join app.person p on p.id = m.person_id
          where p.email = 'alice@northwind.example')
      order by random() limit 1`,
  );
  if (!task) throw new Error("The demonstration has no such task.");
  return task;
}

async function editTitle(page: Page, title: string): Promise<void> {
  await page.getByRole("button", { name: /^Edit title/ }).click();
  await page.getByRole("textbox", { name: "Title" }).fill(title);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
}

test("a project, its tasks and edits made offline survive a reload and arrive in order, once", async () => {
  const page = await openWindow("/projects");
  await page.locator("tbody tr").first().waitFor();
  await page.context().setOffline(true);
  await status(page, /^Sync status: Offline/);

  await visit(page, "/projects/new");
  await page.getByLabel("Name").fill("Built on a train");
  await page.getByLabel("Code").fill("TRAIN");
  await page.getByRole("button", { name: "Create project" }).click();
  await page.getByRole("heading", { level: 1, name: "Built on a train" }).waitFor();
  for (const title of ["Lay the rails", "Ring the bell"]) {
    await page.getByLabel("New task").fill(title);
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: title }).waitFor();
  }
  await page.getByRole("link", { name: "Lay the rails" }).click();
  await page.getByRole("heading", { level: 1, name: "Lay the rails" }).waitFor();
  await editTitle(page, "Lay the rails straight");
  const [before] = await query<{ n: number }>("select count(*)::int as n from app.project where code = 'TRAIN'");
  expect(before?.n).toBe(0);

  await page.reload();
  await page.getByRole("heading", { level: 1, name: "Lay the rails straight" }).waitFor();
  await status(page, /^Sync status: Offline, \d unsent changes/);
  await visit(page, "/changes");
  const waiting = page.getByRole("region", { name: "Waiting to be sent" });
  await waiting.getByText("Built on a train").waitFor();
  await keepScreenshot(page, "changes-offline");

  await page.context().setOffline(false);
  await page.getByText("Everything is saved").waitFor();
  await becomesLive(page);
  const rows = await query<{ title: string; made: Date; container: Date }>(
    `select t.title, t.created_ts as made, p.created_ts as container from app.task t
       join app.project p on p.id = t.project_id where p.code = 'TRAIN' order by t.created_ts`,
  );
  expect(rows.map(({ title }) => title)).toEqual(["Lay the rails straight", "Ring the bell"]);
  for (const { made, container } of rows) expect(made.getTime()).toBeGreaterThanOrEqual(container.getTime());
});

test("a list that was never opened says offline that this device has no copy, and loads once the network is back", async () => {
  const page = await openWindow("/");
  await page.context().setOffline(true);
  await status(page, /^Sync status: Offline/);
  await visit(page, "/records/vendor");
  await page.getByText("You are offline, and this device has no copy.").waitFor();
  expect(await page.getByRole("button", { name: "Try again" }).count()).toBe(0);
  await page.context().setOffline(false);
  await page.locator("tbody tr").first().waitFor();
});

test("the start page says that no open task is assigned to a user, and the account menu names the role", async () => {
  await query(
    `update app.task set status = 'done' where status not in ('done', 'cancelled') and assignee_id in
      (select e.id from app.employee e join app.person p on p.id = e.person_id where p.email = 'alice@northwind.example')`,
  );
  const page = await openWindow("/");
  await page.getByText("No open task is assigned to you.").waitFor();
  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByText("Administrator").waitFor();
});

test("offline and online changes of different columns are merged without asking", async () => {
  const task = await someTask();
  const page = await openWindow(`/tasks/${task.id}`);
  await page.getByRole("heading", { level: 1, name: task.title }).waitFor();
  await page.context().setOffline(true);
  await status(page, /^Sync status: Offline/);
  await editTitle(page, "Mine is the title");
  await query("update app.task set priority = 'urgent' where id = $1", [task.id]);
  await page.context().setOffline(false);
  await becomesLive(page);
  await expect
    .poll(() => query("select title, priority::text from app.task where id = $1", [task.id]))
    .toEqual([{ title: "Mine is the title", priority: "urgent" }]);
  expect(await page.getByRole("button", { name: "Review", exact: true }).count()).toBe(0);
});

test("offline and online changes of the same column: the offline change is kept until its user decides", async () => {
  const task = await someTask();
  const page = await openWindow(`/tasks/${task.id}`);
  await page.getByRole("heading", { level: 1, name: task.title }).waitFor();
  await page.context().setOffline(true);
  await status(page, /^Sync status: Offline/);
  await editTitle(page, "What I meant");
  await query("update app.task set title = 'What they meant' where id = $1", [task.id]);
  await page.context().setOffline(false);

  await page.getByRole("button", { name: "Review", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("What they meant").waitFor();
  await keepScreenshot(page, "conflict");
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(await query("select title from app.task where id = $1", [task.id])).toEqual([{ title: "What they meant" }]);
  await dialog.getByRole("radio", { name: "Another value" }).check();
  await dialog.getByRole("textbox").fill("What we agreed on");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect
    .poll(() => query("select title from app.task where id = $1", [task.id]))
    .toEqual([{ title: "What we agreed on" }]);
  await page.getByRole("heading", { level: 1, name: "What we agreed on" }).waitFor();
  await becomesLive(page);
});

test("a rejected change is rolled back and kept with its reason until it is corrected or discarded", async () => {
  const task = await someTask();
  const page = await openWindow(`/tasks/${task.id}`);
  await page.getByRole("heading", { level: 1, name: task.title }).waitFor();
  await query("alter table app.task add constraint no_shouting check (title <> upper(title)) not valid");
  await page.getByRole("button", { name: /^Edit title/ }).click();
  await page.getByRole("textbox", { name: "Title" }).fill("SHOUTED");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Review", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: task.title }).waitFor({ state: "attached" });
  const dialog = page.getByRole("dialog");
  await keepScreenshot(page, "refused");
  await dialog.getByRole("textbox", { name: "Title" }).fill("Said quietly");
  await dialog.getByRole("button", { name: "Send again" }).click();
  await page.getByRole("heading", { level: 1, name: "Said quietly" }).waitFor();
  await expect
    .poll(() => query("select title from app.task where id = $1", [task.id]))
    .toEqual([{ title: "Said quietly" }]);
});

test("an offline edit of a row that was deleted meanwhile is kept, and can recreate the row", async () => {
  const task = await someTask();
  const page = await openWindow(`/tasks/${task.id}`);
  await page.getByRole("heading", { level: 1, name: task.title }).waitFor();
  await page.context().setOffline(true);
  await status(page, /^Sync status: Offline/);
  await editTitle(page, "Still worth having");
  await query("delete from app.task where id = $1", [task.id]);
  await page.context().setOffline(false);
  await page.getByRole("button", { name: "Review", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Create the task again" }).click();
  await expect
    .poll(() => query("select title, project_id from app.task where id = $1", [task.id]))
    .toEqual([{ title: "Still worth having", project_id: task.project_id }]);
  await page.getByRole("heading", { level: 1, name: "Still worth having" }).waitFor();
});

test("signing out with unsent changes asks first, and leaves nothing readable on the device", async () => {
  const task = await someTask();
  const page = await openWindow(`/tasks/${task.id}`);
  await page.getByRole("heading", { level: 1, name: task.title }).waitFor();
  await page.context().setOffline(true);
  await status(page, /^Sync status: Offline/);
  await editTitle(page, "Never sent");
  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("dialog").getByText("1 change is not sent yet").waitFor();
  await page.getByRole("button", { name: "Sign out and lose changes" }).click();
  await page.getByRole("heading", { name: "Sign in to Heliograph" }).waitFor();
  await expect
    .poll(() => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name)))
    .not.toContainEqual(expect.stringContaining("heliograph"));
});
