import { afterAll, beforeAll, expect, test } from "vitest";
import { type Application, openPage, signIn, startApplication } from "./application.ts";
import { keepScreenshot } from "./inspect.ts";

let application: Application;

beforeAll(async () => {
  application = await startApplication({ SYNC_ENABLED: "false" });
});
afterAll(() => application?.[Symbol.asyncDispose]());

test("with sync switched off, the page says so, and reading, editing and refreshing work", async () => {
  const page = await openPage(application);
  const address = application.addresses[0] ?? "";
  await signIn(page, address, "Alice");
  await page.getByRole("button", { name: "Sync status: Sync is switched off" }).waitFor();
  await page.getByText("Sync is switched off on the server. Refresh to see changes by other people.").waitFor();

  await page.getByRole("link", { name: "Projects", exact: true }).click();
  await page.locator("tbody tr a").first().click();
  await page.getByRole("button", { name: /^Edit name:/ }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Edited without sync");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Edited without sync" }).waitFor();
  await keepScreenshot(page, "sync-switched-off");

  // The edit is shown before the server has it; poll until there is a row to change.
  const change = "update app.project set name = 'Changed by someone else' where name = 'Edited without sync'";
  await expect.poll(async () => (await application.database.pool.query(change)).rowCount).toBe(1);
  await page.getByRole("button", { name: "Refresh" }).click();
  await page.getByRole("heading", { level: 1, name: "Changed by someone else" }).waitFor();
  expect(await page.getByText("Live", { exact: true }).count()).toBe(0);
  await page.context().close();
});
