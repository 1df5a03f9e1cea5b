import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { webRoot } from "./built-application.ts";

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const folder = join(webRoot, "..", "artifacts", "screenshots");

/** Saves a screenshot of the page for review. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** Violations of WCAG levels A and AA that axe finds on the page, of any severity, as readable lines. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // Add axe once per document: most of the inspected pages are client-side navigations in the same document.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.addScriptTag({ path: axePath });
  const results = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: (options: object) => Promise<AxeResults> } };
    return axe.run({ resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
  });
  return results.violations.map(
    ({ id, help, nodes }) => `${id}: ${help} (${nodes.map((node) => node.target.join(" ")).join(", ")})`,
  );
}

/** Whether the page is wider than the window and scrolls horizontally. */
export function overflows(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
}
