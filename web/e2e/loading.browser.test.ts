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

/** Holds back API requests whose URL matches until `release`. `held` counts them. */
async function hold(page: Page, matches: (url: URL) => boolean): Promise<{ held: () => number; release: () => void }> {
  const waiting = new Set<Route>();
  const open = Promise.withResolvers<void>();
  await page.route(
    (url) => url.pathname.startsWith("/api/v1/") && matches(url),
    async (route) => {
      waiting.add(route);
      await open.promise;
      // Fails if the page has aborted the request in the meantime.
      await route.continue().catch(() => {});
    },
  );
  return { held: () => waiting.size, release: open.resolve };
}

/** Creates a project with more tasks than the server returns in one page. */
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

test.each([390, 1600])("a long first load shows its progress, at %d px", async (width) => {
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
  first.release();
  await expect.poll(() => progress.getAttribute("aria-valuetext")).toMatch(/^\d{3} tasks so far…$/);
  expect(second.held()).toBeGreaterThan(0);
  await keepScreenshot(page, `project-loading-${width}`);
  second.release();
  await tasks.getByText(/of \d{3,} tasks done/).waitFor();
  expect(await progress.count()).toBe(0);
});

/** Top of the first matching element in px. It must not change when a note appears or disappears. */
function topOf(page: Page, selector: string): Promise<number> {
  return page
    .locator(selector)
    .first()
    .evaluate((element) => element.getBoundingClientRect().top);
}

test.each([390, 1600])("stale data is marked as such, and the note moves nothing, at %d px", async (width) => {
  const page = await openWindow(width);
  const note = page.getByTestId("stale");
  await page.goto(`${application.addresses[0]}/tasks`);
  await becomesLive(page);
  await page.locator("tbody tr a").first().waitFor();
  await expect.poll(() => note.count()).toBe(0);

  // Reloaded while the server is slow, the page shows the rows of the last visit.
  const lists = await hold(page, (url) => url.pathname.endsWith("/task"));
  await page.reload();
  await page.locator("tbody tr a").first().waitFor();
  const before = await topOf(page, "tbody tr");
  await note.getByText(/^(From your last visit|As of \d\d[:.]\d\d)/).waitFor();
  await keepScreenshot(page, `tasks-stale-${width}`);
  expect(await topOf(page, "tbody tr")).toBe(before);
  lists.release();
  await note.waitFor({ state: "detached" });
  expect(await topOf(page, "tbody tr")).toBe(before);

  // When the network is lost, the page of a row names the time when it was last up to date.
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
