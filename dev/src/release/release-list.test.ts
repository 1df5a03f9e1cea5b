import { readFileSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { expect, test } from "vitest";
import { compareVersions, parseReleases, type Release, withRelease } from "./release-list.ts";

const release: Release = {
  version: "0.2.0",
  date: "2026-12-01",
  commit: "0123456789abcdef0123456789abcdef01234567",
  packages: [
    { name: "@heliograph/client", file: "heliograph-client-0.2.0.tgz", integrity: `sha512-${"A".repeat(86)}==` },
  ],
};

test("releases.json has the documented shape", () => {
  expect(() => parseReleases(readFileSync(path.join(repositoryRoot, "releases.json"), "utf8"))).not.toThrow();
});

test("a release is appended, and read again as it was written", () => {
  const text = withRelease("[]", release);
  expect(parseReleases(text)).toEqual([release]);
  expect(parseReleases(withRelease(text, { ...release, version: "0.10.0" }))).toHaveLength(2);
});

test("a version is recorded once, and only after older ones", () => {
  const text = withRelease("[]", release);
  expect(() => withRelease(text, release)).toThrow("is not newer than 0.2.0");
  expect(() => withRelease(text, { ...release, version: "0.1.9" })).toThrow("is not newer than 0.2.0");
});

test.each<[string, object]>([
  ["version", { ...release, version: "v0.2.0" }],
  ["date", { ...release, date: "1 December" }],
  ["commit", { ...release, commit: "0123456" }],
  ["packages", { ...release, packages: [] }],
  ["integrity", { ...release, packages: [{ ...release.packages[0], integrity: "md5-x" }] }],
])("an entry without a valid %s is refused", (field, entry) => {
  expect(() => parseReleases(JSON.stringify([entry]))).toThrow(field);
});

test("versions are compared by their numbers", () => {
  expect(compareVersions("0.9.0", "0.10.0")).toBeLessThan(0);
  expect(compareVersions("1.0.0", "1.0.0")).toBe(0);
  expect(() => compareVersions("1.0", "1.0.0")).toThrow('"1.0" is not a version');
});
