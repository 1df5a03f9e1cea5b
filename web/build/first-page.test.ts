import { expect, test } from "vitest";
import { firstPage, type ModuleInfo } from "./first-page.ts";

const modules: Record<string, ModuleInfo> = {
  main: { isEntry: true, importers: [] },
  shell: { isEntry: false, importers: ["main", "text"] },
  text: { isEntry: false, importers: ["shell", "detail"] },
  // Loaded by import() only: no static importers.
  detail: { isEntry: false, importers: [] },
  editor: { isEntry: false, importers: ["detail"] },
  loop: { isEntry: false, importers: ["editor", "loop"] },
};

test("the first page includes what its entry reaches by static imports, also modules shared with deferred parts", () => {
  const isOnFirstPage = firstPage((id) => modules[id] ?? null);
  expect(Object.keys(modules).filter(isOnFirstPage)).toEqual(["main", "shell", "text"]);
});
