import { SeededRandom } from "@heliograph/shared/seeded-random";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  attention,
  BrowserDevice,
  create,
  inPage,
  launchChromium,
  ready,
  shows,
  update,
} from "../testing/browser-device.ts";
import { type FixtureSite, serveFixture } from "../testing/fixture/serve.ts";
import { testId } from "../testing/ids.ts";
import { organization } from "../testing/test-client.ts";

const runs = 20;
const stepsPerRun = 12;
const seed = 20_261_123;

let site: FixtureSite;
let browser: Browser;
let device: BrowserDevice;

beforeAll(async () => {
  site = await serveFixture();
  browser = await launchChromium();
  device = await BrowserDevice.make(browser, site, "random");
});

afterAll(async () => {
  await device?.close();
  await browser?.close();
  await site?.close();
});

test(`${runs} random interleavings of two tabs on IndexedDB lose no write and apply none twice (seed ${seed})`, async () => {
  const { server } = site;
  const random = new SeededRandom(seed).next;
  const below = (n: number) => Math.floor(random() * n);
  server.ownContainers = [organization];
  const acted = new Map<string, number>();
  /** Columns that the server received, by operation key. */
  const arrived = new Map<string, Record<string, unknown>>();
  server.onEffect = ({ key, body }) => {
    acted.set(key, (acted.get(key) ?? 0) + 1);
    arrived.set(key, { ...arrived.get(key), ...body });
  };
  const pages = [await device.open(), await device.open()];
  const any = () => pages[below(2)] as Page;
  let value = 0;
  let writes = 0;
  for (let run = 0; run < runs; run += 1) {
    const keys = new Set<string>();
    /** The last value of each column, by operation key. Joined edits share a key. */
    const wanted = new Map<string, Record<string, unknown>>();
    const note = ({ key }: { key: string }, columns: Record<string, unknown>) => {
      keys.add(key);
      wanted.set(key, { ...wanted.get(key), ...columns });
    };
    const rows = [run * 10 + 1, run * 10 + 2];
    for (const n of rows) server.write("task", testId(n), { name: `first ${n}`, note: "" }, [organization]);
    for (const page of pages) await shows(page, namesOf(site));
    for (let step = 0; step < stepsPerRun; step += 1) {
      value += 1;
      const n = rows[below(rows.length)] ?? 0;
      switch (below(10)) {
        case 0:
        case 1:
          site.setReachable(below(2) === 0);
          break;
        case 2: {
          const page = any();
          await page.reload();
          await ready(page);
          break;
        }
        case 3:
        case 4:
          if (server.rows.has(`task:${testId(n)}`)) server.write("task", testId(n), { note: `theirs ${value}` });
          break;
        case 5: {
          const fresh = run * 10 + rows.length + 1;
          rows.push(fresh);
          const columns = { name: `made ${value}`, note: testId(n) };
          note(await create(any(), "task", { id: testId(fresh), ...columns }), columns);
          break;
        }
        default: {
          const column = below(3) === 0 ? "note" : "name";
          const columns = { [column]: `mine ${value}` };
          note(await update(any(), n, columns), columns);
        }
      }
    }
    site.setReachable(true);
    const discarded = new Set<string>();
    const settled = async () => {
      for (const item of await attention(pages[0] as Page)) {
        for (const { key } of [item, ...item.dependants]) discarded.add(key);
        await inPage(pages[0] as Page, ({ client }, key) => client.outbox.discard(key), item.key);
      }
      const open = await Promise.all(
        pages.map((page) => inPage(page, ({ client }) => client.outbox.queue.all().length, null)),
      );
      return open.join();
    };
    await expect.poll(settled, { message: `run ${run}` }).toBe("0,0");
    for (const page of pages) {
      const items = () => inPage(page, ({ list }) => list.snapshot().items, null);
      await expect.poll(items, { message: `run ${run}` }).toEqual(inOrder(site));
    }
    for (const key of keys) {
      expect(acted.get(key) ?? 0, `run ${run}, write ${key}`).toBe(discarded.has(key) ? 0 : 1);
      if (!discarded.has(key))
        expect(arrived.get(key), `run ${run}, write ${key}`).toMatchObject(wanted.get(key) ?? {});
    }
    writes += keys.size;
    for (const n of rows) server.remove("task", testId(n));
  }
  process.stdout.write(`${runs} runs in Chromium, seed ${seed}: ${writes} writes, none lost, none applied twice\n`);
  expect(device.errors).toEqual([]);
});

function inOrder({ server }: FixtureSite) {
  return [...server.rows.values()].sort((a, b) => (String(a["name"]) < String(b["name"]) ? -1 : 1));
}

function namesOf(of: FixtureSite): string[] {
  return inOrder(of).map((row) => String(row["name"]));
}
