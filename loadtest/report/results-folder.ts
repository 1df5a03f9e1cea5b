import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { html } from "./html.ts";
import { markdown } from "./markdown.ts";
import type { Report } from "./report.ts";

/** Folder of a run's results: its time and its scenario, so that they sort. */
export function resultsFolder(scenario: string, now = new Date()): string {
  const time = now
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(":", "");
  return path.join(import.meta.dirname, "..", "results", `${time}-${scenario}`);
}

/** Writes the report in three forms: for programs, for reviews, for people. */
export function writeResults(folder: string, report: Report): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(path.join(folder, "report.md"), markdown(report));
  writeFileSync(path.join(folder, "report.html"), html(report));
}
