import type { Page, Route } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Application, becomesLive, openPage, signIn, startApplication } from "./application.ts";
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

async function openWindow(width: number): Promise<Page> {
  const page = await openPage(application, { viewport: { width, height: 900 }, serviceWorkers: "block" });
  pages.push(page);
  await signIn(page, application.addresses[0] ?? "", "Alice");
  await becomesLive(page);
  return page;
}

/** Holds back the answers of the API that fit, until they are let go; how many of them are held can be awaited. */
async function hold(page: Page, fits: (url: URL) => boolean): Promise<{ held: () => number; letGo: () => void }> {
  const waiting = new Set<Route>();
  const open = Promise.withResolvers<void>();
  await page.route(
    (url) => url.pathname.startsWith("/api/v1/") && fits(url),
    async (route) => {
      waiting.add(route);
      await open.promise;
      // A request that the page has given up meanwhile has nobody to answer.
      await route.continue().catch(() => {});
    },
  );
  return { held: () => waiting.size, letGo: open.resolve };
}

/** A project with more tasks than the server gives at once. */
async function longProject(): Promise<string> {
  const { rows } = await application.database.pool.query<{ id: string }>(
    `insert into app.task (organization_id, project_id, title)
       select p.organization_id, p.id, 'One of many ' || n
         from (select p.id, p.organization_id from app.project p
                 join app.membership m on m.organization_id = p.organization_id
                 join app.person a on a.id = m.person_id and a.email = 'alice@northwind.example'
                where not p.is_private order by p.id limit 1) p, generate_series(1, 260) n
     returning project_id as id`,
  );
  return rows[0]?.id ?? "";
}

test.each([390, 1600])("a long first load says how far it is, at %d px", async (width) => {
  const project = await longProject();
  const page = await openWindow(width);
  const first = await hold(
    page,
    (url) => url.searchParams.get("project_id") === project && !url.searchParams.has("cursor"),
  );
  const second = await hold(
    page,
    (url) => url.searchParams.get("project_id") === project && url.searchParams.has("cursor"),
  );
  await page.goto(`${application.addresses[0]}/projects/${project}`);
  const tasks = page.getByRole("region", { name: "Tasks" });
  const progress = tasks.getByRole("progressbar", { name: "Loading tasks" });
  await expect.poll(() => progress.getAttribute("aria-valuetext")).toBe("Loading tasks…");
  first.letGo();
  await expect.poll(() => progress.getAttribute("aria-valuetext")).toMatch(/^\d{3} tasks so far…$/);
  expect(second.held()).toBeGreaterThan(0);
  await keepScreenshot(page, `project-loading-${width}`);
  second.letGo();
  await tasks.getByText(/of \d{3,} tasks done/).waitFor();
  expect(await progress.count()).toBe(0);
});

/** Where the rows of the list, or the heading of the row's page, stand: they may not move when a note comes or goes. */
function placeOf(page: Page, selector: string): Promise<number> {
  return page
    .locator(selector)
    .first()
    .evaluate((element) => element.getBoundingClientRect().top);
}

test.each([390, 1600])("what is shown from earlier is said to be so, and moves nothing, at %d px", async (width) => {
  const page = await openWindow(width);
  const note = page.getByTestId("stale");
  await page.goto(`${application.addresses[0]}/tasks`);
  await becomesLive(page);
  await page.locator("tbody tr a").first().waitFor();
  await expect.poll(() => note.count()).toBe(0);

  // Opened again while the server is slow: the rows of the last visit are all there is.
  const lists = await hold(page, (url) => url.pathname.endsWith("/task"));
  await page.reload();
  await page.locator("tbody tr a").first().waitFor();
  const before = await placeOf(page, "tbody tr");
  await note.getByText(/^(From your last visit|As of \d\d[:.]\d\d)/).waitFor();
  await keepScreenshot(page, `tasks-stale-${width}`);
  expect(await placeOf(page, "tbody tr")).toBe(before);
  lists.letGo();
  await note.waitFor({ state: "detached" });
  expect(await placeOf(page, "tbody tr")).toBe(before);

  // And of a single row, when the network goes: up to when it was compared is known.
  await page.locator("tbody tr a").first().click();
  await page.getByRole("region", { name: "History" }).waitFor();
  await becomesLive(page);
  await expect.poll(() => note.count()).toBe(0);
  const link = await page.getByRole("navigation", { name: "Breadcrumb" }).boundingBox();
  await page.context().setOffline(true);
  await note.getByText(/^As of \d\d[:.]\d\d/).waitFor();
  await keepScreenshot(page, `task-stale-${width}`);
  const after = await page.getByRole("navigation", { name: "Breadcrumb" }).boundingBox();
  expect(after?.height).toBe(link?.height);
});
