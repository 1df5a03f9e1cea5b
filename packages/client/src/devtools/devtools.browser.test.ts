import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
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
  for (let n = 1; n <= 12; n += 1) site.server.write("task", testId(n), { name: `task ${n}` }, [organization]);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

async function open(user: string, colorScheme: "light" | "dark", width: number, height: number): Promise<Page> {
  const context = await newContext(browser, { viewport: { width, height }, colorScheme });
  const page = await context.newPage();
  const parameters = new URLSearchParams({
    user: `devtools-${user}`,
    id,
    token: testToken(organization),
    devtools: "",
  });
  await page.goto(`${site.url}/?${parameters}`);
  await expect.poll(() => page.locator("#list-status").innerText()).toBe("ready fresh");
  await page.getByRole("region", { name: "Heliograph devtools" }).waitFor();
  return page;
}

/** Takes a screenshot if the environment variable SCREENSHOTS names a folder. */
async function picture(page: Page, name: string): Promise<void> {
  // biome-ignore lint/style/noProcessEnv: a folder for screenshots is not a setting of the product
  const folder = process.env["SCREENSHOTS"];
  if (folder) await page.screenshot({ path: `${folder}/devtools-${name}.png` });
}

function tab(page: Page, name: string) {
  return page.getByRole("tab", { name });
}

test("the panel shows messages, rows, lists, and one lag measurement per change", async () => {
  const page = await open("wide", "light", 1024, 768);
  for (let n = 0; n < 5; n += 1) {
    // Versions are microseconds of the database clock.
    const name = `changed ${n}`;
    site.server.writeAt(Date.now() * 1_000, "task", id, { name });
    await expect.poll(() => page.locator("#one").innerText()).toBe(`ready ${name}`);
  }
  await expect.poll(() => page.getByText("Half took", { exact: false }).count()).toBe(0);
  const chart = page.getByRole("img", { name: /Lag from commit to screen of 5 changes/ });
  await chart.waitFor();
  await picture(page, "overview-1024");

  await tab(page, "Protocol").click();
  await page.getByLabel("Filter messages").fill("INVALIDATE");
  await page.getByText("5 of the latest", { exact: false }).waitFor();
  await picture(page, "protocol-1024");

  await tab(page, "Lists").click();
  await page.getByRole("cell", { name: "12", exact: true }).waitFor();
  await picture(page, "lists-1024");

  await tab(page, "Rows").click();
  await picture(page, "rows-1024");
  await page.getByRole("button", { name: id }).first().click();
  await page.getByText("Everything works", { exact: false }).waitFor();
  await picture(page, "why-1024");
  await page.context().close();
});

test("the panel explains why a change did not arrive: not subscribed, refused, no connection", async () => {
  const page = await open("why", "dark", 390, 844);
  await picture(page, "overview-390");
  await tab(page, "Why?").click();
  const conclusion = page.getByRole("status").last();
  await page.getByLabel("Entity code").fill("project");
  await page.getByLabel("Id of the row").fill(testId(77));
  await expect.poll(() => conclusion.innerText()).toContain("no mounted view requests this row");
  await page.getByLabel("Entity code").fill("task");
  await page.getByLabel("Id of the row").fill(id);
  site.server.revoke("task", id);
  await expect.poll(() => conclusion.innerText()).toContain("The server refused the subscription");
  await picture(page, "why-390");
  await page.context().setOffline(true);
  await expect.poll(() => conclusion.innerText()).toContain("No (offline)");
  await tab(page, "Protocol").click();
  await picture(page, "protocol-390");
  await page.getByRole("button", { name: "Close devtools" }).click();
  await page.getByRole("button", { name: "Open Heliograph devtools" }).waitFor();
  await picture(page, "closed-390");
  await page.context().close();
});
