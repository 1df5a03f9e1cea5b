import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium } from "playwright-core";

export type PlainChromium = AsyncDisposable & { readonly browser: Browser; readonly context: BrowserContext };

/**
 * Starts Chromium as users run it: only the tab in front is visible, and the browser may freeze the others. A page that
 * Playwright opens always has the focus, so it is never hidden and never frozen.
 */
export async function startPlainChromium(executablePath: string): Promise<PlainChromium> {
  const profile = await mkdtemp(join(tmpdir(), "heliograph-chromium-"));
  const child = spawn(
    executablePath,
    [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-breakpad",
      "--disable-crash-reporter",
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "about:blank",
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const exited = once(child, "exit");
  const stop = async () => {
    child.kill();
    await exited;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const browser = await chromium.connectOverCDP(await endpointOf(child.stderr), { noDefaults: true });
    const [context] = browser.contexts();
    if (!context) throw new Error("Chromium has no default context.");
    // A quarter of the test timeout, so that a failure reports the wait and not the test.
    context.setDefaultTimeout(75_000);
    return {
      browser,
      context,
      async [Symbol.asyncDispose]() {
        await browser.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits for the address that Chromium prints when it listens. */
async function endpointOf(output: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const part of output) {
    text += String(part);
    const [endpoint] = /ws:\/\/\S+/.exec(text) ?? [];
    if (endpoint) {
      output.resume(); // a full pipe would stop the browser
      return endpoint;
    }
  }
  throw new Error(`Chromium exited before it listened: ${text}`);
}
