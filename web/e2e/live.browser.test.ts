import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  type Application,
  becomesLive,
  openPage,
  signIn,
  startApplication,
  visit,
  watchErrors,
} from "./application.ts";
import { keepScreenshot } from "./inspect.ts";

let application: Application;
const pages: Page[] = [];

beforeAll(async () => {
  application = await startApplication();
});
afterEach(async () => {
  await Promise.all(pages.splice(0).map((page) => page.context().close()));
});
afterAll(() => application?.[Symbol.asyncDispose]());

/** Opens a window for a user on a given gateway. */
async function openWindow(name: string, gateway: number, path: string): Promise<Page> {
  const page = await openPage(application);
  pages.push(page);
  const address = application.addresses[gateway] ?? "";
  await signIn(page, address, name);
  await page.goto(`${address}${path}`);
  await becomesLive(page);
  // A reload would remove this mark: changes must arrive without one.
  await page.evaluate(() => Object.assign(window, { untouched: true }));
  return page;
}

function wasNotReloaded(page: Page): Promise<boolean> {
  return page.evaluate(() => "untouched" in window);
}

/** A task of Northwind that both Alice and Bob can read, with the id of its project. */
async function someTask(place: number): Promise<{ id: string; title: string; project_id: string }> {
  const { rows } = await application.database.pool.query<{ id: string; title: string; project_id: string }>(
    `select t.id, t.title, t.project_id from app.task t join app.project p on p.id = t.project_id
      where not t.is_private and not p.is_private and t.organization_id in (select organization_id from app.membership m
        join app.person p on p.id = m.person_id where p.email = 'bob@northwind.example')
      order by t.id offset $1 limit 1`,
    [place],
  );
  if (!rows[0]) throw new Error("The demonstration data holds no such task.");
  return rows[0];
}

async function editTitle(page: Page, title: string): Promise<void> {
  await page.getByRole("button", { name: /^Edit title:/ }).click();
  await page.getByRole("textbox", { name: "Title" }).fill(title);
  await page.keyboard.press("Enter");
}

test("an edit appears in another user's windows on another gateway, in detail and list", async () => {
  const task = await someTask(0);
  const alice = await openWindow("Alice", 0, `/tasks/${task.id}`);
  const bob = await openWindow("Bob", 1, `/tasks/${task.id}`);
  const list = await openWindow("Bob", 1, `/projects/${task.project_id}`);
  const errors = [alice, bob, list].map(watchErrors);
  await list.getByRole("link", { name: task.title }).first().waitFor();

  await editTitle(alice, "Seen by everyone at once");
  await bob.getByRole("heading", { level: 1, name: "Seen by everyone at once" }).waitFor();
  await list.getByRole("link", { name: "Seen by everyone at once" }).waitFor();
  expect(await Promise.all([alice, bob, list].map(wasNotReloaded))).toEqual([true, true, true]);
  expect(errors).toEqual([[], [], []]);
});

test("a task added by one user appears on another user's project page", async () => {
  const task = await someTask(7);
  const alice = await openWindow("Alice", 0, `/projects/${task.project_id}`);
  const bob = await openWindow("Bob", 1, `/projects/${task.project_id}`);
  await alice.getByRole("textbox", { name: "New task" }).fill("Order the lamp oil");
  await alice.keyboard.press("Enter");
  await alice.getByRole("link", { name: "Order the lamp oil" }).waitFor();
  await bob.getByRole("link", { name: "Order the lamp oil" }).waitFor();
  expect(await wasNotReloaded(bob)).toBe(true);
});

test("if two users change the same field, both values are shown and the second user decides", async () => {
  const task = await someTask(14);
  const alice = await openWindow("Alice", 0, `/tasks/${task.id}`);
  const bob = await openWindow("Bob", 1, `/tasks/${task.id}`);
  await bob.getByRole("button", { name: /^Edit title:/ }).click();
  await bob.getByRole("textbox", { name: "Title" }).fill("Bob's title");

  await editTitle(alice, "Alice's title");
  await bob
    .getByRole("heading", { level: 1, name: "Alice's title", includeHidden: true })
    .waitFor({ state: "attached" });
  await bob.keyboard.press("Enter");
  const notice = bob.getByRole("region", { name: /Title was changed by someone else/ });
  await notice.waitFor();
  expect(await notice.innerText()).toMatch(/Alice's title[\s\S]*Bob's title/);

  await notice.getByRole("button", { name: "Keep mine" }).click();
  await bob.getByRole("heading", { level: 1, name: "Bob's title" }).waitFor();
  await alice.getByRole("heading", { level: 1, name: "Bob's title" }).waitFor();
});

/** Commits another change while the page's next write is in flight, so that the server responds with 409. */
async function overtakeNextWrite(page: Page, id: string, assignment: string): Promise<void> {
  let overtaken = false;
  await page.route(`**/api/v1/task/${id}`, async (route) => {
    if (route.request().method() === "PATCH" && !overtaken) {
      overtaken = true;
      await application.database.pool.query(`update app.task set ${assignment} where id = $1`, [id]);
    }
    await route.continue();
  });
}

test("a write that conflicts on the server shows both values, and the other value can be chosen", async () => {
  const task = await someTask(42);
  const bob = await openWindow("Bob", 1, `/tasks/${task.id}`);
  await overtakeNextWrite(bob, task.id, "title = 'Faster title'");
  await editTitle(bob, "Slower title");
  await bob.getByRole("button", { name: "Review", exact: true }).click();
  const dialog = bob.getByRole("dialog");
  await dialog.getByText("Someone else changed the same field").waitFor();
  expect(await dialog.innerText()).toMatch(/Mine\s+Slower title[\s\S]*Theirs\s+Faster title/);
  await dialog.getByRole("radio", { name: "Theirs" }).check();
  await dialog.getByRole("button", { name: "Save" }).click();
  await bob.getByRole("heading", { level: 1, name: "Faster title" }).waitFor();
});

test("a write that conflicts only in version, not in columns, is retried without asking", async () => {
  const task = await someTask(49);
  const bob = await openWindow("Bob", 1, `/tasks/${task.id}`);
  await overtakeNextWrite(bob, task.id, "estimated_hours = 777");
  await editTitle(bob, "Saved at the second try");
  await expect
    .poll(async () => {
      const text = "select title, estimated_hours from app.task where id = $1";
      return (await application.database.pool.query(text, [task.id])).rows;
    })
    .toEqual([{ title: "Saved at the second try", estimated_hours: "777.00" }]);
  expect(await bob.getByRole("button", { name: "Review", exact: true }).count()).toBe(0);
});

test("changes of different fields by two users do not conflict", async () => {
  const task = await someTask(21);
  const alice = await openWindow("Alice", 0, `/tasks/${task.id}`);
  const bob = await openWindow("Bob", 1, `/tasks/${task.id}`);
  await bob.getByRole("button", { name: /^Edit title:/ }).click();
  await bob.getByRole("textbox", { name: "Title" }).fill("Two hands, one task");
  await alice.getByRole("button", { name: /^Edit priority:/ }).click();
  await alice.getByRole("combobox", { name: "Priority" }).selectOption("urgent");
  await bob.getByRole("button", { name: /^Edit priority: Urgent/ }).waitFor();
  await bob.getByRole("textbox", { name: "Title" }).press("Enter");
  await alice.getByRole("heading", { level: 1, name: "Two hands, one task" }).waitFor();
  expect(await bob.getByText("was changed by someone else").count()).toBe(0);

  await bob.getByRole("button", { name: /^Edit assignee:/ }).click();
  await bob.getByRole("combobox", { name: "Assignee" }).fill("Carol Ch");
  await bob.getByRole("option", { name: "Carol Chen" }).waitFor();
  await bob.keyboard.press("Enter");
  await alice.getByRole("button", { name: /^Edit assignee: Carol Chen/ }).waitFor();
});

test("if a row is deleted while it is edited, the draft stays in view and can recreate the row", async () => {
  const task = await someTask(28);
  const alice = await openWindow("Alice", 0, `/tasks/${task.id}`);
  const bob = await openWindow("Bob", 1, `/tasks/${task.id}`);
  await bob.getByRole("button", { name: /^Edit title:/ }).click();
  await bob.getByRole("textbox", { name: "Title" }).fill("Text that must not be lost");

  await alice.getByRole("button", { name: /^Actions for/ }).click();
  await alice.getByRole("button", { name: "Delete task" }).click();
  await alice.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await alice.getByRole("heading", { level: 1, name: "Tasks" }).waitFor();

  await bob.getByText("Your unsaved text is still below").waitFor();
  expect(await bob.getByRole("textbox", { name: "Title" }).inputValue()).toBe("Text that must not be lost");

  await keepScreenshot(bob, "gone-while-editing");
  const before = await bob.getByRole("button", { name: /^Edit status:/ }).innerText();
  await bob.getByRole("button", { name: "Create again" }).click();
  await bob.getByRole("heading", { level: 1, name: "Text that must not be lost" }).waitFor();
  await expect
    .poll(async () => {
      const text = "select title, project_id from app.task where id = $1";
      return (await application.database.pool.query(text, [task.id])).rows;
    })
    .toEqual([{ title: "Text that must not be lost", project_id: task.project_id }]);
  expect(await bob.getByRole("button", { name: /^Edit status:/ }).innerText()).toBe(before);
  expect(await bob.getByText("Your unsaved text").count()).toBe(0);
  // The recreated row is live again.
  await application.database.pool.query("update app.task set title = 'Live again' where id = $1", [task.id]);
  await bob.getByRole("heading", { level: 1, name: "Live again" }).waitFor();
});

test.each([390, 1600])("the history names the column that another user changed, at %d px", async (width) => {
  const task = await someTask(width === 390 ? 56 : 63);
  const alice = await openWindow("Alice", 0, `/tasks/${task.id}`);
  const bob = await openWindow("Bob", 1, `/tasks/${task.id}`);
  await bob.setViewportSize({ width, height: 900 });
  const history = bob.getByRole("region", { name: "History" });
  await history.getByText("created this").waitFor();
  await alice.getByRole("button", { name: /^Edit priority:/ }).click();
  const priority = alice.getByRole("combobox", { name: "Priority" });
  await priority.selectOption((await priority.inputValue()) === "urgent" ? "low" : "urgent");
  await history.getByText(/^Alice .* changed priority/).waitFor();
  // Check what is visible after scrolling, not only what is in the document.
  await history.scrollIntoViewIfNeeded();
  await keepScreenshot(bob, `history-${width}`);
  expect(await history.getByRole("listitem").first().innerText()).toMatch(/Alice .* changed priority · just now/);
});

test("a history that fails to load says so and can be loaded again; a long history shows more on request", async () => {
  const task = await someTask(70);
  for (let n = 0; n < 8; n += 1) {
    await application.database.pool.query("update app.task set estimated_hours = $2 where id = $1", [task.id, n + 100]);
  }
  const bob = await openWindow("Bob", 1, "/tasks");
  await bob.route("**/history", (route) => route.abort());
  // On an open connection: a reconnect reads a history that failed once more, without its user.
  await visit(bob, `/tasks/${task.id}`);
  const history = bob.getByRole("region", { name: "History" });
  await history.getByText("The history could not be loaded.").waitFor();
  await bob.unroute("**/history");
  await history.getByRole("button", { name: "Try again" }).click();
  await expect.poll(() => history.getByRole("listitem").count()).toBe(6);
  await history.getByRole("button", { name: "Show more history" }).click();
  await expect.poll(() => history.getByRole("listitem").count()).toBeGreaterThan(8);
  expect(await history.getByRole("button").count()).toBe(0);
});

test("if a row is deleted while it is viewed, the page says so", async () => {
  const task = await someTask(35);
  const bob = await openWindow("Bob", 1, `/tasks/${task.id}`);
  await bob.getByRole("heading", { level: 1, name: task.title }).waitFor();
  await application.database.pool.query("delete from app.task where id = $1", [task.id]);
  await bob.getByText("This task was deleted or is not shared with you").waitFor();
});
