import path from "node:path";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { expect, test } from "vitest";
import { strayModules } from "./size-budgets.ts";

test("a module of the developer panel in a measured bundle is named", () => {
  const source = path.join(repositoryRoot, "packages", "client", "src");
  const modules = ["client.ts", "devtools/RowsView.tsx", "react/index.ts"].map((file) => path.join(source, file));
  expect(strayModules([...modules, "\0virtual:sdk"])).toEqual(["packages/client/src/devtools/RowsView.tsx"]);
});
