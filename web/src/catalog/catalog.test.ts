import { expect, test } from "vitest";
import { entityCodes, entityInfo, labelColumn } from "./catalog.ts";
import { formColumns } from "./form.ts";
import { defaultSort, listColumns } from "./list-columns.ts";
import { navigation } from "./navigation.ts";

test("every entity type is in the navigation exactly once", () => {
  const listed = navigation.flatMap((area) => area.codes);
  expect(listed.toSorted()).toEqual(entityCodes.toSorted());
});

test.each(entityCodes)(
  "%s has a label, list columns, form fields and a default sort on an existing column",
  (entityCode) => {
    const names = entityInfo(entityCode).columns.map((entry) => entry.name);
    expect(labelColumn(entityCode)).toBeDefined();
    expect(listColumns(entityCode).length).toBeGreaterThan(1);
    expect(formColumns(entityCode).length).toBeGreaterThan(0);
    expect(names).toContain(defaultSort(entityCode).replace("-", ""));
  },
);
