import { readFileSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { expect, test } from "vitest";
import { compareVersions, type PackedRelease, parseReleases, type Release, withPackages } from "./release-list.ts";

const prepared: Release = { version: "0.2.0", date: "2026-12-01", migrations: { core: ["0001_note"], suite: [] } };
const packed: PackedRelease = {
  commit: "0123456789abcdef0123456789abcdef01234567",
  packages: [
    { name: "@heliograph/client", file: "heliograph-client-0.2.0.tgz", integrity: `sha512-${"A".repeat(86)}==` },
  ],
};
const release = { ...prepared, ...packed };

test("releases.json has the documented shape", () => {
  expect(() => parseReleases(readFileSync(path.join(repositoryRoot, "releases.json"), "utf8"))).not.toThrow();
});

test("recording adds commit and packages to the prepared release", () => {
  const text = withPackages(JSON.stringify([prepared]), "0.2.0", packed);
  expect(parseReleases(text)).toEqual([release]);
  const next = JSON.stringify([release, { ...prepared, version: "0.10.0" }]);
  expect(parseReleases(withPackages(next, "0.10.0", packed))).toEqual([release, { ...release, version: "0.10.0" }]);
});

test("a version is recorded once, and only after it was prepared", () => {
  expect(() => withPackages("[]", "0.2.0", packed)).toThrow("0.2.0 is not prepared");
  expect(() => withPackages(JSON.stringify([release]), "0.2.0", packed)).toThrow("0.2.0 is not prepared");
  expect(() => withPackages(JSON.stringify([prepared]), "0.3.0", packed)).toThrow("0.3.0 is not prepared");
});

test("versions ascend, and only the newest may lack its packages", () => {
  const list = (...releases: Release[]) => JSON.stringify(releases);
  expect(() => parseReleases(list(release, release))).toThrow("is not newer than 0.2.0");
  expect(() => parseReleases(list(release, { ...release, version: "0.1.9" }))).toThrow("is not newer than 0.2.0");
  expect(() => parseReleases(list(prepared, { ...prepared, version: "0.3.0" }))).toThrow("commit");
});

test.each<[string, object]>([
  ["version", { ...release, version: "v0.2.0" }],
  ["date", { ...release, date: "1 December" }],
  ["migrations", { ...release, migrations: { core: [] } }],
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
