import { expect, test } from "vitest";
import { firstPage, type Placed } from "./first-page.ts";

const modules: Record<string, Placed> = {
  main: { isEntry: true, importers: [] },
  shell: { isEntry: false, importers: ["main", "words"] },
  words: { isEntry: false, importers: ["shell", "detail"] },
  // Only by import(): nobody imports it at once.
  detail: { isEntry: false, importers: [] },
  editor: { isEntry: false, importers: ["detail"] },
  loop: { isEntry: false, importers: ["editor", "loop"] },
};

test("what the first page's script reaches by imports alone comes with it, also where a later part shares it", () => {
  const comesFirst = firstPage((id) => modules[id] ?? null);
  expect(Object.keys(modules).filter(comesFirst)).toEqual(["main", "shell", "words"]);
});
