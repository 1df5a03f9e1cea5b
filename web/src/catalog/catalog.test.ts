import { expect, test } from "vitest";
import { entityCodes, entityInfo, labelColumn } from "./catalog.ts";
import { formColumns } from "./form.ts";
import { defaultSort, listColumns } from "./list-columns.ts";
import { navigation } from "./navigation.ts";

test("every entity type is in the navigation exactly once", () => {
  const listed = navigation.flatMap((area) => area.codes);
  expect(listed.toSorted()).toEqual(entityCodes.toSorted());
});

test.each(entityCodes)("%s has a label, columns for its list, fields for its form and a sort that exists", (code) => {
  const names = entityInfo(code).columns.map((entry) => entry.name);
  expect(labelColumn(code)).toBeDefined();
  expect(listColumns(code).length).toBeGreaterThan(1);
  expect(formColumns(code).length).toBeGreaterThan(0);
  expect(names).toContain(defaultSort(code).replace("-", ""));
});
