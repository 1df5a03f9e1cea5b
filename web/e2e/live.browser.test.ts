import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Application, becomesLive, openPage, signIn, startApplication, watchErrors } from "./application.ts";
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

/** A window of its own person on its own gateway. */
async function openWindow(name: string, gateway: number, path: string): Promise<Page> {
  const page = await openPage(application);
  pages.push(page);
  const address = application.addresses[gateway] ?? "";
  await signIn(page, address, name);
  await page.goto(`${address}${path}`);
  await becomesLive(page);
  // A mark that a reload would wipe: the change has to come through the open page.
  await page.evaluate(() => Object.assign(window, { untouched: true }));
  return page;
}

function wasNotReloaded(page: Page): Promise<boolean> {
  return page.evaluate(() => "untouched" in window);
}

/** A public task of Northwind that both Alice and Bob may read, with the project it is in. */
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

test("an edit in one window appears in another person's window on another gateway, in detail and list", async () => {
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

test("a task added by one person appears in the other one's project page", async () => {
  const task = await someTask(7);
  const alice = await openWindow("Alice", 0, `/projects/${task.project_id}`);
  const bob = await openWindow("Bob", 1, `/projects/${task.project_id}`);
  await alice.getByRole("textbox", { name: "New task" }).fill("Order the lamp oil");
  await alice.keyboard.press("Enter");
  await alice.getByRole("link", { name: "Order the lamp oil" }).waitFor();
  await bob.getByRole("link", { name: "Order the lamp oil" }).waitFor();
  expect(await wasNotReloaded(bob)).toBe(true);
});

test("the same field changed by two: both values are shown, and mine wins only when I say so", async () => {
  const task = await someTask(14);
  const alice = await openWindow("Alice", 0, `/tasks/${task.id}`);
  const bob = await openWindow("Bob", 1, `/tasks/${task.id}`);
  await bob.getByRole("button", { name: /^Edit title:/ }).click();
  await bob.getByRole("textbox", { name: "Title" }).fill("Bob's words");

  await editTitle(alice, "Alice's words");
  await bob
    .getByRole("heading", { level: 1, name: "Alice's words", includeHidden: true })
    .waitFor({ state: "attached" });
  await bob.keyboard.press("Enter");
  const notice = bob.getByRole("region", { name: /Title was changed by someone else/ });
  await notice.waitFor();
  expect(await notice.innerText()).toMatch(/Alice's words[\s\S]*Bob's words/);

  await notice.getByRole("button", { name: "Keep mine" }).click();
  await bob.getByRole("heading", { level: 1, name: "Bob's words" }).waitFor();
  await alice.getByRole("heading", { level: 1, name: "Bob's words" }).waitFor();
});

/** Lets somebody else's statement commit while the page's next write is on its way, so that the server answers 409. */
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

test("a write that the server refuses as too late shows both values, and theirs can be taken", async () => {
  const task = await someTask(42);
  const bob = await openWindow("Bob", 1, `/tasks/${task.id}`);
  await overtakeNextWrite(bob, task.id, "title = 'Faster words'");
  await editTitle(bob, "Slower words");
  await bob.getByRole("button", { name: "Decide" }).click();
  const dialog = bob.getByRole("dialog");
  await dialog.getByText("Another user changed the same columns.").waitFor();
  expect(await dialog.innerText()).toMatch(/Mine\s+Slower words[\s\S]*Theirs\s+Faster words/);
  await dialog.getByRole("radio", { name: "Theirs" }).check();
  await dialog.getByRole("button", { name: "Save" }).click();
  await bob.getByRole("heading", { level: 1, name: "Faster words" }).waitFor();
});

test("a write that is only late for another field is repeated without a question", async () => {
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
  expect(await bob.getByRole("button", { name: "Decide" }).count()).toBe(0);
});

test("different fields changed by two do not disturb each other", async () => {
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

test("a row deleted while it is being edited leaves the edit in view, and is created again with it", async () => {
  const task = await someTask(28);
  const alice = await openWindow("Alice", 0, `/tasks/${task.id}`);
  const bob = await openWindow("Bob", 1, `/tasks/${task.id}`);
  await bob.getByRole("button", { name: /^Edit title:/ }).click();
  await bob.getByRole("textbox", { name: "Title" }).fill("Words that must not be lost");

  await alice.getByRole("button", { name: /^Actions for/ }).click();
  await alice.getByRole("button", { name: "Delete task" }).click();
  await alice.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await alice.getByRole("heading", { level: 1, name: "Tasks" }).waitFor();

  await bob.getByText("was deleted or is no longer shared with you while you were editing").waitFor();
  expect(await bob.getByRole("textbox", { name: "Title" }).inputValue()).toBe("Words that must not be lost");

  await keepScreenshot(bob, "gone-while-editing");
  const before = await bob.getByRole("button", { name: /^Edit status:/ }).innerText();
  await bob.getByRole("button", { name: "Create it again" }).click();
  await bob.getByRole("heading", { level: 1, name: "Words that must not be lost" }).waitFor();
  await expect
    .poll(async () => {
      const text = "select title, project_id from app.task where id = $1";
      return (await application.database.pool.query(text, [task.id])).rows;
    })
    .toEqual([{ title: "Words that must not be lost", project_id: task.project_id }]);
  expect(await bob.getByRole("button", { name: /^Edit status:/ }).innerText()).toBe(before);
  expect(await bob.getByText("while you were editing it").count()).toBe(0);
  // The page is that of a row like any other again: it is edited, and what others do to it is seen.
  await application.database.pool.query("update app.task set title = 'Back among us' where id = $1", [task.id]);
  await bob.getByRole("heading", { level: 1, name: "Back among us" }).waitFor();
});

test.each([390, 1600])("the history says which column another person changed, at %d px", async (width) => {
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
  // As somebody sees it who scrolls to it, not only as it stands in the document.
  await history.scrollIntoViewIfNeeded();
  await keepScreenshot(bob, `history-${width}`);
  expect(await history.getByRole("listitem").first().innerText()).toMatch(/Alice .* changed priority · just now/);
});

test("a history that cannot be read says so and is read again; a long one shows more", async () => {
  const task = await someTask(70);
  for (let n = 0; n < 8; n += 1) {
    await application.database.pool.query("update app.task set estimated_hours = $2 where id = $1", [task.id, n + 100]);
  }
  const bob = await openWindow("Bob", 1, "/tasks");
  await bob.route("**/history", (route) => route.abort());
  await bob.goto(`${application.addresses[1]}/tasks/${task.id}`);
  const history = bob.getByRole("region", { name: "History" });
  await history.getByText("The history could not be loaded.").waitFor();
  await bob.unroute("**/history");
  await history.getByRole("button", { name: "Try again" }).click();
  await expect.poll(() => history.getByRole("listitem").count()).toBe(6);
  await history.getByRole("button", { name: "Show more history" }).click();
  await expect.poll(() => history.getByRole("listitem").count()).toBeGreaterThan(8);
  expect(await history.getByRole("button").count()).toBe(0);
});

test("a row deleted while it is only looked at is said to be gone", async () => {
  const task = await someTask(35);
  const bob = await openWindow("Bob", 1, `/tasks/${task.id}`);
  await bob.getByRole("heading", { level: 1, name: task.title }).waitFor();
  await application.database.pool.query("delete from app.task where id = $1", [task.id]);
  await bob.getByText("This task no longer exists or is not shared with you").waitFor();
});
