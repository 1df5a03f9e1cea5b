import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect, inject } from "vitest";
import type { Sdk } from "./fixture/sdk.ts";
import type { FixtureSite } from "./fixture/serve.ts";
import { testId, testToken } from "./ids.ts";
import { organization } from "./test-client.ts";

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: inject("chromiumPath") ?? "chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
  });
}

/** Timeout of waits on a page, in ms. A quarter of the test timeout, so that a failure reports the wait and not the test. */
const pageTimeoutMs = 75_000;

/** A context of its own, like another user's browser. Its pages wait as long as a busy machine may need. */
export async function newContext(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(pageTimeoutMs);
  return context;
}

/** The browser of one user with its own IndexedDB. Its tabs run the client without a framework. */
export class BrowserDevice {
  readonly context: BrowserContext;
  readonly errors: string[] = [];
  readonly #site: FixtureSite;
  readonly #user: string;

  private constructor(context: BrowserContext, site: FixtureSite, user: string) {
    this.context = context;
    this.#site = site;
    this.#user = user;
  }

  static async make(browser: Browser, site: FixtureSite, user: string): Promise<BrowserDevice> {
    return new BrowserDevice(await newContext(browser), site, user);
  }

  /** @param more parameters of the page: `limit` of its list, another `user` */
  async open(more: Record<string, string> = {}): Promise<Page> {
    const page = await this.context.newPage();
    // Vite's own client reports that it has no socket here.
    page.on("pageerror", ({ message }) => message.startsWith("WebSocket closed") || this.errors.push(message));
    const token = testToken(organization);
    await page.goto(`${this.#site.url}/sdk.html?${new URLSearchParams({ user: this.#user, token, ...more })}`);
    await ready(page);
    return page;
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}

/** Waits until the page has opened its database. */
export async function ready(page: Page): Promise<void> {
  await page.waitForFunction(() => "sdk" in globalThis);
}

/** Runs `work` in the page with its `sdk`. `work` may not use any other variable from outside than `argument`. */
export function inPage<Answer, Argument>(
  page: Page,
  work: (sdk: Sdk, argument: Argument) => Answer | Promise<Answer>,
  argument: Argument,
): Promise<Answer> {
  const source = `(argument) => (${work.toString()})(globalThis.sdk, argument)`;
  return page.evaluate(`(${source})(${JSON.stringify(argument)})`) as Promise<Answer>;
}

export interface Written {
  readonly entityId: string;
  readonly key: string;
}

export function create(page: Page, entityCode: string, doc: Record<string, unknown>): Promise<Written> {
  return inPage(
    page,
    async ({ client }, given) => {
      const { entityId, key } = await client.mutations.create(given.entityCode, given.doc);
      return { entityId, key };
    },
    { entityCode, doc },
  );
}

export function update(page: Page, n: number, changes: Record<string, unknown>): Promise<Written> {
  return inPage(
    page,
    async ({ client }, given) => {
      const { entityId, key } = await client.mutations.update("task", given.id, given.changes);
      return { entityId, key };
    },
    { id: testId(n), changes },
  );
}

export async function shows(page: Page, names: readonly string[]): Promise<void> {
  const text = () => page.locator("#list li").allInnerTexts();
  await expect.poll(text, { interval: 25 }).toEqual(names);
}

export function outboxSize(page: Page): Promise<number> {
  return inPage(page, ({ client }) => client.outbox.snapshot().size, null);
}

export function attention(page: Page) {
  return inPage(page, ({ client }) => client.outbox.attention().items, null);
}

export async function connected(page: Page): Promise<void> {
  const state = () => inPage(page, ({ client }) => client.status().state, null);
  await expect.poll(state).toBe("connected");
}

export async function sent(page: Page): Promise<void> {
  await expect.poll(() => outboxSize(page)).toBe(0);
}

/** The content of all IndexedDB databases, as text. */
export async function everythingStored(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const texts: string[] = [];
    const ask = <Value>(request: IDBRequest<Value>) =>
      new Promise<Value>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    for (const { name } of await indexedDB.databases()) {
      const database = await ask(indexedDB.open(name ?? ""));
      for (const store of database.objectStoreNames) {
        const rows = await ask(database.transaction(store).objectStore(store).getAll());
        texts.push(JSON.stringify(rows));
      }
      database.close();
    }
    return texts.join("\n");
  });
}
