import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { type Cluster, startCluster } from "@heliograph/testkit/cluster/cluster";
import { startEdge } from "@heliograph/testkit/edge/edge";
import { staticFiles } from "@heliograph/testkit/edge/static-files";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { inject } from "vitest";
import { buildApplication } from "./built-application.ts";

/** Chromium flags: no display needed and no background network traffic. */
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The whole product: demonstration data, real services, the built pages at one address per gateway, and a browser. */
export type Application = AsyncDisposable & {
  readonly database: TestDatabase;
  readonly cluster: Cluster;
  /** One per gateway, so that a test decides which gateway a window uses. */
  readonly addresses: readonly string[];
  readonly browser: Browser;
};

export async function startApplication(env: Readonly<Record<string, string>> = {}): Promise<Application> {
  await using undo = new AsyncDisposableStack();
  const { folder } = undo.use(await buildApplication());
  const database = undo.use(await createTestDatabase({ template: "demo" }));
  const cluster = undo.use(
    await startCluster({ databaseUrl: database.url(), redisUrl: inject("redisUrl"), watchers: 1, env }),
  );
  const addresses: string[] = [];
  for (const gateway of cluster.gateways) {
    const edge = undo.use(
      await startEdge({ host: "127.0.0.1", port: 0, targets: () => [gateway], serve: staticFiles(folder) }),
    );
    addresses.push(edge.url);
  }
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: flags });
  undo.defer(() => browser.close());
  const all = undo.move();
  return { database, cluster, addresses, browser, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Path of the browser that the test run found. */
function chromiumPath(): string {
  const path = inject("chromiumPath");
  if (path === null) throw new Error("No Chromium on this machine. Remedy: install the package chromium.");
  return path;
}

/** Timeout of waits on a page, in ms. A quarter of the test timeout, so that a failure reports the wait and not the test. */
const timeoutMs = 75_000;

/** Opens a page in its own browser context, like a user on another machine. The test closes the context. */
export async function openPage(application: Application, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await application.browser.newContext({
    viewport: { width: 1280, height: 900 },
    locale: "en-GB",
    ...options,
  });
  context.setDefaultTimeout(timeoutMs);
  return context.newPage();
}

/** Collects uncaught errors and error logs of a page. */
export function watchErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  return errors;
}

/** Opens the sign-in page at `address` and signs in as the demo user whose name starts with `name`. */
export async function signIn(page: Page, address: string, name: string): Promise<void> {
  await page.goto(address);
  await page.getByRole("button", { name: new RegExp(`^${name}`) }).click();
  await page.getByRole("heading", { level: 1, name: /Good to see you/ }).waitFor();
}

/** Navigates within the application as a link does, online or offline. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.evaluate((target) => {
    window.history.pushState({}, "", target);
    window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
  }, path);
}

/** Waits until the sync status of the page is "Live". */
export async function becomesLive(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sync status: Live" }).waitFor();
}
