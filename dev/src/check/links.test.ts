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

test("links to files, folders, headings and the web are in order", () => {
  write("docs/a.md", "# Title\n\n## What is `x`, really?\n\n## Twice\n\n## Twice\n");
  write(
    "README.md",
    "[a](docs/a.md) [b](docs/) [c](docs/a.md#what-is-x-really) [d](docs/a.md#twice-1) [e](https://x.y)\n",
  );
  expect(brokenLinks(root)).toEqual([]);
});

test("what leads nowhere is named with its document", () => {
  write("docs/a.md", "# Title\n\n[back](../README.md#nothing) [out](../../secret.md)\n");
  write("README.md", "[gone](docs/b.md)\n");
  expect(brokenLinks(root)).toEqual([
    "README.md: there is no docs/b.md",
    "docs/a.md: README.md has no heading #nothing",
    "docs/a.md: there is no ../../secret.md",
  ]);
});

test("code is not read as links, documents of dependencies are not read at all", () => {
  write("README.md", "`a[0](b)`\n\n```ts\nrows[i](x);\n```\n");
  write("node_modules/x/README.md", "[gone](y.md)\n");
  write("web/node_modules/x/README.md", "[gone](y.md)\n");
  expect(brokenLinks(root)).toEqual([]);
});
