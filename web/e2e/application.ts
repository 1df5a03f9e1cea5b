import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { type Cluster, startCluster } from "@heliograph/testkit/cluster/cluster";
import { startEdge } from "@heliograph/testkit/edge/edge";
import { staticFiles } from "@heliograph/testkit/edge/static-files";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { inject } from "vitest";
import { buildApplication } from "./built-application.ts";

/** Flags that keep Chromium from needing a screen and from calling home. */
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

/** The whole product: demonstration data, real services, the built pages on one address per gateway, a browser. */
export type Application = AsyncDisposable & {
  readonly database: TestDatabase;
  readonly cluster: Cluster;
  /** One per gateway, so that a test decides which window talks to which. */
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

/** The browser that the test run found. */
function chromiumPath(): string {
  const path = inject("chromiumPath");
  if (path === null) throw new Error("No Chromium on this machine. Remedy: install the package chromium.");
  return path;
}

/** Longest wait for anything on a page, in milliseconds: less than a test may take, so that its message is the one seen. */
const patience = 20_000;

/** A window of its own, as of another person on another machine. The test closes its context. */
export async function openPage(application: Application, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await application.browser.newContext({
    viewport: { width: 1280, height: 900 },
    locale: "en-GB",
    ...options,
  });
  context.setDefaultTimeout(patience);
  return context.newPage();
}

/** Errors of a page: what it logged as an error and what it threw. A test that passes leaves none. */
export function watchErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  return errors;
}

/** Opens the sign-in page at `address` and goes in as one of the demonstration's people. */
export async function signIn(page: Page, address: string, name: string): Promise<void> {
  await page.goto(address);
  await page.getByRole("button", { name: new RegExp(`^${name}`) }).click();
  await page.getByRole("heading", { level: 1, name: /Good to see you/ }).waitFor();
}

/** Waits until the page says that it is live. */
export async function becomesLive(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sync status: Live" }).waitFor();
}
