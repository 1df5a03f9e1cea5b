import { readFileSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { expect, test } from "vitest";
import { workspaceFolders } from "../check/workspaces.ts";
import { withVersion } from "./manifest-version.ts";

test("a new version is set for the package and for the workspaces that it names, and for nothing else", () => {
  const before = {
    name: "@heliograph/client",
    version: "0.1.0",
    dependencies: { "@heliograph/protocol": "0.1.0", rxjs: "7.8.2" },
    devDependencies: { "@heliograph/testkit": "0.1.0" },
  };
  expect(JSON.parse(withVersion(JSON.stringify(before), "0.2.0"))).toEqual({
    name: "@heliograph/client",
    version: "0.2.0",
    dependencies: { "@heliograph/protocol": "0.2.0", rxjs: "7.8.2" },
    devDependencies: { "@heliograph/testkit": "0.2.0" },
  });
});

test("all manifests have one version, and setting it again changes no byte", () => {
  const read = (folder: string) => readFileSync(path.join(repositoryRoot, folder, "package.json"), "utf8");
  const { version } = JSON.parse(read(".")) as { version: string };
  for (const folder of [".", ...workspaceFolders(repositoryRoot)])
    expect([folder, withVersion(read(folder), version)]).toEqual([folder, read(folder)]);
});
