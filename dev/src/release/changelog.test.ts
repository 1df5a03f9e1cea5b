import { readFileSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { expect, test } from "vitest";
import { releaseChangelog } from "./changelog.ts";

test("a release moves the unreleased entries under its version and date", () => {
  const before =
    "# Changelog\n\n## Unreleased\n\n### Added\n\n- A thing.\n\n## 0.1.0 - 2026-01-01\n\n### Added\n\n- All.\n";
  expect(releaseChangelog(before, "0.2.0", "2026-02-02")).toBe(
    "# Changelog\n\n## Unreleased\n\n## 0.2.0 - 2026-02-02\n\n### Added\n\n- A thing.\n\n## 0.1.0 - 2026-01-01\n\n### Added\n\n- All.\n",
  );
});

test("a release without entries is refused", () => {
  const empty = "# Changelog\n\n## Unreleased\n\n## 0.1.0 - 2026-01-01\n\n- All.\n";
  expect(() => releaseChangelog(empty, "0.2.0", "2026-02-02")).toThrow("there is nothing to release");
  expect(() => releaseChangelog("# Changelog\n", "0.2.0", "2026-02-02")).toThrow("no heading");
});

test("CHANGELOG.md is in Keep a Changelog form", () => {
  const text = readFileSync(path.join(repositoryRoot, "CHANGELOG.md"), "utf8");
  const headings = [...text.matchAll(/^(#{2,3}) (.+)$/gm)].map(([, depth = "", title = ""]) => `${depth} ${title}`);
  expect(headings[0]).toBe("## Unreleased");
  for (const heading of headings.slice(1)) {
    expect(heading).toMatch(
      /^(?:## \d+\.\d+\.\d+ - \d{4}-\d{2}-\d{2}|### (?:Added|Changed|Deprecated|Removed|Fixed|Security))$/,
    );
  }
});
