import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { codeState } from "./code-state.ts";

let folder: string;
const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, encoding: "utf8" });
const write = (file: string, text: string) => writeFileSync(path.join(folder, file), text);
const commit = () => {
  git("add", "--all");
  git("-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "--quiet", "--message", "x");
};

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "heliograph-code-"));
  git("init", "--quiet");
  write("a.ts", "1");
  write(".gitignore", "*.log\n");
  commit();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("each content of the files has a name of its own, and the same content the same name", () => {
  const clean = codeState(folder);
  expect(clean).toEqual({ name: expect.stringMatching(/^[0-9a-f]+$/), changed: false });
  write("a.ts", "2");
  const edited = codeState(folder);
  expect(edited).toEqual({ name: expect.stringMatching(`^${clean.name}-changed-[0-9a-f]{8}$`), changed: true });
  write("a.ts", "3");
  expect(codeState(folder).name).not.toBe(edited.name);
  write("a.ts", "2");
  expect(codeState(folder)).toEqual(edited);
  write("a.ts", "1");
  expect(codeState(folder)).toEqual(clean);
});

test("a new file and another commit change the name, an ignored file does not, and nothing is staged", () => {
  const clean = codeState(folder);
  write("run.log", "x");
  expect(codeState(folder)).toEqual(clean);
  write("new.test.ts", "x");
  expect(codeState(folder).changed).toBe(true);
  expect(git("diff", "--cached", "--name-only")).toBe("");
  commit();
  expect(codeState(folder)).toMatchObject({ changed: false });
  expect(codeState(folder).name).not.toBe(clean.name);
});
