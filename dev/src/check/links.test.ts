import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { brokenLinks } from "./links.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "hg-links-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

test("links to existing files, folders, headings and the web are accepted", () => {
  write("docs/a.md", "# Title\n\n## What is `x`, really?\n\n## Twice\n\n## Twice\n");
  write(
    "README.md",
    "[a](docs/a.md) [b](docs/) [c](docs/a.md#what-is-x-really) [d](docs/a.md#twice-1) [e](https://x.y)\n",
  );
  expect(brokenLinks(root)).toEqual([]);
});

test("a link with a missing target is named with its document", () => {
  write("docs/a.md", "# Title\n\n[back](../README.md#nothing) [out](../../secret.md)\n");
  write("README.md", "[gone](docs/b.md)\n");
  expect(brokenLinks(root)).toEqual([
    "README.md: docs/b.md does not exist",
    "docs/a.md: README.md has no heading #nothing",
    "docs/a.md: ../../secret.md does not exist",
  ]);
});

test("definitions of links and the documents of GitHub are checked too", () => {
  write("README.md", 'See [the guide][guide] and [web].\n\n[guide]: docs/gone.md "Guide"\n[web]: https://x.y\n');
  write(".github/pull_request_template.md", "[rules](../RULES.md)\n");
  write(".data/notes.md", "[gone](y.md)\n");
  expect(brokenLinks(root)).toEqual([
    ".github/pull_request_template.md: ../RULES.md does not exist",
    "README.md: docs/gone.md does not exist",
  ]);
});

test("code and documents of dependencies are ignored", () => {
  write("README.md", "`a[0](b)`\n\n```ts\nrows[i](x);\n```\n");
  write("node_modules/x/README.md", "[gone](y.md)\n");
  write("web/node_modules/x/README.md", "[gone](y.md)\n");
  expect(brokenLinks(root)).toEqual([]);
});
