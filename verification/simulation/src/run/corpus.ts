import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Plan } from "../plan/action.ts";

const folder = fileURLToPath(new URL("../../corpus/", import.meta.url));

/** A schedule that once broke a promise, with what it found. */
export type Kept = { readonly found: string; readonly plan: Plan };

export function readCorpus(): { readonly name: string; readonly kept: Kept }[] {
  return globSync("*.json", { cwd: folder })
    .sort()
    .map((name) => ({ name, kept: JSON.parse(readFileSync(path.join(folder, name), "utf8")) as Kept }));
}

/** @returns the file */
export function keep(name: string, kept: Kept): string {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${name}.json`);
  const actions = kept.plan.actions.map((action) => `    ${JSON.stringify(action)}`).join(",\n");
  const { actions: _actions, ...rest } = kept.plan;
  const head = JSON.stringify({ found: kept.found, plan: rest }, null, 1).replace(/\s*\}\s*\}\s*$/, "");
  writeFileSync(file, `${head},\n  "actions": [\n${actions}\n  ]\n }\n}\n`);
  return file;
}
