import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Schedule } from "../schedule/action.ts";

const folder = fileURLToPath(new URL("../../corpus/", import.meta.url));

/** A schedule that once broke a promise, with the violation it found. */
export type CorpusEntry = { readonly found: string; readonly schedule: Schedule };

export function readCorpus(): { readonly name: string; readonly entry: CorpusEntry }[] {
  return globSync("*.json", { cwd: folder })
    .sort()
    .map((name) => ({ name, entry: JSON.parse(readFileSync(path.join(folder, name), "utf8")) as CorpusEntry }));
}

/** Writes a schedule to the corpus. @returns the path of the file */
export function addToCorpus(name: string, entry: CorpusEntry): string {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${name}.json`);
  const actions = entry.schedule.actions.map((action) => `    ${JSON.stringify(action)}`).join(",\n");
  const { actions: _actions, ...rest } = entry.schedule;
  const head = JSON.stringify({ found: entry.found, schedule: rest }, null, 1).replace(/\s*\}\s*\}\s*$/, "");
  writeFileSync(file, `${head},\n  "actions": [\n${actions}\n  ]\n }\n}\n`);
  return file;
}
