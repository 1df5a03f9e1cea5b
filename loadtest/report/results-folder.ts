import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { html } from "./html.ts";
import { markdown } from "./markdown.ts";
import type { Report } from "./report.ts";

/** Folder for the results of a run. Its name begins with the time, so that folders sort by it. */
export function resultsFolder(scenario: string, now = new Date()): string {
  const time = now
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(":", "");
  return path.join(import.meta.dirname, "..", "results", `${time}-${scenario}`);
}

/** Writes the report as JSON for programs, Markdown for reviews and HTML for readers. */
export function writeResults(folder: string, report: Report): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(path.join(folder, "report.md"), markdown(report));
  writeFileSync(path.join(folder, "report.html"), html(report));
}
