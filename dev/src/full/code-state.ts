import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** The code that a run verifies. */
export interface CodeState {
  /** The commit, and with changes also the hash of all files: `1a2b3c4` or `1a2b3c4-changed-5d6e7f8a`. */
  readonly name: string;
  /** Whether files differ from the commit, new files included. */
  readonly changed: boolean;
}

/**
 * Names the code in the working tree of a repository. Two states have the same name only if all files are the same, except
 * those that git ignores: a result that is kept under the name holds for that code alone.
 */
export function codeState(root: string): CodeState {
  const git = (args: readonly string[], env: Readonly<Record<string, string>> = {}): string =>
    execFileSync("git", args, { cwd: root, encoding: "utf8", env: { ...process.env, ...env } }).trim();
  const commit = git(["rev-parse", "--short", "HEAD"]);
  if (git(["status", "--porcelain"]) === "") return { name: commit, changed: false };
  const folder = mkdtempSync(path.join(tmpdir(), "heliograph-index-"));
  try {
    // An index of its own, so that nothing is staged in that of the user.
    const index = { GIT_INDEX_FILE: path.join(folder, "index") };
    git(["add", "--all"], index);
    return { name: `${commit}-changed-${git(["write-tree"], index).slice(0, 8)}`, changed: true };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
