import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Application, becomesLive, openPage, signIn, startApplication } from "./application.ts";

let application: Application;

beforeAll(async () => {
  application = await startApplication();
});
afterAll(() => application?.[Symbol.asyncDispose]());

const query = <Row extends object>(text: string, values: unknown[] = []) =>
  application.database.pool.query<Row>(text, values).then(({ rows }) => rows);

/** All rows in all IndexedDB databases of the origin, which anyone with the browser's developer tools can read. */
function storedRows(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const ask = <Value>(request: IDBRequest<Value>) =>
      new Promise<Value>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const texts: string[] = [];
    for (const { name } of await indexedDB.databases()) {
      const database = await ask(indexedDB.open(name ?? ""));
      for (const store of database.objectStoreNames) {
        texts.push(JSON.stringify(await ask(database.transaction(store).objectStore(store).getAll())));
      }
      database.close();
    }
    return texts.join("\n");
  });
}

/** Gives a row of the demo users' organization a title that occurs nowhere else. */
async function renamedRow(table: string, condition: string, title: string): Promise<string> {
  const [row] = await query<{ id: string }>(
    `update app.${table} set title = $1 where id = (
       select id from app.${table} where ${condition} and organization_id =
         (select organization_id from app.membership m join app.person p on p.id = m.person_id
           where p.email = 'bob@northwind.example') limit 1) returning id`,
    [title],
  );
  if (!row) throw new Error(`The demonstration has no such ${table}.`);
  return row.id;
}

// Fails if the client compares only rows on screen after it returns: the others would stay readable on the device.
test("rows whose access was revoked while the client was away are removed, also if no page shows them", async () => {
  const document = await renamedRow("document", "not is_private", "Revoked text of a document");
  const task = await renamedRow("task", "not is_private", "Revoked text of a task");
  const invoice = await renamedRow("invoice", "status = 'draft'", "Revoked text of an invoice");
  const kept = await renamedRow("document", `not is_private and id <> '${document}'`, "Permitted text of a document");
  const address = application.addresses[0] ?? "";
  const page = await openPage(application);
  await using _context = { [Symbol.asyncDispose]: () => page.context().close() };
  await signIn(page, address, "Bob");
  for (const path of [`records/document/${document}`, `tasks/${task}`, `records/invoice/${invoice}`]) {
    await page.goto(`${address}/${path}`);
    await page.getByRole("heading", { level: 1, name: "Revoked text" }).waitFor();
  }
  await page.goto(`${address}/records/document/${kept}`);
  await page.getByRole("heading", { level: 1, name: "Permitted text" }).waitFor();
  await expect.poll(() => storedRows(page)).toContain("Permitted text of a document");
  const before = await storedRows(page);
  for (const what of ["a document", "a task", "an invoice"]) expect(before).toContain(`Revoked text of ${what}`);
  await page.close();

  await query("delete from app.entity_grant where entity_id = any ($1)", [[document, task]]);
  await query("update app.document set is_private = true where id = $1", [document]);
  await query("update app.task set is_private = true where id = $1", [task]);
  await query("delete from app.invoice where id = $1", [invoice]);

  const again = await page.context().newPage();
  await again.goto(`${address}/records/office`);
  await becomesLive(again);
  await expect.poll(() => storedRows(again)).not.toContain("Revoked text");
  const left = await storedRows(again);
  expect(left).toContain("Permitted text of a document");
  await again.getByRole("button", { name: "Sync status: Live" }).waitFor();
});
