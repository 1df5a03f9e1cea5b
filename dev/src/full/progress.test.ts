import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FullPart, fullParts } from "./part.ts";
import { Progress } from "./progress.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "heliograph-full-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const step = (name: string) => ({
  name,
  args: [],
  writesJson: false,
  result: () => ({ passed: 1, failed: 0, facts: "" }),
});
const part: FullPart = { name: "one", holds: "", steps: [step("a"), step("b")] };
const finished = (name: string, failed = 0) => ({ name, at: "", seconds: 1, passed: 1 - failed, failed, facts: "" });

test("finished steps are there after a restart, and a part is complete with its last step", () => {
  new Progress(folder).add(part, finished("a"));
  const resumed = new Progress(folder);
  expect(resumed.finished(part).map(({ name }) => name)).toEqual(["a"]);
  expect(resumed.isComplete(part)).toBe(false);
  resumed.add(part, finished("b"));
  expect(new Progress(folder).isComplete(part)).toBe(true);
});

test("a part with a failed step is not complete, and can run from its first step again", () => {
  const progress = new Progress(folder);
  progress.add(part, finished("a"));
  progress.add(part, finished("b", 1));
  expect(progress.isComplete(part)).toBe(false);
  progress.restart(part);
  expect(new Progress(folder).finished(part)).toEqual([]);
});

test("every part has a name of its own and at least one step", () => {
  expect(new Set(fullParts.map(({ name }) => name)).size).toBe(fullParts.length);
  for (const { steps } of fullParts) expect(steps.length).toBeGreaterThan(0);
});
